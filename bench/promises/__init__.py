"""Each promised figure, measured beside an older build and plain Temporal."""
