import contextlib
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import yaml

import docc2context
from docc2context import Code, Limits
from tests.docc2context.archives import ROOT, archive, page, topic, unzipped, zipped

KIT = archive(
    kit=page(
        "Kit",
        topicSections=[{"title": "All", "identifiers": ["doc://b"]}],
        references={"doc://b": topic("/documentation/b", "B")},
    ),
    b=page("B"),
)


def converted(source: bytes, **options: Any) -> tuple[docc2context.Report, dict[str, bytes]]:
    buffer = io.BytesIO()
    report = docc2context.convert(source, buffer, **options)
    return report, unzipped(buffer.getvalue())


def test_each_page_becomes_a_file_and_links_lead_between_them() -> None:
    report, files = converted(KIT)
    pages = ["documentation/b.md", "documentation/kit.md"]
    assert list(files) == [*pages, "llms.txt", "linkgraph.json", "manifest.json"]
    assert b"- [B](b.md)" in files["documentation/kit.md"]
    assert (report.pages_converted, report.pages_skipped) == (2, [])


def test_the_table_of_contents_names_a_member_behind_an_owner_that_has_no_page() -> None:
    keys = {
        "kind": "symbol",
        "identifier": {"url": "doc://kit/documentation/Kit/Sloth/eat()"},
        "metadata": {"title": "eat()", "role": "symbol", "symbolKind": "method"},
    }
    source = zipped({f"{ROOT}data/documentation/kit/sloth/eat().json": page("eat()", **keys)})
    contents = converted(source)[1]["llms.txt"].decode()
    assert contents.splitlines()[-1] == "- [`Sloth.eat()`](documentation/kit/sloth/eat%28%29.md)"


def test_the_first_paragraph_of_a_tutorial_stands_for_its_abstract() -> None:
    def saying(*words: str) -> list[dict[str, Any]]:
        texts = [[{"type": "text", "text": one}] for one in words]
        return [{"type": "paragraph", "inlineContent": text} for text in texts]

    hero = {"kind": "hero", "title": "T", "content": saying("Learn *it*.", "More.")}
    tasks = {"kind": "tasks", "tasks": []}
    _, files = converted(
        archive(
            kit=page("Kit", sections=[hero, tasks]),
            own=page("Own", sections=[hero], abstract=[{"type": "text", "text": "Its own."}]),
            other=page("Other", sections=[tasks, hero]),
        )
    )

    assert files["llms.txt"].decode().splitlines()[4::2] == [
        "- [Kit](documentation/kit.md): Learn \\*it\\*.",
        "## Other",
        "- [Other](documentation/other.md)",
        "## Own",
        "- [Own](documentation/own.md): Its own.",
    ]


def declaring(text: str) -> bytes:
    declaration = {"platforms": [], "languages": ["swift"], "tokens": [{"text": text}]}
    section = {"kind": "declarations", "declarations": [declaration]}
    return page("f(_:)", primaryContentSections=[section])


def test_the_table_of_contents_tells_overloads_apart_by_one_line_of_bounded_length() -> None:
    source = archive(
        a=declaring("func f(\n  Int\n)"),
        b=declaring("func " + "f" * 1_000_000),
        c=declaring("func " + "g" * 995),
    )
    _, files = converted(source)
    lines = files["llms.txt"].decode().splitlines()
    assert [line for line in lines if line.startswith("-")] == [
        "- [f(\\_:)](documentation/a.md) (`func f( Int )`)",
        f"- [f(\\_:)](documentation/b.md) (`func {'f' * 995}…`)",
        f"- [f(\\_:)](documentation/c.md) (`func {'g' * 995}`)",
    ]


def test_the_table_of_contents_tells_the_names_that_pages_have_in_other_languages() -> None:
    def patched(path: str) -> bytes:
        patch = [{"op": "add", "path": path, "value": "KKit"}]
        overrides = [{"traits": [{"interfaceLanguage": "occ"}], "patch": patch}]
        symbol = {"kind": "symbol", "metadata": {"title": "Kit"}}
        return page("Kit", **symbol, variantOverrides=overrides)

    _, files = converted(archive(a=patched("/metadata/title"), b=patched("/metadata/roleHeading")))
    assert files["llms.txt"].decode().splitlines()[-2:] == [
        "- [`Kit`](documentation/a.md) (Objective-C: `KKit`)",
        "- [`Kit`](documentation/b.md)",
    ]


