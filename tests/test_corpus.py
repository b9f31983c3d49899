"""Real archives, which lie beside the project and are no part of it."""

import hashlib
import io
import json
import os
import posixpath
import re
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

import docc2context
from docc2context.markdown.blocks import RULE
from tests.docc2context import oracle
from tests.docc2context.archives import unzipped

CORPUS = Path(os.environ.get("DOCC_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))

# Pages in the archive that are no JSON: swift-docc-render keeps them so to test its own errors.
SKIPPED = {"docc-fixtures": 3}
PAGES = {
    "combined-example": 9,
    "docc-fixtures": 34,
    "hummingbird": 3164,
    "irl-pdfscan": 439,
    "kai-portfolio-slim": 63,
    "openapi-registry": 51,
    "smi-client": 1392,
    "specification-core": 488,
    "swift-book": 44,
    "swift-bundler": 10,
}

# Images that pages show and the archive holds; the others belong to DocC's own page.
ASSETS = {"hummingbird": 3, "irl-pdfscan": 2, "swift-book": 67}

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(),
    reason="no corpus of real archives here (DOCC_CORPUS names its folder)",
)
archives = pytest.mark.parametrize("name", PAGES)


@cache
def bundle(name: str) -> tuple[docc2context.Report, bytes]:
    buffer = io.BytesIO()
    report = docc2context.convert(CORPUS / f"{name}.doccarchive.zip", buffer)
    return report, buffer.getvalue()


@cache
def converted(name: str) -> tuple[docc2context.Report, dict[str, bytes]]:
    report, data = bundle(name)
    return report, unzipped(data)


def pages(name: str) -> dict[str, str]:
    return {
        path: data.decode() for path, data in converted(name)[1].items() if path.endswith(".md")
    }


@dataclass(frozen=True)
class Seen:
    """What a reader sees of a page."""

    links: list[str]
    sources: set[str]
    """Of images, also of those inside links."""
    outline: list[str]
    """The fragment of each heading."""
    html: set[str]
    kinds: set[str]
    """The types of the block tokens."""


@cache
def seen(page: str) -> Seen:
    """A page or a document is parsed once for all tests, which takes longest; no token is kept."""
    stream = oracle.tokens(oracle.body(page))
    inline = [child for token in stream for child in token.children or []]
    return Seen(
        links=oracle.destinations(stream),
        sources={str(token.attrs["src"]) for token in inline if token.type == "image"},
        outline=oracle.outline(stream),
        html={token.content for token in inline if token.type == "html_inline"},
        kinds={token.type for token in stream},
    )


@cache
def document(name: str) -> bytes:
    buffer = io.BytesIO()
    docc2context.convert(CORPUS / f"{name}.doccarchive.zip", buffer, single=True)
    return buffer.getvalue()


@archives
def test_every_archive_converts_and_loses_no_page_that_is_json(name: str) -> None:
    report, files = converted(name)
    assert report.pages_converted == PAGES[name] == sum(path.endswith(".md") for path in files)
    assert len(report.pages_skipped) == SKIPPED.get(name, 0)
    assert report.unknown_nodes == {}


@archives
def test_every_link_and_every_fragment_resolves(name: str) -> None:
    texts = {**pages(name), "llms.txt": converted(name)[1]["llms.txt"].decode()}
    broken = []
    for path, text in texts.items():
        for link in seen(text).links:
            if re.match(r"https?:|mailto:", link):
                continue
            file, _, fragment = unquote(link).partition("#")
            target = (
                posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path
            )
            if target not in texts or (fragment and fragment not in seen(texts[target]).outline):
                broken.append((path, link))
    assert broken == []


@archives
def test_every_link_of_one_document_leads_where_that_of_the_bundle_leads(name: str) -> None:
    texts = pages(name)
    order = [unquote(link) for link in seen(converted(name)[1]["llms.txt"].decode()).links]
    outlines = {path: seen(texts[path]).outline for path in order}
    whole = seen(document(name).decode())
    given = iter(whole.outline)
    found = {path: dict(zip(outlines[path], given, strict=False)) for path in order}
    assert next(given, None) is None
    expected = []
    for path in order:
        for link in seen(texts[path]).links:
            file, _, fragment = unquote(link).partition("#")
            if re.match(r"https?:|mailto:", link):
                expected.append(link)
                continue
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), file or path))
            target = target if file else path
            expected.append("#" + found[target][fragment or outlines[target][0]])
    assert [unquote(link) if link.startswith("#") else link for link in whole.links] == expected


