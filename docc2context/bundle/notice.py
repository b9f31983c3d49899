"""What a bundle holds in place of a linked page that could not be converted."""

from docc2context.bundle.report import SkippedPage
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.markdown.front_matter import front_matter


def notice(page: SkippedPage) -> str:
    """The Markdown that takes the page's place; `skipped` in its front matter tells it apart."""
    head = front_matter({"title": page.source, "skipped": page.reason})
    return "\n\n".join(
        [
            head,
            "# This page could not be converted",
            f"{code_span(page.source)} in the archive could not be read: {escape(page.reason)}.\n",
        ]
    )
