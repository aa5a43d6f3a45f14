"""The commands of `starter.py`, each a small function."""
