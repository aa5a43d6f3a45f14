"""Codat's API as typed Python."""
