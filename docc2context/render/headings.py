"""The headings of a page, and their fragments."""

import re
from functools import lru_cache
from urllib.parse import unquote

from docc2context.links.marks import mark_heading
from docc2context.markdown.blocks import heading
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape, one_line
from docc2context.markdown.inline import with_code
from docc2context.markdown.slug import LONGEST_LINKED, Slugs, slug

_USUAL_CHARS = 64

_EMOJI = re.compile(r":[\w+-]+:")


def generated_anchor(title: str) -> str:
    """The anchor that DocC's web page gives a heading of its own, such as `see-also`."""
    return title.lower().replace(" ", "-")


class Headings:
    """Renders the headings of one page, in order, and remembers their fragments."""

    __slots__ = ("_slugs", "anchors")

    def __init__(self) -> None:
        self.anchors: dict[str, str] = {}
        """The fragments of the headings so far, by DocC's anchors for them."""
        self._slugs = Slugs()

    def add(self, level: int, text: str, suffix: str, anchor: str | None = None) -> str:
        """A heading of plain text, whose fragment is remembered for links to DocC's anchor.

        `anchor` is as the archive has it, and as in a URL: percent-encoded where it is not ASCII.
        """
        if not text:
            return ""
        render = _usual_heading if level > 1 and len(text) < _USUAL_CHARS else _rendered_heading
        rendered, fragment = render(level, text, suffix)
        if not rendered:
            return ""
        fragment = self._slugs.add(fragment)
        if anchor and len(fragment) <= LONGEST_LINKED:
            self.anchors.setdefault(unquote(anchor) if "%" in anchor else anchor, fragment)
        return rendered


class MarkedHeadings(Headings):
    """The headings of a page that becomes a part of one document: see `links/marks.py`.

    They get their fragments only when all other pages are known.
    """

    __slots__ = ()

    def add(self, level: int, text: str, suffix: str, anchor: str | None = None) -> str:
        rendered = super().add(level, text, suffix)
        return mark_heading(rendered, anchor) if rendered else ""


def _rendered_heading(level: int, text: str, suffix: str) -> tuple[str, str]:
    """A heading and the fragment that its text gives."""
    text = one_line(text).strip()
    if not text:
        return "", ""
    text += suffix
    # swift-docc keeps only the backticks of code in a heading; a title may be about backticks.
    return heading(level, _title(text) if level == 1 else with_code(text)), slug(text)


def _title(text: str) -> str:
    """The title of a page; a name that Markdown would read as more than text is code.

    GitHub shows an emoji for the `:x:` of `shadow(color:x:y:)`, escaped or not.
    """
    words = escape(text)
    is_name = " " not in text
    return code_span(text) if is_name and (words != text or _EMOJI.search(text)) else words


_usual_heading = lru_cache(maxsize=1024)(_rendered_heading)
"""Most headings are `Topics`, `Parameters` and the like."""
