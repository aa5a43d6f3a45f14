"""Plans of the simulated world: pushes that depend on each other."""
