import json
import os
import zipfile
from pathlib import Path
from typing import Any, get_args

import pytest

import docc2context
from docc2context.check import check, variants
from docc2context.errors import ArchiveRefused, BundleUnusable, Code, Docc2contextError
from docc2context.model.variants import Language
from tests.docc2context.archives import archive, page


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def paragraph(words: str) -> dict[str, Any]:
    return {"type": "paragraph", "inlineContent": [text(words)]}


CELLS = [[[paragraph("food")], [paragraph("leaf")]], [[paragraph("sleep")], [paragraph("long")]]]
SLOTH = page(
    "Sloth",
    abstract=[text("A sloth sleeps. It eats a leaf. It climbs.")],
    primaryContentSections=[
        {
            "kind": "parameters",
            "parameters": [{"name": "a", "content": [paragraph("How a sloth is")]}],
        },
        {
            "kind": "content",
            "content": [
                {"type": "codeListing", "syntax": "swift", "code": ["if a {", "  eat()", "}", "}"]},
                {"type": "table", "header": "row", "rows": CELLS},
            ],
        },
    ],
)
OTHER_LANGUAGE = {
    "traits": [{"interfaceLanguage": "occ"}],
    "patch": [
        {"op": "replace", "path": "/metadata/title", "value": "ZOOSloth"},
        {"op": "add", "path": "/abstract/-", "value": text(" In C.")},
        {"op": "remove", "path": "/nowhere/at/all"},
    ],
}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    docc2context.convert(archive(sloth=SLOTH), tmp_path / "bundle")
    return tmp_path / "bundle"


def without(bundle: Path, words: str) -> list[tuple[str, str, str]]:
    """Page, node and text of what is missing once these words are gone from the page."""
    file = bundle / "documentation/sloth.md"
    markdown = file.read_text()
    assert words in markdown
    file.write_text(markdown.replace(words, "", 1))
    found = check(archive(sloth=SLOTH), bundle).content.missing
    return [(string.page, string.node, string.text) for string in found]


def test_a_whole_bundle_lacks_nothing(bundle: Path) -> None:
    report = check(archive(sloth=SLOTH), bundle)
    assert (report.pages, report.content.strings, report.content.found) == (1, 12, 12)
    assert (report.content.share, report.is_complete) == (1.0, True)


@pytest.mark.parametrize(
    ("words", "node", "text"),
    [
        ("It eats a leaf. ", "abstract/text", "It eats a leaf."),
        ("  eat()\n", "content/codeListing/code", "eat()"),
        ("}\n", "content/codeListing/code", "}"),
        ("leaf |", "table/paragraph/text", "leaf"),
        ("`a`", "parameters/parameters/name", "a"),
        ("# Sloth", "metadata/title", "Sloth"),
    ],
)
def test_exactly_what_was_deleted_is_named(bundle: Path, words: str, node: str, text: str) -> None:
    source = "data/documentation/sloth.json"
    [(page_of, node_of, text_of)] = without(bundle, words)
    assert (page_of, text_of.strip()) == (source, text)
    assert node_of.endswith(node)


def test_a_table_whose_author_forgot_the_rule_is_found_wherever_it_stands(tmp_path: Path) -> None:
    told = paragraph("| left | right | | --- | --- | | further words | more |")
    nested = [
        told,
        {"type": "unorderedList", "items": [{"content": [paragraph("a"), told]}]},
        {"type": "aside", "style": "note", "content": [told]},
    ]
    table = {"type": "table", "header": "row", "rows": CELLS}
    content = [{"kind": "content", "content": [*nested, table, *nested]}]
    sloth = page("Sloth", primaryContentSections=content)
    docc2context.convert(archive(sloth=sloth), tmp_path / "bundle")
    report = check(archive(sloth=sloth), tmp_path / "bundle").content
    assert (report.strings, report.missing) == (15, [])


def test_text_that_touches_the_name_of_a_page_that_is_not_there_is_no_false_alarm(
    tmp_path: Path,
) -> None:
    names = [{"type": "reference", "identifier": "doc://kit/documentation/Gone", "isActive": True}]
    source = archive(sloth=page("Sloth", abstract=[text("All "), *names, text("s of the past")]))
    docc2context.convert(source, tmp_path / "bundle")
    assert check(source, tmp_path / "bundle").is_complete
    file = tmp_path / "bundle/documentation/sloth.md"
    file.write_text(file.read_text().replace("Gones of the past", "Gone"))
    (missing,) = check(source, tmp_path / "bundle").content.missing
    assert missing.text == "All Gones of the past"


