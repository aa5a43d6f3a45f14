"""The accounting packages that the emulator plays: their options and rules."""
