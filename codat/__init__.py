"""Codat's push API as typed Python."""
