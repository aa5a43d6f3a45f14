"""Rules that make the emulator misbehave: which requests they meet, and how often they did."""

import fnmatch
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.errors import EmulatedError
from emulator.store import JsonObject, Store

REQUEST_FAULTS = (
    "refuse",
    "drop-before-commit",
    "commit-then-drop",
    "commit-then-5xx",
    "hang",
    "slow-body",
    "cut-body",
    "wrong-json",
    "throttle",
    "unauthorized",
    "payment-required",
    "forbidden",
    "not-found",
    "conflict",
    "error-before-commit",
    "processed-late",
    "proxy-page",
    "answer-about-another",
)
"""What may become of a request and its answer; the first that fires decides."""

OPERATION_FAULTS = (
    "late-success",
    "listed-late",
    "unknown-word",
    "failed-without-proof",
    "webhook-before-answer",
)
"""What may be odd about the operation that a push leaves; these add up."""

WEBHOOK_FAULTS = (
    "webhook-lost",
    "webhook-twice",
    "webhook-out-of-order",
    "webhook-late",
    "webhook-forged",
)
"""What may go wrong with a webhook; these add up."""

_CONDITIONS = ("method", "path", "connection", "nth", "times", "probability", "seed", "fault")
_KEPT = ("unauthorized", "payment-required", "forbidden", "not-found", "conflict")
_PARAMETERS: Mapping[str, frozenset[str]] = {
    "refuse": frozenset({"seconds"}),
    "commit-then-5xx": frozenset({"status"}),
    **dict.fromkeys(_KEPT, frozenset({"kept"})),
    "error-before-commit": frozenset({"status", "kept"}),
    "hang": frozenset({"seconds", "committed"}),
    "slow-body": frozenset({"seconds"}),
    "wrong-json": frozenset({"text"}),
    "throttle": frozenset({"retry_after", "as"}),
    "processed-late": frozenset({"seconds"}),
    "proxy-page": frozenset({"status", "committed"}),
    "answer-about-another": frozenset({"what"}),
    "failed-without-proof": frozenset({"code", "names_record", "lands", "later"}),
    "late-success": frozenset({"after", "later"}),
    "listed-late": frozenset({"seconds"}),
    "unknown-word": frozenset({"status"}),
    "webhook-late": frozenset({"seconds"}),
    "webhook-out-of-order": frozenset({"seconds"}),
}
_CHOICES: Mapping[str, tuple[str, ...]] = {"what": ("company", "connection", "dataType")}


@dataclass
class Rule:
    """One rule: conditions that a request must meet, and the fault that then happens."""

    id: int
    fault: str
    method: str | None = None
    path: str | None = None
    connection: str | None = None
    nth: int | None = None
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    parameters: JsonObject = field(default_factory=dict[str, Any])
    matched: int = 0
    fired: int = 0

    def concerns(self, method: str, path: str, connection: str | None) -> bool:
        """Whether a request is one of those that this rule is about."""
        return (
            (self.method is None or self.method == method)
            and (self.connection is None or self.connection == connection)
            and (self.path is None or _meets(self.path, path))
        )

    @property
    def unconditional(self) -> bool:
        """Whether the rule meets the first request, whatever it is."""
        anyone = (self.method, self.path, self.connection, self.nth) == (None,) * 4
        return anyone and self.probability >= 1

    def strikes(self) -> bool:
        """Count a match, and tell whether the fault happens this time."""
        self.matched += 1
        if self.nth is not None and self.matched < self.nth:
            return False
        most = self.times if self.times is not None else (1 if self.nth is not None else None)
        if most is not None and self.fired >= most:
            return False
        chance = random.Random(f"{self.seed} {self.matched}")  # noqa: S311  # repeatable
        if chance.random() >= self.probability:
            return False
        self.fired += 1
        return True

    def document(self) -> JsonObject:
        """Show the rule and its counts."""
        shown: JsonObject = {
            name: value for name in _CONDITIONS if (value := getattr(self, name)) is not None
        }
        return {"id": self.id, **shown, **self.parameters, "matched": self.matched} | {
            "fired": self.fired
        }


def _meets(pattern: str, path: str) -> bool:
    if pattern.startswith("^"):
        return re.search(pattern, path) is not None
    return fnmatch.fnmatchcase(path, f"*{pattern}*")


class Faults:
    """The rules in force, in the order in which they were added; they outlive a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rules: list[Rule] = []
        self.load()

    def load(self) -> None:
        """Read the rules from the file."""
        self._rules = [
            _rule(row["id"], json.loads(row["rule"]), row["matched"], row["fired"])
            for row in self._store.all("SELECT * FROM faults ORDER BY id")
        ]

    def add(self, document: Mapping[str, Any]) -> Rule:
        """Add a rule; a word that is not known is refused by name."""
        _check(document)
        number = self._store.run("INSERT INTO faults VALUES (NULL, ?, 0, 0)", json.dumps(document))
        rule = _rule(number, document, 0, 0)
        self._rules.append(rule)
        return rule

    def remove(self, number: int | None = None) -> None:
        """Take one rule away, or all."""
        self._store.run("DELETE FROM faults WHERE id = coalesce(?, id)", number)
        self._rules = [rule for rule in self._rules if number is not None and rule.id != number]

    def documents(self) -> list[JsonObject]:
        """Show all rules and their counts."""
        return [rule.document() for rule in self._rules]

    def strike(
        self, kinds: tuple[str, ...], method: str, path: str, connection: str | None
    ) -> list[Rule]:
        """Give the rules of some kinds that strike a request."""
        struck: list[Rule] = []
        for rule in self._rules:
            if rule.fault in kinds and rule.concerns(method, path, connection):
                if rule.strikes():
                    struck.append(rule)
                self._store.run(
                    "UPDATE faults SET matched = ?, fired = ? WHERE id = ?",
                    rule.matched,
                    rule.fired,
                    rule.id,
                )
        return struck


def _check(document: Mapping[str, Any]) -> None:
    known = (*REQUEST_FAULTS, *OPERATION_FAULTS, *WEBHOOK_FAULTS)
    name = document.get("fault")
    if name not in known:
        raise EmulatedError(400, f"No such fault: {name}. There are: {', '.join(known)}")
    allowed = {*_CONDITIONS, *_PARAMETERS.get(name, frozenset())}
    for word in document:
        if word not in allowed:
            raise EmulatedError(
                400, f"{name} knows no {word}. It knows: {', '.join(sorted(allowed))}"
            )
        if word in _CHOICES and document[word] not in _CHOICES[word]:
            raise EmulatedError(400, f"{word} is one of: {', '.join(_CHOICES[word])}")


def _rule(number: int, document: Mapping[str, Any], matched: int, fired: int) -> Rule:
    conditions = {name: document[name] for name in _CONDITIONS if name in document}
    parameters = {name: value for name, value in document.items() if name not in _CONDITIONS}
    return Rule(id=number, **conditions, parameters=parameters, matched=matched, fired=fired)