def test_the_table_of_contents_marks_what_is_deprecated_or_a_beta() -> None:
    beta = {"name": "iOS", "beta": True}
    platforms = {
        "a": [beta, {"name": "macOS", "beta": True}],
        "b": [beta, {"name": "macOS", "beta": False}],
        "c": [beta | {"deprecatedAt": "18.0"}],
        "d": [],
    }
    pages = {
        f"{ROOT}data/documentation/{name}.json": page(
            name, metadata={"title": name, "platforms": platforms[name]}
        )
        for name in platforms
    }
    _, files = converted(zipped(pages))
    lines = files["llms.txt"].decode().splitlines()
    assert [line for line in lines if line.startswith("-")] == [
        "- [a](documentation/a.md) (beta)",
        "- [b](documentation/b.md)",
        "- [c](documentation/c.md) (deprecated)",
        "- [d](documentation/d.md)",
    ]


def test_what_only_another_language_lists_stands_with_the_page_that_lists_it() -> None:
    def listing(*names: str) -> list[dict[str, Any]]:
        return [{"identifiers": [f"/documentation/kit/{name}" for name in names]}]

    patch = [{"op": "replace", "path": "/topicSections", "value": listing("z", "sloth")}]
    override = {"traits": [{"interfaceLanguage": "occ"}], "patch": patch}
    pages = {
        "kit": page("Kit", topicSections=listing("sloth", "koala"), variantOverrides=[override]),
        "kit/koala": page("Koala"),
        "kit/sloth": page("Sloth"),
        "kit/a": page("Listed nowhere"),
        "kit/z": page("Objective-C alone"),
    }
    source = zipped({f"{ROOT}data/documentation/{path}.json": pages[path] for path in pages})
    order = ["Kit", "Sloth", "Koala", "Objective-C alone", "Listed nowhere"]
    _, files = converted(source)
    assert re.findall(r"^- \[(.*)\]", files["llms.txt"].decode(), re.MULTILINE) == order
    buffer = io.BytesIO()
    docc2context.convert(source, buffer, single=True)
    assert re.findall("^# (.*)$", buffer.getvalue().decode(), re.MULTILINE) == order
    _, swift = converted(source, language="swift")
    swift_order = ["Kit", "Sloth", "Koala", "Listed nowhere", "Objective-C alone"]
    assert re.findall(r"^- \[(.*)\]", swift["llms.txt"].decode(), re.MULTILINE) == swift_order


def test_what_a_type_inherits_stands_last_in_the_table_of_contents_and_in_one_document() -> None:
    usr = "s:SQsE2neoiySbx_xtFZ::SYNTHESIZED::s:3Kit5SlothV"
    topics = {"topicSections": [{"identifiers": ["/documentation/kit/sloth/ne"]}]}
    generated = {"topicSections": [{**topics["topicSections"][0], "generated": True}]}
    group = {"title": "Equatable Implementations", "role": "collectionGroup"}
    pages = {
        "kit": page("Kit", topicSections=[{"identifiers": ["/documentation/kit/sloth"]}]),
        "kit/equatable": page("Eq", metadata={"title": "Eq", "role": "collectionGroup"}, **topics),
        "kit/all": page("All", **generated),
        "kit/none": page("None", metadata={"title": "None", "role": "collectionGroup"}),
        "kit/sloth": page("Sloth", kind="symbol", metadata={"title": "Sloth"}),
        "kit/sloth/equatable": page("E", metadata=group, **generated),
        "kit/sloth/ne": page("!=", kind="symbol", metadata={"title": "!=", "externalID": usr}),
        "kit/sloth/z": page("z", kind="symbol", metadata={"title": "z", "externalID": "s:3Kit"}),
    }
    source = zipped({f"{ROOT}data/documentation/{path}.json": pages[path] for path in pages})
    _, files = converted(source)
    lines = files["llms.txt"].decode().splitlines()
    assert [line for line in lines if line] == [
        "# Kit",
        "## Kit",
        "- [Kit](documentation/kit.md)",
        "- [`Sloth`](documentation/kit/sloth.md)",
        "- [All](documentation/kit/all.md)",
        "- [Eq](documentation/kit/equatable.md)",
        "- [None](documentation/kit/none.md)",
        "- [`Sloth.z`](documentation/kit/sloth/z.md)",
        "## Optional",
        "- [`Sloth`: Equatable Implementations](documentation/kit/sloth/equatable.md)",
        "- [`Sloth.!=`](documentation/kit/sloth/ne.md)",
    ]
    buffer = io.BytesIO()
    docc2context.convert(source, buffer, single=True)
    titles = re.findall("^# (.*)$", buffer.getvalue().decode(), re.MULTILINE)
    assert titles == ["Kit", "Sloth", *("All", "Eq", "None", "z"), group["title"], "!="]


