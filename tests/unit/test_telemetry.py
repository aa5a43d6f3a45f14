import socket

import pytest
from pydantic import ValidationError

from activities.metrics import counting
from codat.observer import RequestEvent
from codat.settings import SettingsError
from dispatch.process.telemetry import TelemetrySettings, runtime_of
from tests.support.metric_buffer import Measured


def test_requests_to_codat_are_counted_by_endpoint_and_status():
    here = Measured()
    counting(here.runtime.metric_meter)(RequestEvent("GET /x", "200", 0.5, 9))

    assert [
        ("codat_requests", {"endpoint": "GET /x", "status": "200"}, 1),
        ("codat_request_time", {"endpoint": "GET /x"}, 0.5),
        ("codat_requests_left", {}, 9),
    ] == here.told()


def test_a_port_for_metrics_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = TelemetrySettings.model_validate({"metrics_address": address})
        with pytest.raises(SettingsError, match="PUSH_METRICS_ADDRESS is wrong"):
            runtime_of(settings)


@pytest.mark.parametrize("written", ["9464", "localhost", "localhost:port", ":9464"])
def test_an_address_without_host_or_port_is_refused(written):
    with pytest.raises(ValidationError, match="it is not host:port"):
        TelemetrySettings.model_validate({"health_address": written})
