"""The page's modules by themselves, in a real browser, against what Python makes of the same."""

import base64
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

import docc2context
from docc2context.bundle.llms_txt import Contents, ContentsEntry
from docc2context.markdown.code import code_span
from docc2context.markdown.escape import escape
from docc2context.markdown.slug import Slugs, slug
from tests.app.archives import names_in
from tests.app.serving import ROOT, Server
from tests.app.web.page import SAMPLE, WebPage, opened
from tests.test_corpus import CORPUS

HEADINGS = [
    "Define the spec (with @Macro)",
    "Übergrößen, naïve café: 50 %",
    "snake_case and kebab-case",
    "日本語の見出し、二",
    "`code` & <tags>",
    "  spaces  around ",
    "½ + ² = Ⅷ",
    "e\u0301 combined",
    "हिन्दी ⚠\ufe0f Ⓐ‿🅱 ①",
    "Overview",
    "Overview",
    "Overview-1",
    "",
]

LINKS = {
    "b.md": {"kind": "page", "path": "a/b.md", "fragment": ""},
    "../c%28x%29.md#some-part": {"kind": "page", "path": "c(x).md", "fragment": "some-part"},
    "#here": {"kind": "page", "path": "a/a.md", "fragment": "here"},
    "../images/lake.png": {"kind": "file", "path": "images/lake.png"},
    "../../../../b.md": {"kind": "nowhere"},
    "none.md": {"kind": "nowhere"},
    "https://x.example/y": {"kind": "outside", "href": "https://x.example/y"},
    "//x.example/y": {"kind": "outside", "href": "https://x.example/y"},
    "mailto:a@x.example": {"kind": "outside", "href": "mailto:a@x.example"},
    "javascript:alert(1)": {"kind": "nowhere"},
    "data:text/html,x": {"kind": "nowhere"},
    "%E0%A4%A.md": {"kind": "nowhere"},
}


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


def run(page: WebPage, module: str, code: str, argument: object = None) -> Any:
    """What an expression over the module `m` and the argument `x` gives."""
    return page.page.evaluate(
        f"async (x) => {{ const m = await import('/static/js/{module}.js'); return {code}; }}",
        argument,
    )


def test_fragments_are_those_that_the_converter_links_to(browser: Browser, server: Server) -> None:
    slugs = Slugs()
    expected = [slugs.add(slug(heading)) for heading in HEADINGS]
    with opened(browser, server) as page:
        code = "(() => { const s = new m.Slugs(); return x.map((one) => s.add(one)); })()"
        assert run(page, "slug", code, HEADINGS) == expected


def test_links_lead_to_pages_files_outside_or_nowhere(browser: Browser, server: Server) -> None:
    with opened(browser, server) as page:
        bundle = (
            "{ pages: new Set(['a/a.md', 'a/b.md', 'c(x).md']), "
            "has: (path) => path === 'images/lake.png' }"
        )
        told = run(page, "links", f"x.map((one) => m.resolve(one, 'a/a.md', {bundle}))", [*LINKS])

    assert dict(zip(LINKS, told, strict=True)) == LINKS


@pytest.mark.parametrize("path", ["a/b.md", "a/'\"<b>#?%41.md", "ü/日本.md", "__proto__.md"])
def test_a_route_leads_back_to_its_page(browser: Browser, server: Server, path: str) -> None:
    with opened(browser, server) as page:
        assert run(page, "links", "m.routed(m.route(x, 'some#part'))", path) == {
            "path": path,
            "fragment": "some#part",
        }


def test_the_contents_are_read_as_the_converter_writes_them(
    browser: Browser, server: Server
) -> None:
    declarations = {
        "documentation/kit.md": "",
        "documentation/kit/run(_-)-1a.md": "func run(_ x: (Int) -> `T`)",
        "documentation/kit/run(_-)-2b.md": "`run`",
        "documentation/kit/ü [x].md": "",
        "documentation/kit/zebra.md": "",
    }
    names = iter(["Kit", "`run(_:)`", "`run(_:)`", escape("a](b) \\"), code_span("`]`(x)")])
    written = Contents()
    for path, declaration in declarations.items():
        children = tuple(declarations) if path == "documentation/kit.md" else ()
        written.add(
            path, ContentsEntry("", next(names), "An [x](y.md).", children, declaration=declaration)
        )

    with opened(browser, server) as page:
        told = run(page, "contents", "[...m.contents(x)]", written.render("Kit"))

    assert told == [[path, declaration] for path, declaration in declarations.items()]


def test_a_picture_too_large_to_show_is_not_even_inflated(browser: Browser, server: Server) -> None:
    sizes = {"large.png": (8 << 20) + 1, "small.png": 8 << 20}
    code = """(() => {
      const inflated = [];
      const bytes = (path) => { inflated.push(path); return new Uint8Array(1); };
      const bundle = { pages: new Set(), has: () => true, size: (path) => x[path], bytes };
      const shown = m.rendered("![A](large.png) ![B](small.png)", "a.md", bundle);
      return [inflated, shown.querySelector(".missing").textContent];
    })()"""
    with opened(browser, server) as page:
        assert run(page, "markdown", code, sizes) == [["small.png"], "A"]