def test_what_is_not_utf_8_costs_one_page_or_the_title_alone() -> None:
    data = zipped(
        {
            f"{ROOT}data/documentation/bad.json": b'{"metadata": {"title": "\xff"}}',
            f"{ROOT}data/documentation/kit.json": page("Kit"),
            f"{ROOT}metadata.json": b'{"bundleDisplayName": "\xff"}',
        }
    )
    report, files = converted(data)
    assert [page.reason for page in report.pages_skipped] == ["invalid JSON: not UTF-8"]
    assert files["llms.txt"].startswith(b"# Kit\n")


def test_the_name_in_the_metadata_is_the_title_of_the_bundle() -> None:
    files = {
        f"{ROOT}data/documentation/kit.json": page("Kit"),
        f"{ROOT}metadata.json": b'{"bundleDisplayName": "The Kit"}',
    }
    _, written = converted(zipped(files))
    assert written["llms.txt"].startswith(b"# The Kit\n")
    assert json.loads(written["manifest.json"])["title"] == "The Kit"


def test_links_lead_to_topic_groups_and_headings_of_their_own_page() -> None:
    kit = page(
        "Kit",
        abstract=[
            {"type": "reference", "identifier": identifier} for identifier in ("#News", "doc://n")
        ],
        topicSections=[{"title": "What's New", "anchor": "News", "identifiers": ["doc://b"]}],
        references={
            "#News": {"type": "link", "url": "#News", "title": "news"},
            "doc://n": topic("/documentation/kit#News", "more"),
        },
    )
    _, files = converted(archive(kit=kit))
    assert b"[news](#whats-new)[more](#whats-new)" in files["documentation/kit.md"]


def test_the_manifest_tells_of_every_page_and_repeats_the_report() -> None:
    report, files = converted(KIT)
    manifest = json.loads(files["manifest.json"])
    assert [entry["path"] for entry in manifest["pages"]] == [
        "documentation/b.md",
        "documentation/kit.md",
    ]
    markdown = files["documentation/b.md"]
    assert manifest["pages"][0] == {
        "source": "data/documentation/b.json",
        "path": "documentation/b.md",
        "identifier": "doc://kit/documentation/B",
        "usr": None,
        "kind": "article",
        "title": "B",
        "bytes": len(markdown),
        "sha256": hashlib.sha256(markdown).hexdigest(),
    }
    assert manifest["converter"] == {"name": "docc2context", "version": docc2context.__version__}
    assert manifest["report"]["pages_converted"] == report.pages_converted == 2
    assert manifest["report"]["output_bytes"] == sum(map(len, files.values())) - len(
        files["manifest.json"]
    )


def test_a_page_that_cannot_be_read_is_reported_and_the_rest_is_converted() -> None:
    report, files = converted(archive(good=page("Good"), bad=b"{,}"))
    assert "documentation/good.md" in files
    (skipped,) = report.pages_skipped
    assert skipped.source == "data/documentation/bad.json"
    assert skipped.reason.startswith("invalid JSON")
    assert (
        json.loads(files["manifest.json"])["report"]["pages_skipped"][0]["source"] == skipped.source
    )


