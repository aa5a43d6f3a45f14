"""The parts of `bench/chaos/`: what is pushed, what goes wrong, who meddles, what is judged."""
