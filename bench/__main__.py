"""`python -m bench`: every measurement, each printed as a table. Ratios of one run are what may be quoted."""

from bench import (
    captions,
    chat,
    hearing,
    knowledge,
    lips,
    mouth,
    outage,
    overhead,
    priority,
    readers,
    renderer,
    starting,
    tavus,
    training,
    turns,
    vendors,
    voice_fit,
)

if __name__ == "__main__":
    renderer.run()
    lips.run()
    captions.run()
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
    starting.run()
    outage.run()
    turns.run()
    readers.run()
