"""The form of a record, with what its references may be offered from the books."""

from collections.abc import Iterable

from markupsafe import Markup

from codat.models import Problem, PushTarget
from codat.turns import in_turn
from codat.validation.cache import CachedOptions
from gateway.pages.forms.render import referring_fields, render_form
from gateway.references import References


async def record_form(  # noqa: PLR0913, what a form is made of
    references: References,
    target: PushTarget,
    cached: CachedOptions,
    record: object = None,
    problems: Iterable[Problem] = (),
    *,
    update: bool = False,
) -> Markup:
    """Return the fieldset for a record; UnreadableOptions when the options are none."""
    fields = await in_turn(referring_fields, cached.document)
    offered = await references.offered(target.company_id, fields)
    return await in_turn(
        render_form, cached.document, record, problems, update=update, offered=offered
    )
