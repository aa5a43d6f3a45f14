"""A stand-in for Codat and the accounting platforms behind it."""

from emulator.emulator import Emulator

__all__ = ["Emulator"]
