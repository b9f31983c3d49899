"""Rendering a page whose headings get their fragments only when all other pages are known."""

from docc2context.links.marks import mark_heading
from docc2context.render.context import Context


class MarkingContext(Context):
    """A page of one document: see `links/marks.py`."""

    def heading(self, level: int, text: str, anchor: str | None = None) -> str:
        rendered = super().heading(level, text)
        return mark_heading(rendered, anchor) if rendered else ""
