"""Is this record fit for that platform? All problems at once.

| rule of a Problem                                     | severity                              |
| ----------------------------------------------------- | ------------------------------------- |
| `type`      a shape or a text that can't be read      | error; warning if the platform reads it |
| `choice`    not among the choices                     | error; warning if only the case differs |
|             (the document is not of this moment)      | or the document is `stale`            |
| `date`      no date, or none that a calendar has      | error; warning if not ISO 8601        |
| `required`  missing, though its parent is there       | error; warning inside a list, or when |
|             (an update need not repeat any field)     | not required of every record          |
| the platform's sentence on a length, number or count  | error out of `warnings`, else warning |
| any other sentence (a form such as a GUID)            | warning                               |
| `unlisted`, `spelling`  a field's name                | warning, once for all rows of a list  |
| `many`      there are more problems than are told     | error                                 |
"""

from typing import Any, Literal, cast

from jsonschema import ValidationError

from codat.models import Problem
from codat.validation.messages import sentence_for
from codat.validation.pointers import pointer
from codat.validation.schema import READ_ONLY
from codat.validation.validator import Checker, compile_schema, keeps
from codat.validation.values import may_pass_for_date, text_of

__all__ = ["CHOICE", "MANY", "compile_schema", "validate_record"]

CHOICE = "choice"
MANY = "many"
MAX_PROBLEMS = 10_000
_MORE = Problem(
    pointer="",
    message=f"There are more than {MAX_PROBLEMS} problems; the others were not looked for.",
    rule=MANY,
    severity="error",
)

_WORDS = {
    "enum": CHOICE,
    "format": "date",
    "loose-type": "type",
    "x-required": "required",
}
_BINDING = frozenset(
    {
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maximum",
        "maxItems",
        "maxLength",
        "minimum",
        "minItems",
        "minLength",
        "multipleOf",
        "pattern",
    }
)
_READ = _BINDING | {"format"}


def validate_record(
    document: object, record: object, *, update: bool = False, stale: bool = False
) -> list[Problem]:
    """Return all that is wrong with a record; UnreadableOptions when the options are none.

    No more than MAX_PROBLEMS, and then one that says so. For many records give the result of
    `compile_schema` in place of the document. `stale`: it may be out of date, so that a value which
    it does not offer may be offered by now.
    """
    checker = cast("Checker", document) if hasattr(document, "iter_errors") else None
    checker = checker or compile_schema(document)
    reported: set[tuple[str, ...]] = set()
    problems: list[Problem] = []
    for error in checker.iter_errors(record):
        keyword = str(error.validator)
        if update and keyword in {"required", "x-required"}:
            continue
        if keyword in {"unlisted", "spelling"}:
            name = tuple(part for part in error.absolute_path if isinstance(part, str))
            # A record that was read, and is sent back, has what Codat gave it.
            of_codat = update and len(name) == 1 and name[0] in READ_ONLY
            if name in reported or of_codat:
                continue
            reported.add(name)
        problems.append(_problem(error, checker, stale=stale))
        if len(problems) == MAX_PROBLEMS:
            return [*problems, _MORE]
    return problems


def _problem(error: ValidationError, checker: Checker, *, stale: bool) -> Problem:
    severity, rule = _weight(error)
    if stale and rule == CHOICE:
        severity = "warning"
    return Problem(
        pointer=pointer(error.absolute_path),
        message=sentence_for(error, checker, "must" if severity == "error" else "should"),
        rule=rule,
        severity=severity,
    )


def _weight(error: ValidationError) -> tuple[Literal["error", "warning"], str]:
    keyword = str(error.validator)
    schema = cast("dict[str, Any]", error.schema)
    for rule in schema.get("x-rules", ()) if keyword in _READ else ():  # warnings come first
        if rule["keyword"] == keyword and not keeps(keyword, rule["limit"], error.instance):
            binding = keyword in _BINDING and rule["list"] == "warnings"
            return ("error" if binding else "warning"), rule["sentence"]
    match keyword:
        case "required":
            lenient = any(isinstance(part, int) for part in error.absolute_path)
        case "enum":
            # The API's own bodies say suppliers where a platform's options offer Suppliers.
            wanted = text_of(error.instance).casefold()
            meant = schema["x-spellings"].get(wanted)
            unlisted = [label.casefold() for label in schema.get("x-unlisted", ())]
            lenient = text_of(meant).casefold() == wanted or wanted in unlisted
        case "format":
            lenient = may_pass_for_date(cast("str", error.instance))
        case _:
            lenient = keyword != "type"
    return ("warning" if lenient else "error"), _WORDS.get(keyword, keyword)
