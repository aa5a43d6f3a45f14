"""`options` and `validate`: what the accounting software wants, asked of Codat directly."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from temporalio.service import RPCError

from codat.client import CodatClient
from codat.models import Problem, PushOption, PushTarget
from codat.settings import load_settings
from codat.validation.schema import json_schema
from codat.validation.validate import validate_record
from commands.exit_codes import FAILED, STARTED
from commands.inputs import read_record, read_request
from commands.output import print_json, print_note, print_result
from commands.push import Company, Connection, Data, DataType, Json
from dispatch.connection import TemporalUnreachable, connect
from dispatch.option_history import OptionHistory


class OptionsForm(StrEnum):
    """How the options are shown."""

    TABLE = "table"
    OPTIONS = "options"
    JSON_SCHEMA = "json-schema"


def options(
    company: Company,
    connection: Connection,
    data_type: DataType,
    *,
    form: Annotated[
        OptionsForm, typer.Option("--as", help="Table, Codat's document, or JSON Schema 2020-12.")
    ] = OptionsForm.TABLE,
    as_json: Json = False,
) -> int:
    """Show the fields that the accounting software wants.

    Example: python starter.py options --company ID --connection ID --data-type bills
    """
    if as_json and form is OptionsForm.TABLE:
        form = OptionsForm.OPTIONS
    target = _target(company, connection, data_type)
    document = asyncio.run(current_options(target))
    match form:
        case OptionsForm.TABLE:
            Console().print(_fields(PushOption.model_validate(document)))
        case OptionsForm.OPTIONS:
            print_json(document)
        case OptionsForm.JSON_SCHEMA:
            print_json(json_schema(document))
    for sentence in asyncio.run(_changes(target, document)):
        print_note(sentence)
    return STARTED


async def _changes(target: PushTarget, document: dict[str, Any]) -> list[str]:
    """Say what changed since last week; nothing where Temporal can't be asked."""
    try:
        history = OptionHistory(await connect())
        found = await history.look(target, PushOption.model_validate(document))
    except (RPCError, TemporalUnreachable):
        return ["Temporal can't be asked what changed since last week."]
    if not found or not found.changes:
        return []
    return [f"Changed since {found.since:%Y-%m-%d}:", *found.changes.sentences()]


def validate(  # noqa: PLR0913, the options of the command
    company: Company,
    connection: Connection,
    data_type: DataType,
    data: Data,
    *,
    update: Annotated[bool, typer.Option("--update", help="As an update of a record.")] = False,
    as_json: Json = False,
) -> int:
    """Validate a record. Sends nothing.

    It is checked against the accounting software's current rules.

    Example: python starter.py validate --company ID --connection ID --data-type bills --data -
    """
    target = _target(company, connection, data_type)
    record = read_record(data)
    problems = validate_record(asyncio.run(current_options(target)), record, update=update)
    errors = [problem for problem in problems if problem.severity == "error"]
    warnings = [problem for problem in problems if problem.severity == "warning"]
    if as_json:
        print_json({"errors": _plain(errors), "warnings": _plain(warnings)})
    else:
        for finding in (*errors, *warnings):
            rule = f" (rule: {finding.rule})" if finding.rule else ""
            print_result(
                f"{finding.severity}: {finding.pointer or 'the record'}: {finding.message}{rule}"
            )
        print_result(f"{len(errors)} errors, {len(warnings)} warnings")
        print_result(f"next: {'mend it and validate again' if errors else 'push it'}")
    return FAILED if errors else STARTED


def _target(company: str, connection: str, data_type: str) -> PushTarget:
    given = {"companyId": company, "connectionId": connection, "dataType": data_type}
    return read_request({**given, "data": {}}).target


async def current_options(target: PushTarget) -> dict[str, Any]:
    """Fetch what the company's accounting software wants of a data type."""
    async with CodatClient(load_settings()) as codat:
        return await codat.options_document(target)


def _plain(problems: list[Problem]) -> list[dict[str, str | None]]:
    return [
        {"pointer": problem.pointer, "message": problem.message, "rule": problem.rule}
        for problem in problems
    ]


def _fields(root: PushOption) -> Table:
    table = Table("Field", "Type", "Required", "Choices", "Rules")
    _add(table, root, "")
    return table


def _add(table: Table, option: PushOption, path: str) -> None:
    for name, field in (option.properties or {}).items():
        where = f"{path}/{name}"
        rules = (*field.validation.warnings, *field.validation.information)
        table.add_row(
            Text(where),
            field.type,
            "yes" if field.required else "",
            Text(_choices(field)),
            Text(" ".join(check.details or "" for check in rules)),
        )
        _add(table, field, where)


def _choices(field: PushOption) -> str:
    values = [option.value or option.display_name or "" for option in field.options]
    more = len(values) - 5
    return ", ".join(values[:5]) + (f" and {more} more" if more > 0 else "")
