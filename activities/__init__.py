"""What a push does to the world, one method a step."""