def test_links_to_a_page_that_cannot_be_read_lead_to_the_reason() -> None:
    kit = page(
        "Kit",
        abstract=[{"type": "reference", "identifier": "doc://bad"}],
        references={"doc://bad": topic("/documentation/bad", "Bad")},
    )
    report, files = converted(archive(kit=kit, bad=b"{,}", lonely=b"{,}"))

    skipped, lonely = report.pages_skipped
    assert (lonely.path, "documentation/lonely.md" in files) == ("", False)
    assert skipped.path == "documentation/bad.md"
    assert b"[Bad](bad.md)" in files["documentation/kit.md"]
    _, head, body = files[skipped.path].decode().split("---\n")
    assert yaml.safe_load(head) == {"title": skipped.source, "skipped": skipped.reason}
    assert body.startswith(
        "\n# This page could not be converted\n\n"
        "`data/documentation/bad.json` in the archive could not be read: invalid JSON"
    )
    listed = [entry["path"] for entry in json.loads(files["manifest.json"])["pages"]]
    assert listed == ["documentation/kit.md"]
    assert b"bad.md" not in files["llms.txt"]


def test_an_archive_without_one_readable_page_is_an_error() -> None:
    with pytest.raises(
        docc2context.NothingConverted, match=r"none of the archive's pages \(2\) could"
    ) as error:
        converted(archive(bad=b"{,}", worse=b"{"))
    assert error.value.code == Code.NO_CONVERTIBLE_PAGES
    assert error.value.entry == "'data/documentation/bad.json'"


LINKED_WORDS = [{"type": "reference", "identifier": "doc://c"}]


@pytest.mark.parametrize(
    "words",
    [
        {"abstract": LINKED_WORDS},
        {"conformance": {"constraints": LINKED_WORDS}},
        {"conformance": {"availabilityPrefix": LINKED_WORDS, "constraints": [{"type": "text"}]}},
    ],
)
def test_links_in_what_a_list_says_of_a_page_lead_there_from_any_folder(
    words: dict[str, Any],
) -> None:
    keys: dict[str, Any] = {
        "topicSections": [{"title": "All", "identifiers": ["doc://b"]}],
        "references": {
            "doc://b": {**topic("/documentation/b", "B"), **words},
            "doc://c": topic("/documentation/c", "C"),
        },
    }
    names = {"kit": page("Kit", **keys), "kit/x": page("X", **keys), "c": page("C")}
    _, files = converted(archive(ROOT, **names))
    assert b"[C](c.md)" in files["documentation/kit.md"]
    assert b"[C](../c.md)" in files["documentation/kit/x.md"]


def test_unknown_nodes_and_missing_references_are_counted() -> None:
    abstract = [{"type": "emoji", "text": ":-)"}, {"type": "reference", "identifier": "doc://x"}]
    report, _ = converted(
        archive(kit=page("Kit", abstract=abstract), b=page("B", abstract=abstract))
    )
    assert report.unknown_nodes == {"inline:emoji": 2}
    assert report.missing_references == 2
    assert [(one.page, one.identifier) for one in report.missing] == [
        ("documentation/b.md", "doc://x"),
        ("documentation/kit.md", "doc://x"),
    ]


@pytest.mark.parametrize(
    ("reference", "unknown", "missing"),
    [(5, "malformed:Reference", 1), ({"title": "B"}, "reference:untagged", 0)],
)
def test_a_misfit_is_counted_once_however_often_a_page_mentions_it(
    reference: object, unknown: str, missing: int
) -> None:
    mentions = [{"type": "reference", "identifier": "doc://b"}] * 2
    kit = page("Kit", abstract=mentions, references={"doc://b": reference})
    report, _ = converted(archive(kit=kit))
    assert report.unknown_nodes == {unknown: 1}
    assert report.missing_references == missing


def test_the_first_hundred_missing_references_are_named_and_none_at_length() -> None:
    names = [f"doc://{number:03}/" + "x" * 2000 for number in range(150)]
    abstract = [{"type": "reference", "identifier": name} for name in names]
    first, second = page("Kit", abstract=abstract[:60]), page("Z", abstract=abstract[60:])
    report, _ = converted(archive(kit=first, z=second))
    assert report.missing_references == 150
    assert [one.identifier for one in report.missing] == [name[:1000] for name in names[:100]]


def test_unknown_nodes_are_told_in_the_order_of_their_names() -> None:
    z, a = ([{"type": name}] for name in ("z", "a"))
    report, _ = converted(archive(a=page("A", abstract=z), b=page("B", abstract=a * 2)))
    assert list(report.unknown_nodes.items()) == [("inline:a", 2), ("inline:z", 1)]


