"""Headings that get their fragments only when all other pages are known: see `links/marks.py`."""

from docc2context.links.marks import mark_heading
from docc2context.render.headings import Headings


class MarkedHeadings(Headings):
    """The headings of a page that becomes a part of one document."""

    __slots__ = ()

    def add(self, level: int, text: str, suffix: str, anchor: str | None = None) -> str:
        rendered = super().add(level, text, suffix)
        return mark_heading(rendered, anchor) if rendered else ""
