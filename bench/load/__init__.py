"""How much it bears, and what waiting and other callers cost; a program each."""
