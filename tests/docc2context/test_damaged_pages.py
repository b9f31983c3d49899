"""Whatever stands in a page's JSON, it is rendered as far as it goes or refused by name."""

import copy
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from docc2context.archive.limits import DEFAULT_LIMITS
from docc2context.bundle.link_graph import page_edges
from docc2context.links.paths import output_paths
from docc2context.links.resolver import PageResolver
from docc2context.links.site import Site
from docc2context.model.counts import new_counts
from docc2context.model.decode import PageUndecodable, decode_page
from docc2context.render.budget import Budget
from docc2context.render.contents import curated, summary
from docc2context.render.context import Context
from docc2context.render.page import render_page
from docc2context.render.titles import page_name
from tests.docc2context.render.fixture_cases import REFERENCES, cases

SAMPLE = Path(__file__).parents[2] / "examples" / "TrailKit.doccarchive.zip"
SITE = Site(output_paths(["data/documentation/kit.json"]))


def sound_pages() -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(SAMPLE) as archive:
        for name in archive.namelist():
            if "/data/" in name:
                yield json.loads(archive.read(name))
    for kind, _, source, _ in cases():
        if kind == "blocks":
            section = {"kind": "content", "content": json.loads(source)}
            yield {
                "metadata": {"title": "Kit"},
                "primaryContentSections": [section],
                "references": REFERENCES,
            }


PAGES = list(sound_pages())

SCALARS = [None, True, 0, -1, 1.5, 10**30, "", "x", "\0", "#\0x\0", "doc://x", "javascript:x"]
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [*SCALARS, [], {}, [[]], [None], [1], ["x"], {"type": "text"}, {"type": []}, {"kind": "row"}]
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of every object and array, as its container and key."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        yield value, key
        if isinstance(member, dict | list):
            yield from places(member)


@given(
    st.sampled_from(PAGES),
    st.lists(st.tuples(st.integers(0, 5000), VALUES), min_size=1, max_size=4),
)
def test_a_page_with_any_values_anywhere_is_rendered_or_refused(
    page: dict[str, Any], damage: list[tuple[int, Any]]
) -> None:
    damaged = copy.deepcopy(page)
    for position, value in damage:
        found = list(places(damaged)) or [({}, "")]
        container, key = found[position % len(found)]
        container[key] = copy.deepcopy(value)
    try:
        decoded = decode_page(json.dumps(damaged).encode())
    except PageUndecodable:
        return
    links = PageResolver(SITE, "documentation/kit.md", decoded.node.references)
    budget = Budget(DEFAULT_LIMITS.max_page_output_bytes, decoded.size)
    ctx = Context(links, budget, new_counts())
    markdown = render_page(decoded.node, decoded.others, "/documentation/kit", ctx)
    assert markdown.startswith("---\ntitle: ")
    assert "\0" not in markdown
    assert page_edges("documentation/kit.md", ctx.edges, links).startswith(b"{")
    assert isinstance(summary(decoded.node, ctx) + page_name(decoded.node), str)
    assert all(isinstance(identifier, str) for identifier in curated(decoded.node))
