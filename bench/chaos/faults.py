"""The emulator's faults in a chaos run, and how often each happened."""

from collections import Counter
from typing import Any

from bench.chaos.places import PLACES, SLOW, company, connection
from bench.chaos.wanted import Wanted

Rule = dict[str, Any]

READ_TIMEOUT = 3
"""Seconds after which a worker of the chaos run gives an answer up."""

_WRITES: tuple[tuple[float, Rule], ...] = (
    (0.045, {"fault": "drop-before-commit"}),
    (0.045, {"fault": "commit-then-drop"}),
    (0.05, {"fault": "commit-then-5xx", "status": 502}),
    (0.045, {"fault": "error-before-commit", "status": 503}),
    (0.045, {"fault": "throttle", "retry_after": 1}),
    (0.045, {"fault": "conflict"}),
    (0.045, {"fault": "cut-body"}),
    (0.045, {"fault": "hang"}),
    (0.045, {"fault": "unauthorized"}),
    (0.045, {"fault": "processed-late", "seconds": 1.5}),
    (0.015, {"fault": "proxy-page", "status": 408}),
    (0.015, {"fault": "proxy-page", "status": 403}),
    (0.015, {"fault": "proxy-page", "status": 404, "committed": False}),
    (0.10, {"fault": "listed-late", "seconds": 2}),
    (0.08, {"fault": "late-success", "after": 1, "later": 5}),
    (0.008, {"fault": "failed-without-proof", "lands": 3}),
    (0.007, {"fault": "failed-without-proof", "later": 8}),
)
_MORE = {"honoured": 1.0, "ignored": 1.3}
"""Where keys are ignored few requests are sent again, so that each fault meets fewer."""

_UNPROVEN_MORE = {"honoured": 1.0, "ignored": 1.8}

_READS: tuple[tuple[float, Rule], ...] = (
    (0.06, {"fault": "drop-before-commit"}),
    (0.06, {"fault": "error-before-commit", "status": 500}),
    (0.06, {"fault": "throttle", "retry_after": 1}),
    (0.06, {"fault": "cut-body"}),
)
_WEBHOOKS: tuple[tuple[float, Rule], ...] = (
    (0.15, {"fault": "webhook-lost"}),
    (0.15, {"fault": "webhook-twice"}),
)
UNDER_WAY = 5
"""Requests that an outage meets on their way: written, and never answered."""

BEFORE_IT = 3 * UNDER_WAY
"""Reads that are answered before an outage, or nothing would be on its way."""

ALWAYS = 1_000_000

SLOWLY = 3
"""Seconds that an answer takes at a place of slow answers."""

_SHAPES = ("listed-late", "late-success", "failed-without-proof")


def rules(wanted: Wanted, side: str) -> list[Rule]:
    """Give the rules for the requests of one side; both sides have the same."""
    here = f"^/companies/{company(side)}/"
    if wanted.outage:
        under_way = {"fault": "commit-then-drop", "method": "POST", "times": UNDER_WAY}
        failing = {"fault": "error-before-commit", "status": 503, "path": here}
        return [
            {**under_way, "path": here},
            {**failing, "method": "POST"},
            {**failing, "method": "GET", "nth": BEFORE_IT, "times": ALWAYS},
        ]
    if wanted.only:
        return []
    slow = {"fault": "slow-body", "seconds": SLOWLY, "connection": _connection(side, SLOW)}
    made: list[Rule] = [{**slow, "path": f"{here}connections/[^/]+/push/", "probability": 0.6}]
    # Few pushes would meet too few of each.
    more, untouched = 1.2 if wanted.brief else _MORE[wanted.mode], 1.0
    for share, rule in _WRITES:
        if rule["fault"] == "processed-late" and wanted.freezes_long:
            continue
        path = f"{here}connections/[^/]+/push/"
        is_unproven = rule["fault"] == "failed-without-proof"
        chance = share * more * (_UNPROVEN_MORE[wanted.mode] if is_unproven else 1)
        made.append({**rule, "path": path, "probability": chance / untouched})
        if rule["fault"] == "conflict":
            made[-1]["kept"] = not wanted.brief  # a kept one is judged for a minute
        if rule["fault"] not in _SHAPES:
            untouched -= share * more  # the first rule that fires is the only one
    for chance, rule in _READS:
        made.append({**rule, "path": here, "method": "GET", "probability": chance * more})
    return [{**rule, "seed": wanted.seed * 100 + index} for index, rule in enumerate(made)]


def _connection(side: str, name: str) -> str:
    (place,) = (known for known in PLACES if known.name == name)
    return connection(side, place)


def webhook_rules(wanted: Wanted) -> list[Rule]:
    """Give the rules for the platform's own reports."""
    chosen = _WEBHOOKS if wanted.has_webhooks else ()
    return [{**rule, "probability": chance, "seed": wanted.seed} for chance, rule in chosen]


def counted(wanted: Wanted, journal: list[dict[str, Any]], in_force: list[Rule]) -> dict[str, int]:
    """Count what the faults did to our side: by the journal, and by the rules where it is mute."""
    wished = [*rules(wanted, "ours"), *webhook_rules(wanted)]
    counts = Counter({_name(rule): 0 for rule in wished})
    for entry in journal:
        did = str(entry["did"])
        if did.startswith("faulted: "):
            verb = "read" if entry["method"] == "GET" else "write"
            counts[f"{verb}: {did.removeprefix('faulted: ')}"] += 1
        elif did == "processed late":
            counts["write: processed-late"] += 1
    for rule in in_force:
        if _is_hook(rule) or (rule["fault"] in _SHAPES and company("ours") in rule["path"]):
            counts[_name(rule)] += rule["fired"]
    return dict(counts)


def _is_hook(rule: Rule) -> bool:
    return rule["fault"].startswith("webhook")


def _name(rule: Rule) -> str:
    if _is_hook(rule):
        return str(rule["fault"])
    verb = "read" if rule.get("method") == "GET" else "write"
    return f"{verb}: {rule['fault']}"
