"""Which version a worker is of, if any: the PUSH_* variables of a worker."""

from typing import Annotated, Literal, TypedDict

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

_BEHAVIOURS = {
    "auto-upgrade": VersioningBehavior.AUTO_UPGRADE,
    "pinned": VersioningBehavior.PINNED,
}

DeploymentName = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]
"""Without a dot, which the server puts between it and the build id."""

BuildId = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9._-]+$")]

_or_none = BeforeValidator(lambda written: written or None)


class WorkerSettings(BaseSettings):
    """What differs from worker to worker; without `build_id` workers have no versions."""

    model_config = SettingsConfigDict(env_prefix="PUSH_", frozen=True)

    deployment_name: DeploymentName = "surepush"
    build_id: Annotated[BuildId | None, _or_none] = None
    versioning: Literal["auto-upgrade", "pinned"] = "auto-upgrade"


class WorkerOptions(TypedDict, total=False):
    """Those arguments of the SDK's Worker that are for settings to say."""

    deployment_config: WorkerDeploymentConfig


def options_of(settings: WorkerSettings) -> WorkerOptions:
    """Give the arguments of the SDK's Worker; none where nothing is set."""
    return _version(settings)


def to_be_current(settings: WorkerSettings) -> str:
    """Say how a worker that has a version gets its first push: nobody gives it one unasked."""
    if settings.build_id is None:
        return ""
    return (
        f" as build {settings.build_id} of {settings.deployment_name}, which gets pushes once it "
        "is current: `temporal worker deployment set-current-version "
        f"--deployment-name {settings.deployment_name} --build-id {settings.build_id}`"
    )


def _version(settings: WorkerSettings) -> WorkerOptions:
    if settings.build_id is None:
        return {}
    version = WorkerDeploymentVersion(settings.deployment_name, settings.build_id)
    behaviour = _BEHAVIOURS[settings.versioning]
    return {
        "deployment_config": WorkerDeploymentConfig(
            version, use_worker_versioning=True, default_versioning_behavior=behaviour
        )
    }
