"""All pages as one document."""

import io
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import docc2context
from docc2context import Code, Limits
from tests.docc2context import oracle
from tests.docc2context.archives import archive, numbered, page, topic, unzipped, zipped

TOPICS = [{"title": "All", "anchor": "All", "identifiers": ["doc://b", "doc://a"]}]
REFERENCES = {
    "doc://a": topic("/documentation/kit/a", "A"),
    "doc://b": topic("/documentation/kit/b", "B"),
    "doc://b#All": {**topic("/documentation/kit/b#All", "All"), "type": "section"},
}
FILES = {
    "kit.json": page("Kit", topicSections=TOPICS, references=REFERENCES),
    "kit/a.json": page("A", abstract=[{"type": "reference", "identifier": "doc://b#All"}])
    .decode()
    .replace('"references": {}', '"references": {"doc://b#All": {"type": "section", "url": '
             '"/documentation/kit/b#All", "title": "All"}}')
    .encode(),
    "kit/b.json": page("B", topicSections=TOPICS, references=REFERENCES),
}  # fmt: skip
KIT = zipped({f"data/documentation/{name}": data for name, data in FILES.items()})

DOCUMENT = f"""\
---
converter: "docc2context {docc2context.__version__}"
title: "Kit"
language: "all"
pages: 3
---

# Kit

```yaml
title: "Kit"
kind: "article"
role: "article"
path: "/documentation/kit"
```

## Topics

### All

- [B](#b)
- [A](#a)

# B

```yaml
title: "B"
kind: "article"
role: "article"
path: "/documentation/kit/b"
```

## Topics

### All

- [B](#b)
- [A](#a)

# A

```yaml
title: "A"
kind: "article"
role: "article"
path: "/documentation/kit/a"
```

[All](#all-1)
"""


def document(source: bytes, **options: Any) -> str:
    buffer = io.BytesIO()
    docc2context.convert(source, buffer, single=True, **options)
    return buffer.getvalue().decode()


def test_pages_stand_one_after_the_other_in_the_order_of_llms_txt() -> None:
    assert document(KIT) == DOCUMENT


def test_an_article_above_all_comes_before_the_modules_and_these_before_tutorials() -> None:
    module = {"kind": "symbol"}
    source = zipped(
        {
            "data/documentation/a.json": page("A", **module),
            "data/documentation/a/guide.json": page("Guide"),
            "data/documentation/guides.json": page(
                "Guides",
                topicSections=[{"identifiers": ["doc://guide"]}],
                references={"doc://guide": topic("/documentation/a/guide", "Guide")},
            ),
            "data/documentation/m.json": page("M", **module),
            "data/tutorials/b.json": page("B", kind="overview"),
        }
    )
    titles = [line for line in document(source).splitlines() if line.startswith("# ")]
    assert titles == ["# Guides", "# Guide", "# A", "# M", "# B"]
    buffer = io.BytesIO()
    docc2context.convert(source, buffer)
    sections = unzipped(buffer.getvalue())["llms.txt"].decode().splitlines()
    assert [line for line in sections if line.startswith("## ")] == [
        "## Guides",
        "## A",
        "## M",
        "## B",
    ]


def test_a_symbol_that_an_article_above_all_lists_stays_with_its_module() -> None:
    """With what it lists in turn: else a module's section would have what nobody else names."""
    sloth, care = ("/documentation/kit/sloth", "Sloth"), ("/documentation/kit/care", "Care")
    module = {
        "kind": "symbol",
        "topicSections": [{"identifiers": ["doc://sloth"]}],
        "references": {"doc://sloth": topic(*sloth)},
    }
    guides = {
        "topicSections": [{"identifiers": ["doc://sloth", "doc://care"]}],
        "references": {"doc://sloth": topic(*sloth), "doc://care": topic(*care)},
    }
    source = zipped(
        {
            "data/documentation/kit.json": page("Kit", **module),
            "data/documentation/kit/sloth.json": page("Sloth", kind="symbol"),
            "data/documentation/kit/care.json": page("Care"),
            "data/documentation/zoo.json": page("Zoo", **guides),
        }
    )
    titles = [line for line in document(source).splitlines() if line.startswith("# ")]
    assert titles == ["# Zoo", "# Care", "# Kit", "# Sloth"]


