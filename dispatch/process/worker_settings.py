"""What a worker takes on, and which version it is of: the PUSH_* variables of a worker."""

from typing import Annotated, Literal, TypedDict

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import (
    PollerBehavior,
    PollerBehaviorAutoscaling,
    PollerBehaviorSimpleMaximum,
    ResourceBasedSlotConfig,
    WorkerDeploymentConfig,
    WorkerTuner,
)

from workflows.versions import BUILD

_BEHAVIOURS = {
    "auto-upgrade": VersioningBehavior.AUTO_UPGRADE,
    "pinned": VersioningBehavior.PINNED,
}

DeploymentName = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]
"""Without a dot, which the server puts between it and the build id."""

BuildId = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9._-]+$")]

Slots = Annotated[int, Field(ge=2, le=10_000)]
"""How many at once; the SDK needs two, one of them for what it has in its cache."""

Pollers = Annotated[int, Field(ge=2, le=1000)]
Share = Annotated[float, Field(gt=0, le=1)]

_or_none = BeforeValidator(lambda written: written or None)


class WorkerSettings(BaseSettings):
    """The PUSH_* variables for a worker's capacity and version."""

    model_config = SettingsConfigDict(
        env_prefix="PUSH_", frozen=True, use_attribute_docstrings=True
    )

    deployment_name: DeploymentName = "surepush"
    """Name of the worker deployment in Temporal; used with `PUSH_BUILD_ID`."""

    build_id: Annotated[BuildId | None, _or_none] = None
    """Build id of this worker. It turns worker versioning on: the worker gets no push until this
    build is current. See [production.md](production.md)."""

    versioning: Literal["auto-upgrade", "pinned"] = "auto-upgrade"
    """Whether a running push moves to the current build or stays on the build that began it."""

    slots: Literal["fixed", "resources"] = "fixed"
    """`fixed` takes the two slot counts as they are. `resources` takes them as maxima and accepts
    new work below `PUSH_TARGET_MEMORY` and `PUSH_TARGET_CPU`."""

    activity_slots: Slots = 100
    """Activities in parallel, such as requests to Codat."""

    workflow_slots: Slots = 10
    """Workflow tasks in parallel."""

    target_memory: Share = 0.8
    """Memory use, of the container, below which `resources` accepts new work."""

    target_cpu: Share = 0.9
    """CPU use, of the container, below which `resources` accepts new work."""

    cached_workflows: Slots = 1000
    """Pushes that stay in memory. A push outside the cache is replayed for its next task."""

    pollers: Pollers | Literal["auto"] = 5
    """Poll calls that wait at the server, for each of workflow tasks and activities. `auto` scales
    them with the work, up to `PUSH_MOST_POLLERS`."""

    most_pollers: Annotated[int, Field(ge=5, le=1000)] = 100
    """Maximum of `PUSH_POLLERS=auto`."""


class WorkerOptions(TypedDict, total=False):
    """Those arguments of the SDK's Worker that are for settings to say."""

    build_id: str
    activity_task_poller_behavior: PollerBehavior
    deployment_config: WorkerDeploymentConfig
    max_cached_workflows: int
    tuner: WorkerTuner
    workflow_task_poller_behavior: PollerBehavior


def options_of(settings: WorkerSettings) -> WorkerOptions:
    """Give the arguments of the SDK's Worker; without variables its own, but ten decisions at once.

    What a worker has taken of a company's thousands goes before another company's one.
    """
    polls = _pollers(settings)
    options: WorkerOptions = {
        "activity_task_poller_behavior": polls,
        "max_cached_workflows": settings.cached_workflows,
        "tuner": _tuner(settings),
        "workflow_task_poller_behavior": polls,
    }
    if settings.build_id is not None:
        options["deployment_config"] = WorkerDeploymentConfig(
            WorkerDeploymentVersion(settings.deployment_name, settings.build_id),
            use_worker_versioning=True,
            default_versioning_behavior=_BEHAVIOURS[settings.versioning],
        )
    return options


def with_build(options: WorkerOptions) -> WorkerOptions:
    """Give a worker that has no version of its own this release's build id, which asks nothing."""
    return options if "deployment_config" in options else {"build_id": BUILD, **options}


def to_be_current(settings: WorkerSettings) -> str:
    """Say how a worker that has a version gets its first push: nobody gives it one unasked."""
    if settings.build_id is None:
        return ""
    return (
        f" as build {settings.build_id} of {settings.deployment_name}, which gets pushes once it "
        "is current: `temporal worker deployment set-current-version "
        f"--deployment-name {settings.deployment_name} --build-id {settings.build_id}`"
    )


def _pollers(settings: WorkerSettings) -> PollerBehavior:
    if settings.pollers == "auto":
        return PollerBehaviorAutoscaling(maximum=settings.most_pollers)
    return PollerBehaviorSimpleMaximum(settings.pollers)


def _tuner(settings: WorkerSettings) -> WorkerTuner:
    if settings.slots == "fixed":
        return WorkerTuner.create_fixed(
            workflow_slots=settings.workflow_slots, activity_slots=settings.activity_slots
        )
    return WorkerTuner.create_resource_based(
        target_memory_usage=settings.target_memory,
        target_cpu_usage=settings.target_cpu,
        workflow_config=ResourceBasedSlotConfig(maximum_slots=settings.workflow_slots),
        activity_config=ResourceBasedSlotConfig(maximum_slots=settings.activity_slots),
    )
