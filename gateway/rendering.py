"""Pages as HTML: templates that escape whatever they are given."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from codat.exact_json import dumps
from surepush_client.payloads import to_plain

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def when(moment: datetime | None) -> str:
    """Write a moment in UTC to the second; nothing for None."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment else ""


def _duration(time: timedelta) -> str:
    """Write a time in its two largest units, such as `3 h 20 min`."""
    seconds = max(time.total_seconds(), 0)
    if seconds < 0.1:  # noqa: PLR2004, and a thousandth here
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:  # noqa: PLR2004, a tenth says something there
        return f"{seconds:.1f} s"
    whole, parts = round(seconds), list[str]()
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, whole = divmod(whole, size)
        parts += [f"{count} {unit}"] if count else []
    return " ".join(parts[:2])


def _seconds(seconds: float) -> str:
    return _duration(timedelta(seconds=seconds))


def indented(value: object, depth: int = 0) -> str:
    """Write JSON for people; numbers keep their digits."""
    inner, outer = "  " * (depth + 1), "  " * depth
    match value:
        case dict() if value:
            members = cast("dict[str, object]", value)
            rows = [
                f"{dumps(name)}: {indented(member, depth + 1)}" for name, member in members.items()
            ]
            brackets = "{}"
        case list() if value:
            rows = [indented(item, depth + 1) for item in cast("list[object]", value)]
            brackets = "[]"
        case _:
            return dumps(value)
    return f"{brackets[0]}\n{inner}" + f",\n{inner}".join(rows) + f"\n{outer}{brackets[1]}"


def _json(value: object) -> str:
    return indented(to_plain(value))


_ROWS = "<!-- rows -->"
"""Where they come in a template; no text out of a record can be that, since it is escaped."""

_FILTERS = cast("dict[str, object]", _TEMPLATES.filters)  # pyright: ignore[reportUnknownMemberType]
_FILTERS.update({"duration": _duration, "json": _json, "seconds": _seconds, "when": when})


def fragment(_name: str, **values: Any) -> Markup:  # noqa: ANN401, whatever the template shows
    """Render a part of a page."""
    html = _TEMPLATES.get_template(f"{_name}.html.jinja").render(**values)
    return Markup(html)  # noqa: S704, the template escapes


def open_page(_name: str, **values: Any) -> tuple[Markup, Markup]:  # noqa: ANN401
    """Render what stands above and below the rows of a page that is sent in parts."""
    above, _, below = fragment(_name, **values).partition(_ROWS)
    return above, below


def page(_name: str, _status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:  # noqa: ANN401
    """Render a page."""
    return HTMLResponse(fragment(_name, **values), _status)