def test_the_report_is_that_of_the_bundle_but_for_the_size() -> None:
    unknown = [{"type": "reference", "identifier": f"doc://{number}"} for number in range(20)]
    kit = page("Kit", abstract=[{"type": "emoji"}, *unknown])
    lossy = archive(kit=kit, bad=b"{,}", b=page("B"))
    whole, bundle = io.BytesIO(), io.BytesIO()
    report = docc2context.convert(lossy, whole, single=True)
    assert report.output_bytes == len(whole.getvalue())
    of_bundle = docc2context.convert(lossy, bundle)
    assert replace(report, output_bytes=0) == replace(of_bundle, output_bytes=0)
    assert report.missing_references == 20


def test_pages_that_could_not_be_read_are_named_at_the_beginning() -> None:
    text = document(archive(kit=page("Kit"), bad=b"{,}"))
    assert 'pages: 1\nskipped: ["data/documentation/bad.json"]\n---\n' in text


def test_an_archive_without_one_readable_page_is_an_error() -> None:
    with pytest.raises(
        docc2context.NothingConverted, match=r"none of the archive's pages \(1\) could"
    ):
        document(archive(bad=b"{,}"))


def test_a_page_without_a_title_is_headed_by_its_path_so_that_links_can_lead_there() -> None:
    nameless = page("", identifier={"url": "/"}, metadata={"title": " "})
    kit = page(
        "Kit",
        abstract=[{"type": "reference", "identifier": "/documentation/b"}],
    )
    text = document(archive(kit=kit, b=nameless))
    assert "# /documentation/b\n\n```yaml\n" in text
    assert "(#documentationb)" in text


def variant_of_kit() -> bytes:
    """A page in two languages, of which the second has the same topics and other ones to see."""
    patch = [{"op": "add", "path": "/seeAlsoSections", "value": TOPICS}]
    overrides = [{"traits": [{"interfaceLanguage": "occ"}], "patch": patch}]
    return page("Kit", topicSections=TOPICS, references=REFERENCES, variantOverrides=overrides)


def test_what_two_languages_share_stands_once_and_counts_once() -> None:
    text = document(archive(kit=variant_of_kit()))
    headings = [line for line in text.split("\n") if line.startswith("#")]
    assert headings == ["# Kit", "## Topics", "### All", "## See Also (Objective-C)", "### All"]


def test_limits_hold_to_the_byte() -> None:
    size = len(DOCUMENT)
    assert document(KIT, limits=Limits(max_output_bytes=size)) == DOCUMENT
    with pytest.raises(docc2context.OutputTooLarge) as error:
        document(KIT, limits=Limits(max_output_bytes=size - 1))
    assert (error.value.code, error.value.limit) == (Code.OUTPUT_TOO_LARGE, size - 1)


def test_pages_that_cannot_fit_any_more_are_not_read() -> None:
    told: list[int] = []
    with pytest.raises(docc2context.OutputTooLarge):
        document(
            numbered(50), limits=Limits(max_output_bytes=500), on_page=lambda n, _: told.append(n)
        )
    assert len(told) < 10


def test_pages_are_held_deflated(tmp_path: Path) -> None:
    words = [{"type": "text", "text": "All sloths are slow. " * 50_000}]
    many = numbered(40, abstract=words)
    tracemalloc.start()
    try:
        report = docc2context.convert(many, tmp_path / "many.md", single=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert report.output_bytes > 40_000_000
    assert peak < 20_000_000


def test_workers_hash_seeds_and_names_do_not_show(tmp_path: Path) -> None:
    script = (
        "import sys, docc2context\n"
        "from docc2context import workers\n"
        "workers._PAGES_A_WORKER = 1000\n"  # so that there are two
        "if __name__ == '__main__':\n"
        "    docc2context.convert(sys.argv[1], sys.argv[2], single=True, workers=int(sys.argv[3]))"
    )
    (tmp_path / "run.py").write_text(script)
    outputs = set()
    for seed, workers in (("1", "1"), ("2", "2")):
        source, destination = tmp_path / f"{seed}.zip", tmp_path / f"{seed}.md"
        source.write_bytes(numbered(2_000))
        command = [sys.executable, str(tmp_path / "run.py"), str(source), str(destination), workers]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True)
        outputs.add(destination.read_bytes())
    (whole,) = outputs
    assert len(oracle.outline(oracle.tokens(oracle.body(whole.decode())))) == 2_000
