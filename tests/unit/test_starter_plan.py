"""`plan check`, and how a plan's file is read, in this process."""

import json

import pytest

from codat.client import CodatClient
from commands import plan
from commands.app import run
from commands.exit_codes import CommandError
from commands.plan_input import read_plan_file
from emulator import Emulator
from tests.support.plans import THREE, a_bad_step, a_bill, a_step, id_of, plan_of


@pytest.fixture(name="codat", autouse=True)
def _codat(monkeypatch):
    codat = Emulator()
    monkeypatch.setenv("CODAT_API_KEY", codat.api_key)
    monkeypatch.setenv("CODAT_BASE_URL", codat.base_url)
    monkeypatch.setattr(
        plan, "CodatClient", lambda settings: CodatClient(settings, transport=codat.transport)
    )
    return codat


@pytest.fixture(name="write")
def _write(tmp_path):
    def write(*steps, by_lines=False):
        path, content = tmp_path / "plan.json", plan_of(*steps).content
        if by_lines:
            head, rows = {**content}, content["steps"]
            del head["steps"]
            path.write_text("\n".join(json.dumps(row, default=str) for row in (head, *rows)))
        else:
            path.write_text(json.dumps(content, default=str, indent=1))
        return str(path)

    return write


def check(path, capsys):
    code = run(["plan", "check", path, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_good_plan_has_a_price_and_sends_nothing(write, capsys, codat):
    code, found = check(write(*THREE), capsys)

    assert (0, [], 3) == (code, found["errors"], found["layers"])
    assert (12, 1, 28) == (found["requests"], found["minutes"], found["billedActions"])
    assert {"GET"} == {request["method"] for request in codat.journal()}


def test_each_steps_record_is_checked_with_its_place(write, capsys):
    code, found = check(write(a_step("fine"), a_bad_step("supplier"), a_bill()), capsys)

    assert 1 == code
    assert ["/steps/1/data"] == [
        error["pointer"].rpartition("/supplierName")[0] or error["pointer"]
        for error in found["errors"]
    ][:1]


def test_a_reference_is_checked_by_its_type(write, capsys):
    step = a_bill()
    step["data"]["totalAmount"] = id_of("supplier")
    code, found = check(write(a_step("supplier"), step), capsys)

    assert (1, ["/steps/1/data/totalAmount"]) == (
        code,
        [error["pointer"] for error in found["errors"]],
    )


def test_a_value_of_no_known_type_passes(write, capsys):
    step = a_bill()
    step["data"]["totalAmount"] = {"$ref": "supplier#/data/amount"}

    assert 0 == check(write(a_step("supplier"), step), capsys)[0]


@pytest.mark.parametrize("by_lines", [False, True])
def test_a_plan_is_read_whole_or_by_lines(write, by_lines):
    assert plan_of(*THREE).digest == read_plan_file(write(*THREE, by_lines=by_lines)).digest


def test_what_is_no_plan_is_told_line_by_line(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text('{"key": "k", "steps": [{"name": "a b"}]}')

    with pytest.raises(CommandError) as refusal:
        read_plan_file(str(path))

    assert ["FILE is no plan:", "/companyId: it is missing"] == str(refusal.value).splitlines()[:2]
    assert any(row.startswith("/steps/0/name: ") for row in str(refusal.value).splitlines())


def test_a_wrong_line_is_named(tmp_path):
    path = tmp_path / "lines.json"
    path.write_text('{"key": "k"}\n{"name": "a"}\nnot json\n')

    with pytest.raises(CommandError, match="line 3"):
        read_plan_file(str(path))
