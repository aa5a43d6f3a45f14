"""Codat's push API, served in front of the workflows."""
