"""The constraints under which a member exists or a type conforms, as a phrase."""

from collections.abc import Sequence

from docc2context.model.inline import Inline, Text
from docc2context.model.reference import Reference
from docc2context.model.symbol import Conformance
from docc2context.render.context import Context
from docc2context.render.inline import inlines


def available_when(conformance: Conformance | None, ctx: Context) -> str:
    """Under which constraints a member exists: ``available when `Self` conforms to …``."""
    if conformance is None or not conformance.constraints:
        return ""
    return _constrained(conformance.availability_prefix, "Available when", conformance, ctx)


def conforms_when(reference: Reference | None, ctx: Context) -> str:
    """Under which constraints a type conforms: ``conforms when `Base` conforms to …``.

    These are others' words, in which mentions do not relate to the page.
    """
    conformance = getattr(reference, "conformance", None)
    if conformance is None or not conformance.constraints:
        return ""
    with ctx.relating(None):
        return _constrained(conformance.conformance_prefix, "Conforms when", conformance, ctx)


def _constrained(
    prefix: Sequence[Inline], default: str, conformance: Conformance, ctx: Context
) -> str:
    words = [*(prefix or [Text(text=default)]), Text(text=" "), *conformance.constraints]
    phrase = inlines(words, ctx).rstrip(".")
    return phrase[:1].lower() + phrase[1:]
