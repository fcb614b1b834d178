"""Trains the ear that sees lips in any language's sound (videos.renderers.local.hearing_network).

The material is made on the spot: our own voice engine babbles in the spelling of eleven languages with voices drawn
at random, and tells which sound is when; the lips are then those that the renderer shows for these sounds. No
recordings and no weights of others go in, and none are kept in the repository: an installation makes its own file
when it first warms up, on one core at the lowest priority.
"""
