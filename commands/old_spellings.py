"""Commands as they were spelled before `bulk` had commands of its own."""

from collections.abc import Sequence

_SELECTS = ("--status", "--company", "--connection", "--data-type", "--since", "--query")
_MANY = ("--plan", "--go", "--message", "--pace", *_SELECTS)
_BULK = ("plan", "start", "show", "pause", "resume", "stop")


def as_spelled_now(arguments: Sequence[str]) -> list[str]:
    """Rewrite `retry --status ... --plan|--go` and `bulk ID --pause|--resume|--stop`."""
    command, rest = arguments[:1], list(arguments[1:])
    if command == ["retry"] and any(argument.partition("=")[0] in _MANY for argument in rest):
        verb = "start" if "--go" in rest and "--plan" not in rest else "plan"
        return [
            "bulk",
            verb,
            *(argument for argument in rest if argument not in ("--plan", "--go")),
        ]
    if command == ["bulk"] and rest and rest[0] not in _BULK and not rest[0].startswith("-"):
        asked = [action for action in ("pause", "resume", "stop") if f"--{action}" in rest]
        verb = asked[0] if len(asked) == 1 else "show"
        return ["bulk", verb, *(argument for argument in rest if argument != f"--{verb}")]
    return list(arguments)
