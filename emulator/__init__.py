"""A stand-in for Codat and the accounting platforms behind it."""

from emulator.handle import Emulator

__all__ = ["Emulator"]
