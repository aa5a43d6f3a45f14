"""Which version of the workflow a worker runs; a patch that comes after a release is listed here.

Nothing is released: until a version is tagged, a changed workflow records its histories anew.
"""

BUILD = "surepush-3"
"""Build id of a worker that has none from its operator; history keeps it with each decision."""