@pytest.mark.parametrize(
    "limits", [Limits(max_output_bytes=100), Limits(max_page_output_bytes=100)]
)
def test_output_over_a_limit_is_an_error_and_leaves_nothing(tmp_path: Path, limits: Limits) -> None:
    with pytest.raises(docc2context.OutputTooLarge) as error:
        docc2context.convert(KIT, tmp_path / "out", limits=limits)
    assert (error.value.code, error.value.limit) == (Code.OUTPUT_TOO_LARGE, 100)
    assert list(tmp_path.iterdir()) == []


def test_a_page_may_be_as_long_as_its_limit_says() -> None:
    source = archive(kit=page("K\N{SNOWMAN}t", abstract=[{"type": "text", "text": "Hi"}]))
    size = len(converted(source)[1]["documentation/kit.md"])
    assert converted(source, limits=Limits(max_page_output_bytes=size))[0].pages_converted == 1
    with pytest.raises(docc2context.OutputTooLarge) as error:
        converted(source, limits=Limits(max_page_output_bytes=size - 1))
    assert (error.value.entry, error.value.limit) == ("'data/documentation/kit.json'", size - 1)
    assert error.value.remedy == "leave that page out of the archive"


LONG = {"type": "text", "text": "x" * 100_000}


def amplified(kind: str) -> dict[str, Any]:
    """A page of a few hundred KB that asks for gigabytes of Markdown."""
    lines: dict[str, Any] = {"type": "codeListing", "syntax": "", "code": [""] * 30_000}
    for _ in range(45):
        lines = {"type": "aside", "style": "note", "content": [lines]}
    mention = {"type": "reference", "identifier": "doc://long", "isActive": True}
    image = {"type": "image", "identifier": "pic"}
    table = {
        "type": "table",
        "header": "none",
        "rows": [[[{"type": "paragraph", "inlineContent": [mention]}]], *([[[]]] * 20_000)],
        "extendedData": {"0_0": {"colspan": 1, "rowspan": 20_001}},
    }
    content: dict[str, list[dict[str, Any]]] = {
        "indented": [lines],
        "mentioned": [{"type": "paragraph", "inlineContent": [mention, *([image] * 20_000)]}],
        "spanned": [table],
        "listed": [{"type": "links", "items": ["doc://long"]}] * 20_000,
    }
    shared = [{"type": "inheritsFrom", "title": "T", "identifiers": ["doc://if"]}] * 5000
    return {
        "primaryContentSections": [{"kind": "content", "content": content.get(kind, [])}],
        "relationshipsSections": shared if kind == "conditional" else [],
        "references": {
            "doc://if": {**topic("/if", "If"), "conformance": {"constraints": [LONG]}},
            "doc://long": topic("/long", "x" * 100_000),
            "pic": {"type": "image", "alt": "y" * 100_000, "variants": []},
        },
    }


