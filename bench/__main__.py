"""`python -m bench`: every measurement, each printed as a table. Ratios of one run are what may be quoted."""

from bench import (
    chat,
    hearing,
    knowledge,
    lips,
    mouth,
    overhead,
    priority,
    renderer,
    tavus,
    training,
    vendors,
    voice_fit,
)

if __name__ == "__main__":
    renderer.run()
    lips.run()
    mouth.run()
    chat.run()
    priority.run()
    overhead.run()
    knowledge.run()
    voice_fit.run()
    hearing.run()
    training.run()
    tavus.run()
    vendors.run()
