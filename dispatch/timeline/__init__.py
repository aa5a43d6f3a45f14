"""What happened to a push, read from its histories, in plain words."""
