"""Renders the cases of `fixtures/`; run as a script, writes what they become now.

python -m tests.docc2context.render.fixture_cases
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from markdown_it.utils import read_fixture_file

from docc2context.archive.limits import DEFAULT_LIMITS
from docc2context.links.paths import output_paths
from docc2context.links.resolver import PageResolver
from docc2context.links.site import Site
from docc2context.model.counts import new_counts
from docc2context.model.decode import decode_page
from docc2context.model.page import RenderNode
from docc2context.model.variants import variants
from docc2context.render.block import blocks
from docc2context.render.budget import Budget
from docc2context.render.context import Context
from docc2context.render.inline import inlines
from docc2context.render.page import render_page
from docc2context.render.sections import primary_section
from docc2context.render.tutorials import section

FIXTURES = Path(__file__).parent / "fixtures"
REFERENCES = json.loads((FIXTURES / "references.json").read_text())
PATHS = output_paths(
    [
        "data/documentation/kit.json",
        "data/documentation/kit/sloth.json",
        "data/tutorials/kit/feeding.json",
    ]
)

Render = Callable[[RenderNode, Context], str]


def _inline(node: RenderNode, ctx: Context) -> str:
    return inlines(node.abstract, ctx)


def _blocks(node: RenderNode, ctx: Context) -> str:
    return blocks(node.deprecation_summary, ctx)


def _primary_section(node: RenderNode, ctx: Context) -> str:
    return primary_section((node.primary_content_sections or [])[0], "swift", ctx)


def _tutorial_section(node: RenderNode, ctx: Context) -> str:
    return section((node.sections or [])[0], ctx)


def _page(node: RenderNode, ctx: Context) -> str:
    return render_page(node, variants(node, ctx.unknown_nodes), "/documentation/kit", ctx)


# Where a case's JSON goes in a page so that it is decoded as such, and how it is rendered.
KINDS: dict[str, tuple[Callable[[Any], dict[str, Any]], Render]] = {
    "inline": (lambda value: {"abstract": value}, _inline),
    "blocks": (lambda value: {"deprecationSummary": value}, _blocks),
    "primary_sections": (lambda value: {"primaryContentSections": [value]}, _primary_section),
    "tutorial_sections": (lambda value: {"sections": [value]}, _tutorial_section),
    "pages": (lambda value: value, _page),
}


def rendered(kind: str, source: str) -> str:
    place, render = KINDS[kind]
    page = {"metadata": {"title": "Kit"}, "references": REFERENCES, **place(json.loads(source))}
    decoded = decode_page(json.dumps(page).encode())
    node = decoded.node
    links = PageResolver(Site(PATHS), "documentation/kit.md", node.references)
    budget = Budget(DEFAULT_LIMITS.max_page_output_bytes, decoded.size)
    ctx = Context(links, budget, new_counts())
    ctx.title = "Kit"
    return ctx.links.fill_own_links(render(node, ctx), ctx.headings.anchors).rstrip("\n")


def cases() -> Iterator[tuple[str, str, str, str]]:
    """Kind, title, JSON and Markdown of each case."""
    for kind in KINDS:
        for _, title, source, expected in read_fixture_file(FIXTURES / f"{kind}.md"):
            yield kind, title, source, expected.rstrip("\n")


def write() -> None:
    for kind in KINDS:
        parts = [
            f"{title}\n.\n{source.rstrip()}\n.\n{rendered(kind, source)}\n.\n"
            for its_kind, title, source, _ in cases()
            if its_kind == kind
        ]
        (FIXTURES / f"{kind}.md").write_text("\n".join(parts))


if __name__ == "__main__":
    write()