@pytest.mark.parametrize("kind", ["indented", "mentioned", "spanned", "listed", "conditional"])
def test_a_page_that_asks_for_gigabytes_is_refused_before_they_are_made(kind: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(docc2context.OutputTooLarge) as error:
            converted(archive(kit=page("Kit", **amplified(kind))))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.value.entry == "'data/documentation/kit.json'"
    assert peak < 250_000_000


def with_long_language() -> dict[str, Any]:
    sections = [{"kind": "parameters", "parameters": [{"name": f"p{i}"}]} for i in range(8000)]
    untitled = [{"kind": "content", "content": [{"type": "thematicBreak"}]}] * 8000
    value = [{"op": "add", "path": "/primaryContentSections", "value": [*sections, *untitled]}]
    overrides = [{"traits": [{"interfaceLanguage": "L" * 60_000}], "patch": value}]
    variants = [
        {"paths": [], "traits": [{"interfaceLanguage": "swift"}]},
        {"paths": [f"/p{i}" for i in range(8000)], "traits": overrides[0]["traits"]},
    ]
    return {"variantOverrides": overrides, "variants": variants}


def with_long_heading() -> dict[str, Any]:
    heading = {"type": "heading", "text": "x" * 60_000, "level": 2, "anchor": "x"}
    return {
        "primaryContentSections": [{"kind": "content", "content": [heading]}],
        "abstract": [{"type": "reference", "identifier": "#x"}] * 10_000,
    }


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("keys", [with_long_language, with_long_heading])
def test_what_a_page_says_once_takes_no_room_for_each_place_where_it_is_meant(
    keys: Callable[[], dict[str, Any]], single: bool
) -> None:
    source = archive(kit=page("Kit", **keys()))
    tracemalloc.start()
    try:
        with contextlib.suppress(docc2context.OutputTooLarge):
            docc2context.convert(source, io.BytesIO(), single=single)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 250_000_000


def test_the_progress_is_told_page_by_page() -> None:
    told: list[tuple[int, int]] = []
    converted(KIT, on_page=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_path_bytes_file_and_folder_give_the_same_bytes_whatever_they_are_called(
    tmp_path: Path,
) -> None:
    (tmp_path / "an archive.zip").write_bytes(KIT)
    for name, data in unzipped(KIT).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    path, folder = tmp_path / "an archive.zip", str(tmp_path / ROOT)
    sources: list[bytes | BinaryIO | Path | str] = [KIT, io.BytesIO(KIT), path, folder]
    results = []
    for i, source in enumerate(sources):
        docc2context.convert(source, tmp_path / f"{i}.zip")
        results.append((tmp_path / f"{i}.zip").read_bytes())
    assert len(set(results)) == 1


def test_the_order_of_the_zip_does_not_show() -> None:
    files = unzipped(KIT)
    backwards = zipped(dict(reversed(files.items())))
    assert converted(KIT) == converted(backwards)


def test_two_processes_with_other_hash_seeds_give_the_same_bytes() -> None:
    script = (
        "import sys, io, docc2context; out = io.BytesIO();"
        "docc2context.convert(sys.stdin.buffer.read(), out);"
        "sys.stdout.buffer.write(out.getvalue())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            input=KIT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("name", ["out", "out.zip", "out.md"])
def test_what_a_program_is_advised_names_no_option_of_the_command_line(
    tmp_path: Path, name: str
) -> None:
    single = name.endswith(".md")
    docc2context.convert(KIT, tmp_path / name, single=single)
    for destination, replace in ((name, False), ("pipe", False), ("mine", True)):
        if destination == "pipe":
            os.mkfifo(tmp_path / destination)
        (tmp_path / "mine").write_text("mine")
        with pytest.raises(docc2context.DestinationError) as refused:
            docc2context.convert(KIT, tmp_path / destination, single=single, replace=replace)
        assert "-" not in str(refused.value)
        assert refused.value.remedy.startswith(("choose another place", "name a file or a folder"))
    docc2context.convert(KIT, tmp_path / name, single=single, replace=True)


def test_hostile_titles_reach_no_file_name() -> None:
    _, files = converted(archive(kit=page("../../etc/passwd", identifier={"url": "doc://../../x"})))
    assert list(files) == ["documentation/kit.md", "llms.txt", "linkgraph.json", "manifest.json"]


def test_content_nested_beyond_reason_is_cut_off_visibly_and_counted() -> None:
    block: dict[str, Any] = {
        "type": "paragraph",
        "inlineContent": [{"type": "text", "text": "deep"}],
    }
    for _ in range(100):
        block = {"type": "aside", "style": "note", "content": [block]}
    kit = page("Kit", primaryContentSections=[{"kind": "content", "content": [block]}])
    report, files = converted(archive(kit=kit))
    assert b"Content nested too deeply to show." in files["documentation/kit.md"]
    assert report.unknown_nodes == {"nested_too_deeply": 1}


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"language": "objc"}, "must be one of all, swift, occ, not 'objc'"),
        ({"language": ""}, "must be one of all, swift, occ, not ''"),
        ({"workers": 0}, "must be 1 or more, not 0"),
        ({"workers": -1}, "must be 1 or more, not -1"),
    ],
)
def test_a_choice_that_there_is_not_is_an_error_that_names_those_there_are(
    tmp_path: Path, choices: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        docc2context.convert(KIT, tmp_path / "out", **choices)
    assert list(tmp_path.iterdir()) == []
