"""What Codat has read from the accounting software: refreshes, and the cache that they fill."""
