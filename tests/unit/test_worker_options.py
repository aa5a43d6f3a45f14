from typing import Any

import pytest
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import (
    FixedSizeSlotSupplier,
    PollerBehaviorAutoscaling,
    PollerBehaviorSimpleMaximum,
    ResourceBasedSlotConfig,
    ResourceBasedSlotSupplier,
    ResourceBasedTunerConfig,
)

from codat.settings import SettingsError, read_settings
from dispatch.process.worker_settings import WorkerSettings, options_of, to_be_current


def options(monkeypatch, **variables) -> Any:
    for name, value in variables.items():
        monkeypatch.setenv(f"PUSH_{name}", value)
    return options_of(read_settings(WorkerSettings))


def slots(options):
    """Workflow slots, activity slots."""
    tuner = options["tuner"]  # whose parts the SDK shows in no other way
    workflows = tuner._get_workflow_task_slot_supplier()  # noqa: SLF001
    return workflows, tuner._get_activity_task_slot_supplier()  # noqa: SLF001


@pytest.mark.parametrize("written", [{}, {"BUILD_ID": ""}, {"DEPLOYMENT_NAME": "pushes"}])
def test_without_a_build_id_a_worker_has_no_version(monkeypatch, written):
    assert "deployment_config" not in options(monkeypatch, **written)
    assert "" == to_be_current(read_settings(WorkerSettings))


def test_a_build_id_makes_a_version_that_upgrades_its_pushes(monkeypatch):
    config = options(monkeypatch, BUILD_ID="1.4")["deployment_config"]

    assert (WorkerDeploymentVersion("surepush", "1.4"), True) == (
        config.version,
        config.use_worker_versioning,
    )
    assert VersioningBehavior.AUTO_UPGRADE == config.default_versioning_behavior


def test_pushes_can_be_pinned_to_the_version_that_began_them(monkeypatch):
    config = options(monkeypatch, BUILD_ID="b", VERSIONING="pinned")["deployment_config"]

    assert VersioningBehavior.PINNED == config.default_versioning_behavior


def test_a_versioned_worker_says_the_command_to_make_it_current(monkeypatch):
    monkeypatch.setenv("PUSH_BUILD_ID", "1.4")
    said = to_be_current(read_settings(WorkerSettings))

    assert "--deployment-name surepush --build-id 1.4`" in said


def test_without_settings_a_worker_has_ten_workflow_slots(monkeypatch):
    found = options(monkeypatch)

    assert (FixedSizeSlotSupplier(10), FixedSizeSlotSupplier(100)) == slots(found)
    assert (1000, PollerBehaviorSimpleMaximum(5)) == (
        found["max_cached_workflows"],
        found["workflow_task_poller_behavior"],
    )


def test_how_much_a_worker_does_at_once_can_be_set(monkeypatch):
    found = options(monkeypatch, ACTIVITY_SLOTS="30", WORKFLOW_SLOTS="20", CACHED_WORKFLOWS="50")

    assert (FixedSizeSlotSupplier(20), FixedSizeSlotSupplier(30)) == slots(found)
    assert 50 == found["max_cached_workflows"]


def test_a_worker_can_take_on_what_its_machine_can_bear(monkeypatch):
    found = options(monkeypatch, SLOTS="resources", TARGET_MEMORY="0.5", ACTIVITY_SLOTS="30")

    assert slots(found)[1] == ResourceBasedSlotSupplier(
        ResourceBasedSlotConfig(maximum_slots=30), ResourceBasedTunerConfig(0.5, 0.9)
    )


def test_pollers_can_be_a_number_of_ones_own(monkeypatch):
    found = options(monkeypatch, POLLERS="8")

    assert PollerBehaviorSimpleMaximum(8) == found["activity_task_poller_behavior"]


def test_pollers_can_follow_the_work(monkeypatch):
    found = options(monkeypatch, POLLERS="auto", MOST_POLLERS="20")
    expected = PollerBehaviorAutoscaling(minimum=1, maximum=20, initial=5)

    assert expected == found["activity_task_poller_behavior"]
    assert expected == found["workflow_task_poller_behavior"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ACTIVITY_SLOTS", "0"),
        ("BUILD_ID", "a b"),
        ("DEPLOYMENT_NAME", "a.b"),
        ("MOST_POLLERS", "4"),
        ("POLLERS", "many"),
        ("SLOTS", "elastic"),
        ("TARGET_CPU", "90"),
        ("VERSIONING", "both"),
    ],
)
def test_what_the_sdk_or_the_server_would_not_take_is_named(monkeypatch, name, written):
    with pytest.raises(SettingsError, match=f"PUSH_{name} is wrong"):
        options(monkeypatch, **{name: written})
