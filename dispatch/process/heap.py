"""How a process asks for memory: glibc gives each thread a heap of its own, and none shrinks."""

import ctypes
import sys

_ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's malloc.h."""

HEAPS = 2


def share_heaps() -> bool:
    """Let all threads share two heaps; call it before they begin. False: this is no glibc.

    A worker's threads are many, and what they free stays with each: half of its memory.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_ARENA_MAX, HEAPS) == 1
