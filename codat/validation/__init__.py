"""Judging a record by the options that a platform publishes, and pointing at what is wrong."""
