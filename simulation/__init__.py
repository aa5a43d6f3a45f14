"""A simulation of the product and its world: one process, one virtual clock, one seed.

`python -m simulation --seed N --trace` tells one run event by event.
"""
