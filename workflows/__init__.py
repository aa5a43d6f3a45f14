"""Deterministic code: one push, from the request to its ending."""
