"""What every request of the front door passes through."""
