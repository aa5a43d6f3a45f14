"""What Temporal stores of a push: JSON, encrypted, and large records outside of it."""
