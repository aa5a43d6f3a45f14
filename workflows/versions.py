"""Which steps a push takes, where a later release does it in other steps than an earlier one."""

from temporalio import workflow

BUILD = "surepush-2"
"""Build id of a worker that has none from its operator; history keeps it with each decision."""


def takes_fewer_steps() -> bool:
    """Tell whether a push is prepared in one local step, and announced once if it ends at once.

    History keeps the build id of the worker that took a decision, and replay gives that one. So it
    costs nothing, where the marker of a patch costs two events and an action; only where operators
    give their workers build ids of their own the marker is needed.
    """
    version = workflow.info().get_current_deployment_version()
    return (version is not None and version.build_id == BUILD) or workflow.patched("terse")
