"""The playbooks as tests see them: sections and listings."""

from functools import cache
from typing import NamedTuple

from markdown_it import MarkdownIt

from monitoring.playbooks import SOURCES

PLAYBOOKS = sorted(path for path in SOURCES.glob("*.md") if path.stem != "README")


class Listing(NamedTuple):
    playbook: str
    language: str
    text: str


@cache
def listings(language: str) -> list[Listing]:
    """All code blocks of a language, in all playbooks."""
    return [
        Listing(path.stem, language, token.content.strip())
        for path in PLAYBOOKS
        for token in MarkdownIt().parse(path.read_text())
        if token.type == "fence" and token.info == language
    ]


def commands() -> list[Listing]:
    """Each line of each shell listing."""
    return [
        listing._replace(text=line)
        for listing in listings("sh")
        for line in listing.text.splitlines()
    ]
