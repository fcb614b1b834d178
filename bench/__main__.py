"""`python -m bench`: every measurement, each printed as a table. Ratios of one run are what may be quoted."""

from bench import chat, knowledge, overhead, renderer

if __name__ == "__main__":
    renderer.run()
    chat.run()
    overhead.run()
    knowledge.run()
