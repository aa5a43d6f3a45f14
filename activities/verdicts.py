"""A record judged by options that may have changed since they were fetched."""

from typing import Protocol, TypeVar

from codat import clock
from codat.models import Problem, PushTarget
from codat.turns import in_turn
from codat.validation.cache import CachedOptions
from codat.validation.validate import CHOICE, validate_record

Found = TypeVar("Found", CachedOptions, CachedOptions | None)
Found_co = TypeVar("Found_co", covariant=True)


class Get(Protocol[Found_co]):
    """Gives the document of a target, from `OptionsShelf.get` or `soon`."""

    async def __call__(self, target: PushTarget, *, since: float | None = None) -> Found_co:
        """Give it; `since` (monotonic): one that was asked for later."""
        ...


async def judged(
    get: Get[Found], target: PushTarget, record: object, *, update: bool
) -> tuple[Found, list[Problem]]:
    """Judge a record; before a choice fails it the options are fetched anew.

    What it chose may have been made a second ago. Gives the document and the problems, none of
    them where there is no document. Raises: CodatError.
    """
    begun = clock.monotonic()
    cached = await get(target)
    problems = await _problems(cached, record, update=update)
    if cached is None or cached.asked >= begun or not any(map(_is_refused_choice, problems)):
        return cached, problems
    cached = await get(target, since=begun)
    return cached, await _problems(cached, record, update=update)


async def _problems(cached: CachedOptions | None, record: object, *, update: bool) -> list[Problem]:
    if cached is None:
        return []
    return await in_turn(validate_record, cached.checker, record, update=update, stale=cached.stale)


def _is_refused_choice(problem: Problem) -> bool:
    return problem.rule == CHOICE and problem.severity == "error"
