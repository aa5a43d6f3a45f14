"""Plans: pushes that depend on each other, as one object."""
