"""The whole of Surepush on one machine, as real processes: for `make dev` and `make demo`."""
