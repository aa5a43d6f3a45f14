"""Which step of a plan comes after which."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from workflows.plan.models import PlanRequest
from workflows.plan.references import StepReference, references_in

Graph = Mapping[str, frozenset[str]]
"""Each step's name with the names of the steps that have to succeed first."""

References = Mapping[str, list[StepReference]]
"""Each step's name with its references."""

_MAX_CYCLES = 20


def references_by_step(plan: PlanRequest) -> References:
    """Read all references of a plan."""
    return {step.name: list(references_in(step.push).values()) for step in plan.steps}


def dependencies(plan: PlanRequest, references: References | None = None) -> Graph:
    """Give what each step depends on: what it refers to, and what `after` adds.

    `references` are those of the plan, where they were read before.
    """
    known = references_by_step(plan) if references is None else references
    return {
        step.name: frozenset([*step.after, *(found.step for found in known[step.name])])
        for step in plan.steps
    }


def wanted(plan: PlanRequest) -> dict[str, list[str]]:
    """Give the pointers into each step's outcome that later steps need, without repetition."""
    wants: dict[str, dict[str, None]] = {}
    for step in plan.steps:
        for found in references_in(step.push).values():
            wants.setdefault(found.step, {})[found.pointer] = None
    return {name: list(pointers) for name, pointers in wants.items()}


def cycles(graph: Graph) -> Iterator[list[str]]:
    """Give steps that wait for each other, the first once more at the end; some, of very many."""
    left = {name: set(before) for name, before in graph.items()}
    for _ in range(_MAX_CYCLES):
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            # Each stands before the next one, so the next one waits for it.
            found: list[str] = error.args[1]
            yield found
            left[found[1]].discard(found[0])
        else:
            return


def layers(graph: Graph) -> list[list[str]]:
    """Give the steps in layers: each waits only for steps of earlier ones. No cycles."""
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    found: list[list[str]] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        found.append(sorted(ready))
        sorter.done(*ready)
    return found