def test_missing_strings_are_counted_by_their_kind(bundle: Path) -> None:
    without(bundle, "  eat()\n")
    tally = check(archive(sloth=SLOTH), bundle).content
    count = tally.nodes["content/codeListing/code"]
    assert (tally.strings, tally.found, count.strings, count.found) == (12, 11, 4, 3)
    assert tally.missing[0].pointer == "/primaryContentSections/1/content/0/code/1"


@pytest.mark.parametrize(
    ("words", "listed"), [("z" * 200, "z" * 200), ("z" * 201, "z" * 199 + "…")]
)
def test_a_text_of_more_than_200_characters_is_cut(tmp_path: Path, words: str, listed: str) -> None:
    sloth = page("Sloth", abstract=[text(words)])
    docc2context.convert(archive(sloth=page("Sloth")), tmp_path / "bundle")
    [missing] = check(archive(sloth=sloth), tmp_path / "bundle").content.missing
    assert missing.text == listed


def test_a_zip_is_read_like_a_folder(tmp_path: Path) -> None:
    docc2context.convert(archive(sloth=SLOTH), tmp_path / "bundle.zip")
    assert check(archive(sloth=SLOTH), tmp_path / "bundle.zip").is_complete


def test_a_page_that_the_bundle_lacks_lacks_all_its_strings(bundle: Path) -> None:
    report = check(archive(sloth=SLOTH, cat=page("Cat")), bundle)
    assert [(string.page, string.text) for string in report.content.missing] == [
        ("data/documentation/cat.json", "Cat")
    ]


def test_pages_that_were_not_converted_are_named_and_not_counted(tmp_path: Path) -> None:
    source = archive(sloth=SLOTH, bad=b"{,}")
    docc2context.convert(source, tmp_path / "bundle")
    report = check(source, tmp_path / "bundle")
    assert (report.pages, report.skipped) == (1, ["data/documentation/bad.json"])


def test_a_page_that_is_no_json_and_that_the_bundle_does_not_know_is_skipped(bundle: Path) -> None:
    assert check(archive(sloth=SLOTH, bad=b"{,}"), bundle).skipped == [
        "data/documentation/bad.json"
    ]


@pytest.mark.parametrize("data", [b"{,}", b"[" * 100_000, rb"[" * 100_000 + rb'"\ud83d"'])
def test_a_page_that_the_bundle_holds_and_that_is_no_json_is_no_whole_one(
    bundle: Path, data: bytes
) -> None:
    report = check(archive(sloth=data), bundle)
    assert (report.pages, report.skipped) == (0, [])
    assert report.unread == ["data/documentation/sloth.json"]
    assert not report.is_complete


def test_a_page_in_too_many_languages_is_unread_and_the_others_are_checked(tmp_path: Path) -> None:
    overrides = [
        {
            "traits": [{"interfaceLanguage": f"l{i}"}],
            "patch": [{"op": "replace", "path": "/metadata/title", "value": f"Cat {i}"}],
        }
        for i in range(variants.MAX_VARIANTS + 1)
    ]
    cat = json.dumps({**json.loads(page("Cat")), "variantOverrides": overrides}).encode()
    source = archive(sloth=SLOTH, cat=cat)
    docc2context.convert(source, tmp_path / "b")
    report = check(source, tmp_path / "b")
    assert (report.pages, report.unread) == (1, ["data/documentation/cat.json"])
    assert not report.is_complete


@pytest.mark.parametrize("sloth", [SLOTH, SLOTH.replace(b"leaf", rb"leaf\ud83d")])
def test_a_page_that_begins_with_a_byte_order_mark_is_checked(tmp_path: Path, sloth: bytes) -> None:
    source = archive(sloth=b"\xef\xbb\xbf" + sloth)
    docc2context.convert(source, tmp_path / "b")
    report = check(source, tmp_path / "b")
    assert (report.pages, report.content.strings, report.is_complete) == (1, 12, True)
    file = tmp_path / "b/documentation/sloth.md"
    file.write_text(file.read_text().replace("It climbs.", ""))
    assert [string.text for string in check(source, tmp_path / "b").content.missing] == [
        "It climbs."
    ]


def test_the_languages_are_those_of_the_converter() -> None:
    assert get_args(variants.Language) == get_args(Language)


