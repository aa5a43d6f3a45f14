"""A stand-in for Codat and the accounting platforms behind it."""
