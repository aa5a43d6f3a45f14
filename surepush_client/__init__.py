"""Start pushes from Python and read how they ended; needs only `temporalio` and `pydantic`."""