def test_other_languages_are_counted_beside_the_page(tmp_path: Path) -> None:
    sloth = page("Sloth", abstract=[text("Slow.")], variantOverrides=[OTHER_LANGUAGE])
    docc2context.convert(archive(sloth=page("Sloth", abstract=[text("Slow.")])), tmp_path / "b")
    report = check(archive(sloth=sloth), tmp_path / "b")
    assert report.content.missing == []
    assert [string.text for string in report.variants.missing] == ["ZOOSloth", "In C."]
    assert not report.is_complete


KINDS = ("Cat", "Owl", "Sloth")
REFERENCES = {
    f"doc://{kind}": {"type": "topic", "kind": "symbol", "role": "symbol", "title": kind}
    for kind in KINDS
}


def told_without(tmp_path: Path, words: str, *patch: dict[str, Any], **content: Any) -> list[str]:
    """What a page in another language lacks once the last such words are gone from its page."""
    retitled = {"op": "replace", "path": "/metadata/title", "value": "ZOO"}
    override = {"traits": [{"interfaceLanguage": "occ"}], "patch": [retitled, *patch]}
    source = archive(
        sloth=page("Zoo", references=REFERENCES, variantOverrides=[override], **content)
    )
    docc2context.convert(source, tmp_path / "b")
    assert check(source, tmp_path / "b").is_complete
    file = tmp_path / "b/documentation/sloth.md"
    before, found, after = file.read_text().rpartition(words)
    assert found
    file.write_text(before + after)
    return [string.text for string in check(source, tmp_path / "b").variants.missing]


def called(kind: str, name: str) -> dict[str, Any]:
    return {"op": "replace", "path": f"/references/doc:~1~1{kind}/title", "value": name}


def mentioning(*kinds: str) -> list[dict[str, Any]]:
    return [{"type": "reference", "identifier": f"doc://{kind}"} for kind in kinds]


def listing(*kinds: str) -> list[dict[str, Any]]:
    return [{"identifiers": [f"doc://{kind}" for kind in kinds]}]


def test_what_another_language_lists_alone_is_missed_though_the_page_mentions_it(
    tmp_path: Path,
) -> None:
    patch = {"op": "replace", "path": "/topicSections", "value": listing("Owl", "Cat")}
    lists = {"abstract": mentioning("Cat"), "topicSections": listing("Sloth", "Owl")}
    assert told_without(tmp_path, "- `Cat`", patch, **lists) == ["Cat"]


def test_another_name_is_told_once_for_each_thing_that_bears_it(tmp_path: Path) -> None:
    patch = (called("Cat", "ZOOPet"), called("Owl", "ZOOPet"))
    lists = {
        "abstract": mentioning("Cat", "Cat"),
        "topicSections": listing("Cat", "Owl"),
        "seeAlsoSections": listing("Cat"),
    }
    names = "`Cat` (Objective-C: `ZOOPet`)\n- `Owl` (Objective-C: `ZOOPet`)"
    assert told_without(tmp_path, names, *patch, **lists) == ["ZOOPet"]


def test_a_name_of_prose_is_missed_if_its_line_is_gone(tmp_path: Path) -> None:
    words = "_Names in Objective-C: `ZOOCat` for `Cat`, `ZOOPet` for `Owl`._"
    patch = (called("Cat", "ZOOCat"), called("Owl", "ZOOPet"))
    assert told_without(tmp_path, words, *patch, abstract=mentioning("Cat", "Owl", "Cat")) == [
        "ZOOCat",
        "ZOOPet",
    ]


TWO_LANGUAGES = archive(
    sloth=page("Sloth", abstract=[text("Slow.")], variantOverrides=[OTHER_LANGUAGE]), bad=b"{"
)


@pytest.mark.parametrize("name", ["b", "b.zip", "b.md"])
@pytest.mark.parametrize(
    ("language", "strings", "further"), [("all", 2, 2), ("swift", 2, 0), ("occ", 2, 0)]
)
def test_a_bundle_is_held_against_the_language_that_it_is_in(
    tmp_path: Path, name: str, language: Language, strings: int, further: int
) -> None:
    single = name.endswith(".md")
    docc2context.convert(TWO_LANGUAGES, tmp_path / name, language=language, single=single)
    report = check(TWO_LANGUAGES, tmp_path / name)
    assert (report.content.strings, report.variants.strings) == (strings, further)
    assert (report.is_complete, len(report.skipped)) == (True, 1)


def without_its_language(place: Path) -> None:
    """Remove the language, which the first versions did not write."""
    single = place.is_file()
    file = place if single else place / "manifest.json"
    told = 'language: "swift"\n' if single else ',"language":"swift"'
    assert told in file.read_text()
    file.write_text(file.read_text().replace(told, ""))


