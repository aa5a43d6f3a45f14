"""A simulated Temporal server: histories, tasks, timers and a list that lags, without a network.

Its rules are those of server 1.32.0 as far as the product meets them; tests/simulation holds both
against each other.
"""