@archives
def test_every_asset_that_comes_along_is_shown_and_is_what_the_archive_holds(name: str) -> None:
    source = CORPUS / f"{name}.doccarchive.zip"
    buffer = io.BytesIO()
    report = docc2context.convert(source, buffer, assets=True)
    files = unzipped(buffer.getvalue())
    entries = {entry["path"]: entry for entry in json.loads(files["manifest.json"])["assets"]}
    met = {
        posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(link)))
        for path, data in files.items()
        if path.endswith(".md")
        for link in {*seen(data.decode()).links, *seen(data.decode()).sources}
        if not re.match(r"https?:|mailto:|#|[^#]*\.md(?:#|$)", link)
    }
    assert met == set(entries)
    assert report.assets_copied == len(entries) == ASSETS.get(name, 0)
    with zipfile.ZipFile(source) as archive:
        for path, entry in entries.items():
            (found,) = [one for one in archive.namelist() if one.endswith("/" + entry["source"])]
            assert files[path] == archive.read(found)
    assert list(files)[-3:] == ["llms.txt", "linkgraph.json", "manifest.json"]


@archives
def test_one_document_tells_its_facts_at_its_beginning_alone(name: str) -> None:
    text = document(name).decode()
    front = yaml.load(text.split("---\n")[1], yaml.CSafeLoader)
    assert front["pages"] == PAGES[name]
    assert len(front.get("skipped", [])) == SKIPPED.get(name, 0)
    assert "hr" not in oracle.kinds(oracle.body(text).replace(RULE, ""))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\0" not in text


@archives
def test_front_matter_is_yaml_that_gives_back_the_title(name: str) -> None:
    files = converted(name)[1]
    with zipfile.ZipFile(CORPUS / f"{name}.doccarchive.zip") as archive:
        sources = {entry: entry.partition("data/")[2] for entry in archive.namelist()}
        by_source = {
            f"data/{tail}": entry for entry, tail in sources.items() if "__MACOSX" not in entry
        }
        for entry in json.loads(files["manifest.json"])["pages"]:
            front = yaml.load(files[entry["path"]].decode().split("---\n")[1], yaml.CSafeLoader)
            assert (
                front["title"]
                == json.loads(archive.read(by_source[entry["source"]]))["metadata"]["title"]
            )


@archives
def test_llms_txt_lists_every_page_once(name: str) -> None:
    listed = seen(converted(name)[1]["llms.txt"].decode()).links
    assert sorted(map(unquote, listed)) == sorted(pages(name))


@archives
def test_no_page_shows_html_but_what_markdown_has_no_mark_for(name: str) -> None:
    allowed = {
        f"<{slash}{tag}>" for tag in ("sub", "sup", "del", "em", "strong") for slash in ("", "/")
    }
    allowed |= {"<br>", "<!-- -->"}
    met = [seen(text) for text in pages(name).values()]
    assert set().union(*(one.html for one in met)) <= allowed
    assert not any("html_block" in one.kinds for one in met)


_SEVERAL_WORKERS = """
import io, sys, docc2context, docc2context.workers
docc2context.workers._PAGES_A_WORKER = 1
out = io.BytesIO()
docc2context.convert(sys.argv[1], out, workers=2)
sys.stdout.buffer.write(out.getvalue())
"""


@archives
def test_another_hash_seed_and_two_workers_give_the_same_bytes(name: str) -> None:
    path = CORPUS / f"{name}.doccarchive.zip"
    again = subprocess.run(
        [sys.executable, "-c", _SEVERAL_WORKERS, path],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )
    here = bundle(name)[1]
    assert hashlib.sha256(again.stdout).digest() == hashlib.sha256(here).digest()


@archives
def test_no_two_pages_share_a_path_where_case_or_composition_is_folded(name: str) -> None:
    folded = [
        unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
        for path in converted(name)[1]
    ]
    assert len(set(folded)) == len(folded)
