import json
import logging

import pytest

from dispatch.process.logs import JsonLines, configure_logging

PUSH = "0659a24d-2b66-4979-971e-4b98c3ed7f61"


def line(message="Something.", **more):
    record = logging.LogRecord("surepush.x", logging.INFO, "x.py", 1, message, (), None)
    for name, value in more.items():
        setattr(record, name, value)
    return json.loads(JsonLines().format(record))


@pytest.mark.parametrize(
    "more",
    [
        {"temporal_workflow": {"workflow_id": f"push-{PUSH}"}},
        {"temporal_activity": {"workflow_id": f"push-{PUSH}"}},
        {"temporal_workflow": {"workflow_id": f"push-notify-{PUSH}"}},
        {"message": f"Failed activation on workflow push with ID push-{PUSH}"},
        {"fields": {"push": PUSH}},
    ],
)
def test_a_line_names_the_push_that_it_is_about(more):
    assert PUSH == line(**more)["push"]


def test_a_line_about_no_push_names_none():
    assert "push" not in line(temporal_workflow={"workflow_id": f"push-hold-{PUSH}"})


def test_an_error_is_told_by_type_and_place_but_not_by_its_text():
    with pytest.raises(ValueError, match="Mill") as raised:
        int("Mill and Sons")
    told = line(exc_info=(raised.type, raised.value, raised.tb))

    assert "ValueError" == told["error"]["type"]
    assert "test_logs.py" in told["error"]["at"][0]
    assert "Mill" not in json.dumps(told)


def test_what_follows_the_first_line_of_a_message_is_left_out():
    assert "It failed" == line("It failed\nfuture: <Task exception=Mill and Sons>")["message"]


def test_numbers_of_a_line_stay_numbers():
    assert line(fields={"seconds": 0.25})["seconds"] == 0.25


def test_the_http_client_keeps_silent_about_addresses(monkeypatch):
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    configure_logging("text")

    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
