"""What has changed between two documents of options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from codat.models import PushOption


@dataclass(frozen=True)
class OptionChanges:
    """Fields that came, that went and that became required, each as a path such as `/lines/tax`."""

    came: Sequence[str] = ()
    went: Sequence[str] = ()
    required: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.came or self.went or self.required)

    def sentences(self) -> list[str]:
        """Say it in words, one sentence for each kind of change."""
        words = {"came": "New", "went": "Gone", "required": "Required now"}
        found = {words[each.name]: getattr(self, each.name) for each in fields(self)}
        return [f"{word}: {', '.join(paths)}." for word, paths in found.items() if paths]


def required_by_field(document: PushOption) -> dict[str, bool]:
    """Return whether each field is required, by its path; a list's fields stand below the list."""
    found: dict[str, bool] = {}
    waiting = [("", document)]
    while waiting:
        above, option = waiting.pop()
        for name, field in (option.properties or {}).items():
            found[f"{above}/{name}"] = field.required
            waiting.append((f"{above}/{name}", field))
    return found


def changes_between(before: Mapping[str, bool], now: Mapping[str, bool]) -> OptionChanges:
    """Compare two results of `required_by_field`."""
    return OptionChanges(
        came=tuple(sorted(now.keys() - before.keys())),
        went=tuple(sorted(before.keys() - now.keys())),
        required=tuple(
            sorted(path for path in now.keys() & before.keys() if now[path] > before[path])
        ),
    )
