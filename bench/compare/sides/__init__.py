"""One push program for each stack, written as the documentation of that stack recommends."""