@pytest.mark.parametrize("name", ["b", "b.md"])
def test_a_bundle_that_does_not_tell_its_language_is_in_all_of_them(
    tmp_path: Path, name: str
) -> None:
    place = tmp_path / name
    docc2context.convert(TWO_LANGUAGES, place, language="swift", single=name.endswith(".md"))
    without_its_language(place)
    missing = check(TWO_LANGUAGES, place).variants.missing
    assert [string.text for string in missing] == ["ZOOSloth", "In C."]


@pytest.mark.parametrize("name", ["b", "b.md"])
def test_a_bundle_in_an_unknown_language_is_refused(tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    docc2context.convert(TWO_LANGUAGES, place, language="swift", single=name.endswith(".md"))
    file = place if place.is_file() else place / "manifest.json"
    file.write_text(file.read_text().replace('"swift"', '"objc"', 1))
    with pytest.raises(
        BundleUnusable, match=r"(?:cannot be read|no readable manifest\.json); name the folder"
    ):
        check(TWO_LANGUAGES, place)


def test_all_overrides_of_a_language_make_one_variant(tmp_path: Path) -> None:
    added = {"op": "add", "path": "/abstract", "value": [text("Sleeps.")]}
    more = {"traits": [{"interfaceLanguage": "occ"}], "patch": [added]}
    source = archive(sloth=page("Sloth", variantOverrides=[OTHER_LANGUAGE, more]))
    languages: tuple[Language, ...] = ("all", "occ")
    for language in languages:
        bundle = tmp_path / language
        docc2context.convert(source, bundle, language=language)
        assert check(source, bundle).is_complete
    (tmp_path / "occ/documentation/sloth.md").write_text("# ZOOSloth\n")
    report = check(source, tmp_path / "occ")
    assert [string.text for string in report.content.missing] == ["Sleeps."]


def test_progress_is_told(bundle: Path) -> None:
    told: list[tuple[int, int]] = []
    check(archive(sloth=SLOTH), bundle, on_page=lambda done, total: told.append((done, total)))
    assert told == [(1, 1)]


def test_a_manifest_cannot_lead_out_of_its_bundle(bundle: Path) -> None:
    (bundle.parent / "outside.md").write_bytes((bundle / "documentation/sloth.md").read_bytes())
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["pages"][0]["path"] = "../outside.md"
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    assert check(archive(sloth=SLOTH), bundle).content.found == 0


@pytest.mark.parametrize("content", [b"", b"{}", b"PK\5\6" + bytes(18)])
def test_what_is_no_bundle_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    for place in (tmp_path, tmp_path / "manifest.json"):
        with pytest.raises(Docc2contextError, match=r"has no readable manifest\.json"):
            check(archive(sloth=SLOTH), place)


LONE = page("Sloth", abstract=[text("Half @ a pair"), {"type": "emoji", "text": "@"}])


def test_a_page_with_half_a_surrogate_pair_is_checked_as_web_pages_show_it(tmp_path: Path) -> None:
    source = archive(sloth=LONE.replace(b"@", rb"\ud83d"))
    docc2context.convert(source, tmp_path / "bundle")
    report = check(source, tmp_path / "bundle")
    assert (report.skipped, report.content.strings, report.content.found) == ([], 3, 3)
    file = tmp_path / "bundle/documentation/sloth.md"
    file.write_text(file.read_text().replace("Half \ufffd a pair", ""))
    (missing,) = check(source, tmp_path / "bundle").content.missing
    assert missing.text == "Half \ufffd a pair"


def test_what_is_no_archive_is_refused(bundle: Path) -> None:
    with pytest.raises(ArchiveRefused):
        check(b"hello", bundle)


def test_what_is_nowhere_is_not_found(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(
        Docc2contextError, match="'nowhere' cannot be read: No such file"
    ) as refused:
        check(archive(sloth=SLOTH), tmp_path / "nowhere")
    assert refused.value.code == Code.BUNDLE_UNUSABLE
    with pytest.raises(FileNotFoundError):
        check(tmp_path / "nowhere", bundle)


def test_a_pipe_is_no_bundle_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Docc2contextError, match="'pipe' is a pipe or a device; name the folder"):
        check(archive(sloth=SLOTH), tmp_path / "pipe")


def test_a_zip_without_a_manifest_is_no_bundle(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as file:
        file.writestr("x.md", "x")
    with pytest.raises(Docc2contextError, match=r"has no readable manifest\.json"):
        check(archive(sloth=SLOTH), tmp_path / "b.zip")
