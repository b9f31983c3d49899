"""The files beside the pages are as their schemas in DOCS say."""

import io
import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

import docc2context
from docc2context.model.variants import Language
from tests.docc2context.archives import archive, page, topic, unzipped, zipped

SCHEMAS = Path(__file__).parents[3] / "DOCS" / "schemas"
SAMPLE = Path(__file__).parents[3] / "examples" / "TrailKit.doccarchive.zip"


def bundle(source: Path | bytes) -> dict[str, bytes]:
    buffer = io.BytesIO()
    docc2context.convert(source, buffer)
    return unzipped(buffer.getvalue())


LOSSY = archive(
    kit=page("Kit", abstract=[{"type": "emoji"}]),
    bad=b"{",
    b=page("B", kind="symbol", sections=None),
)


@pytest.mark.parametrize("name", ["manifest", "linkgraph"])
@pytest.mark.parametrize("source", [SAMPLE, LOSSY], ids=["sample", "lossy"])
def test_the_file_fits_its_schema(name: str, source: Path | bytes) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.validate(json.loads(bundle(source)[f"{name}.json"]), schema)


@pytest.mark.parametrize("language", get_args(Language))
def test_a_manifest_tells_the_language_that_was_asked_for(language: Language) -> None:
    buffer = io.BytesIO()
    docc2context.convert(SAMPLE, buffer, language=language)
    manifest = json.loads(unzipped(buffer.getvalue())["manifest.json"])
    assert list(manifest)[:4] == ["format", "converter", "title", "language"]
    assert (manifest["format"], manifest["language"]) == (1, language)
    schema = json.loads((SCHEMAS / "manifest.schema.json").read_text())
    jsonschema.validate(manifest, schema)
    del manifest["language"]  # the first versions did not write it
    jsonschema.validate(manifest, schema)


def test_a_manifest_with_assets_fits_its_schema() -> None:
    variants = [{"url": "/pic.png", "traits": []}]
    kit = page(
        "Kit",
        abstract=[{"type": "image", "identifier": "pic"}],
        references={"pic": {"type": "image", "variants": variants}},
    )
    buffer = io.BytesIO()
    source = zipped({"data/documentation/kit.json": kit, "pic.png": b""})
    docc2context.convert(source, buffer, assets=True)
    manifest = json.loads(unzipped(buffer.getvalue())["manifest.json"])
    assert [entry["path"] for entry in manifest["assets"]] == ["pic.png"]
    jsonschema.validate(manifest, json.loads((SCHEMAS / "manifest.schema.json").read_text()))


def graph(**keys: Any) -> dict[str, Any]:
    """The link graph's entry of a page with these keys, beside which lies a page B."""
    pages = json.loads(bundle(archive(kit=page("Kit", **keys), b=page("B")))["linkgraph.json"])[
        "pages"
    ]
    (entry,) = [entry for entry in pages if entry["path"] == "documentation/kit.md"]
    return dict(entry)


def mention(identifier: str) -> dict[str, Any]:
    return {"type": "reference", "identifier": identifier, "isActive": True}


REFERENCES = {
    "doc://b": {
        **topic("/documentation/b", "B"),
        "abstract": [mention("https://example.com")],
    },
    "doc://kit": topic("/documentation/kit", "Kit"),
    "https://example.com": {"type": "link", "title": "E", "url": "https://example.com"},
    "doc://x": {"type": "unresolvable", "title": "Swift.Sendable"},
}


def test_targets_are_told_by_relation_and_by_where_they_are() -> None:
    entry = graph(
        references=REFERENCES,
        abstract=[mention("doc://b"), mention("https://example.com"), mention("doc://b")],
        topicSections=[{"identifiers": ["doc://b"]}],
        relationshipsSections=[
            {"title": "Conforms To", "type": "conformsTo", "identifiers": ["doc://x"]}
        ],
    )
    assert entry["links"] == {"body": ["documentation/b.md"], "topic": ["documentation/b.md"]}
    assert entry["external"] == {"body": ["https://example.com"]}
    assert entry["unresolved"] == {"conforms-to": ["doc://x"]}
    assert entry["names"] == {"doc://x": "Swift.Sendable"}


