"""How the outside reaches a push: connect, start, find, signal, retry."""
