"""Constraints on a value, as swift-docc-render words them: swift-docc writes only their kinds."""

from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.model.sections import Attribute
from docc2context.render.context import Context
from docc2context.render.declarations import type_span

_TITLES = {
    "default": "Default",
    "minimum": "Minimum",
    "minimumExclusive": "Minimum",
    "maximum": "Maximum",
    "maximumExclusive": "Maximum",
    "minimumLength": "Minimum length",
    "maximumLength": "Maximum length",
    "allowedValues": "Possible values",
    "allowedTypes": "Possible types",
}

_BOUNDS = {"minimumExclusive": "> ", "maximumExclusive": "< "}
"""What stands before a bound that is itself not allowed."""


def attribute(node: Attribute, ctx: Context) -> str:
    """A constraint as one line of Markdown: its name, and the value or values."""
    values = [node.value] if node.value is not None else node.values or []
    bound = _BOUNDS.get(node.kind, "")
    joined = ", ".join(
        [
            code_span(f"{bound}{value}") if isinstance(value, str) else type_span(value, ctx)
            for value in values
        ]
    )
    return f"{escape(node.title or _TITLES.get(node.kind, node.kind))}: {joined}"