def test_each_relation_has_its_name() -> None:
    """Also one that the format does not know, and that of the type in a declaration."""
    types = ["conformsTo", "conformingTypes", "inheritsFrom", "inheritedBy", "resembles"]
    tokens = [{"kind": "typeIdentifier", "text": "T", "identifier": "doc://t"}]
    groups = [{"title": name, "type": name, "identifiers": [f"doc://{name}"]} for name in types]
    entry = graph(
        primaryContentSections=[
            {"kind": "declarations", "declarations": [{"platforms": [], "tokens": tokens}]},
            {"kind": "mentions", "mentions": ["doc://m"]},
        ],
        sections=[{"kind": "volume", "chapters": [{"tutorials": ["doc://c"]}]}],
        defaultImplementationsSections=[{"identifiers": ["doc://d"]}],
        relationshipsSections=groups,
        seeAlsoSections=[{"identifiers": ["doc://s"]}],
    )
    assert entry["unresolved"] == {
        "conforming-type": ["doc://conformingTypes"],
        "conforms-to": ["doc://conformsTo"],
        "declaration": ["doc://t"],
        "default-implementation": ["doc://d"],
        "inherited-by": ["doc://inheritedBy"],
        "inherits-from": ["doc://inheritsFrom"],
        "mention": ["doc://m"],
        "relationship": ["doc://resembles"],
        "see-also": ["doc://s"],
        "topic": ["doc://c"],
    }


def test_what_a_page_says_no_more_of_than_the_identifier_has_no_name() -> None:
    nameless = {"doc://x": {"type": "unresolvable", "title": "doc://x"}}
    entry = graph(references=nameless, abstract=[mention("doc://x"), mention("doc://y")])
    assert entry == {
        "path": "documentation/kit.md",
        "unresolved": {"body": ["doc://x", "doc://y"]},
    }


def test_links_that_carry_their_own_address_are_edges() -> None:
    web = {"type": "link", "title": "E", "destination": "https://example.com"}
    unsafe = {"type": "link", "title": "F", "destination": "file:///f"}
    assert graph(abstract=[web, unsafe]) == {
        "path": "documentation/kit.md",
        "external": {"body": ["https://example.com"]},
        "unresolved": {"body": ["file:///f"]},
    }


def test_what_another_pages_abstract_mentions_is_no_edge_of_this_one() -> None:
    entry = graph(references=REFERENCES, seeAlsoSections=[{"identifiers": ["doc://b"]}])
    assert entry == {"path": "documentation/kit.md", "links": {"see-also": ["documentation/b.md"]}}


def test_a_page_is_no_neighbour_of_itself() -> None:
    entry = graph(references=REFERENCES, abstract=[mention("doc://kit")])
    assert entry == {"path": "documentation/kit.md"}


def test_types_in_a_declaration_are_edges() -> None:
    tokens = [{"kind": "typeIdentifier", "text": "B", "identifier": "doc://b"}]
    declaration = {"languages": ["swift"], "platforms": [], "tokens": tokens}
    entry = graph(
        references=REFERENCES,
        primaryContentSections=[{"kind": "declarations", "declarations": [declaration]}],
    )
    assert entry["links"] == {"declaration": ["documentation/b.md"]}


def test_types_of_properties_bodies_and_responses_are_edges() -> None:
    fragments = [{"kind": "typeIdentifier", "text": "B", "identifier": "doc://b"}]
    sections = [
        {"kind": "properties", "title": "P", "items": [{"name": "p", "type": fragments}]},
        {"kind": "restBody", "title": "B", "bodyContentType": fragments},
        {"kind": "restResponses", "title": "R", "items": [{"status": 200, "type": fragments}]},
    ]
    for section in sections:
        entry = graph(references=REFERENCES, primaryContentSections=[section])
        assert entry["links"] == {"declaration": ["documentation/b.md"]}
