"""The parts of `bench/chaos.py`: what is pushed, what goes wrong, who meddles, what is judged."""
