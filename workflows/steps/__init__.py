"""The steps of a push, in the order of their names in `workflows/push.py`."""