def test_progress_towards_an_unknown_size_is_told_by_what_has_come(
    browser: Browser, server: Server
) -> None:
    code = """(() => {
      const work = new m.Work({ name: "Kit.zip", size: 4096 }, () => {});
      const told = () => {
        const bar = document.getElementById("bar");
        return [bar.getAttribute("value"), document.getElementById("amount").textContent];
      };
      work.receiving(1024, 2048);
      const known = told();
      work.receiving(1024, 0);
      work.end();
      return [known, told()];
    })()"""
    with opened(browser, server) as page:
        assert run(page, "work", code) == [["50", "50 %: 1 KiB of 2 KiB"], [None, "1 KiB"]]


def test_numbers_are_worded(browser: Browser, server: Server) -> None:
    sizes = {
        0: "0 bytes",
        1023: "1,023 bytes",
        2048: "2 KiB",
        268435456: "256 MiB",
        5 << 30: "5 GiB",
    }
    names = {"Kit.doccarchive.zip": "Kit-markdown.zip", ".zip": "documentation-markdown.zip"}
    times = {1: "1 second", 120: "120 seconds", 121: "3 minutes", 3600: "60 minutes"}
    with opened(browser, server) as page:
        assert run(page, "format", "x.map(m.lasting)", [*times]) == [*times.values()]
        assert run(page, "format", "x.map(m.sized)", [*sizes]) == [*sizes.values()]
        assert run(page, "format", "x.map(m.bundleName)", [*names]) == [*names.values()]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("", ""),
        ("a.md", "a.md"),
        ("a/b(_:).md", "a/<wbr>b(_:).md"),
        ("a//b/", "a/<wbr>/<wbr>b/"),
        ("/<b>/c.md", "/<wbr>&lt;b&gt;/<wbr>c.md"),
    ],
)
def test_a_path_may_break_behind_each_slash_and_stays_text(
    browser: Browser, server: Server, path: str, shown: str
) -> None:
    with opened(browser, server) as page:
        drawn = "m.element('p', {}, ...m.breakable(x))"
        assert run(page, "dom", f"[{drawn}.innerHTML, {drawn}.textContent]", path) == [shown, path]


def test_no_module_looks_behind_which_some_browsers_cannot_parse() -> None:
    """Safari before 16.4 would load no module that has it, and none that imports that."""
    modules = (ROOT / "app" / "static" / "js").glob("*.js")
    found = [one.name for one in modules if re.search(r"\(\?<[=!]", one.read_text())]
    assert found == []


DEAD_LINKS = """
(async () => {
  const { Bundle } = await import("/static/js/bundle.js");
  const { rendered, heading } = await import("/static/js/markdown.js");
  const { split } = await import("/static/js/front_matter.js");
  const { routed } = await import("/static/js/links.js");
  const blob = new Blob([Uint8Array.from(atob(x), (c) => c.charCodeAt(0))]);
  const bundle = await Bundle.of(blob);
  const drawn = new Map();
  for (const path of bundle.pages.keys()) {
    const root = document.createElement("div");
    root.append(rendered(split(bundle.text(path)).body, path, bundle));
    drawn.set(path, root);
  }
  const dead = [];
  let links = 0, fragments = 0;
  for (const [path, root] of drawn) {
    for (const link of root.querySelectorAll("a")) {
      const hash = link.getAttribute("href");
      if (!hash.startsWith("#/")) continue;
      links += 1;
      const to = routed(hash);
      if (to.fragment) fragments += 1;
      if (!drawn.has(to.path) || (to.fragment && !heading(drawn.get(to.path), to.fragment)))
        dead.push([path, hash]);
    }
  }
  return { pages: drawn.size, links, fragments, dead };
})()
"""


@pytest.mark.parametrize("name", ["TrailKit", "specification-core", "swift-book"])
def test_every_link_of_a_real_bundle_leads_to_a_page_and_its_heading(
    browser: Browser, server: Server, name: str
) -> None:
    archive = SAMPLE if name == "TrailKit" else CORPUS / f"{name}.doccarchive.zip"
    if not archive.exists():
        pytest.skip(f"there is no {archive.name} in the corpus folder")
    buffer = io.BytesIO()
    docc2context.convert(archive, buffer)
    with opened(browser, server) as page:
        told = run(page, "bundle", DEAD_LINKS.strip(), base64.b64encode(buffer.getvalue()).decode())

        pages = [entry for entry in names_in(buffer.getvalue()) if entry.endswith(".md")]
        assert (told["dead"], told["pages"]) == ([], len(pages))
        assert told["links"] > 10
        page.assert_quiet()
