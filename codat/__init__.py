"""The API as typed Python: no Temporal, no web."""
