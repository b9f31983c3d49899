"""Images, videos and downloads that come along into a bundle."""

import hashlib
import io
import json
import os
import re
import struct
import subprocess
import sys
import tracemalloc
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import docc2context
from docc2context import Code, Limits
from docc2context.links.relative import link_from
from tests.docc2context.archives import ROOT, page, unzipped, zipped
from tests.hostile.rawzip import STORED, Member, raw_zip

PIC = b"\x89PNG" + bytes(range(256))
SVG = b"<svg onload='alert(1)'><script>alert(2)</script></svg>" * 20


def picture(*urls: str | tuple[str, list[str]], alt: str = "A lake", **keys: Any) -> dict[str, Any]:
    pairs = [(url, ["1x"]) if isinstance(url, str) else url for url in urls]
    variants = [{"url": url, "traits": traits} for url, traits in pairs]
    return {"type": "image", "identifier": "pic", "alt": alt, "variants": variants, **keys}


def shown(*urls: str | tuple[str, list[str]], **keys: Any) -> bytes:
    """A page that shows a picture with these variants, and no words beside it."""
    content = [{"type": "paragraph", "inlineContent": [{"type": "image", "identifier": "pic"}]}]
    return page(
        "Kit",
        primaryContentSections=[{"kind": "content", "content": content}],
        references={"pic": picture(*urls, **keys)},
    )


def kit(page: bytes, files: Mapping[str, bytes], root: str = ROOT) -> bytes:
    """An archive of one page and these files beside the data."""
    named = {root + name: data for name, data in files.items()}
    return zipped({f"{root}data/documentation/kit.json": page, **named})


def converted(source: bytes | str, **options: Any) -> tuple[docc2context.Report, dict[str, bytes]]:
    buffer = io.BytesIO()
    report = docc2context.convert(source, buffer, assets=True, **options)
    return report, unzipped(buffer.getvalue())


def told(source: bytes | str) -> tuple[str, list[str]]:
    """What stands below the title of the page, and the files beside the pages."""
    _, files = converted(source)
    text = files["documentation/kit.md"].decode().split("# Kit\n\n")[1].rstrip("\n")
    own = {"documentation/kit.md", "llms.txt", "linkgraph.json", "manifest.json"}
    return text, [name for name in files if name not in own]


def test_a_picture_comes_along_and_is_linked_and_told_of() -> None:
    pic = "images/kit/pic.png"
    report, files = converted(kit(shown(f"/{pic}"), {pic: PIC, "images/kit/other.png": b"x"}))
    assert list(files) == [
        "documentation/kit.md", pic, "llms.txt", "linkgraph.json", "manifest.json"
    ]  # fmt: skip
    assert b"\n![A lake](../images/kit/pic.png)\n" in files["documentation/kit.md"]
    assert files[pic] == PIC
    manifest = json.loads(files["manifest.json"])
    sha256 = hashlib.sha256(PIC).hexdigest()
    assert manifest["assets"] == [{"source": pic, "path": pic, "bytes": 260, "sha256": sha256}]
    assert report.assets_copied == manifest["report"]["assets_copied"] == 1
    assert report.output_bytes == sum(map(len, files.values())) - len(files["manifest.json"])


def test_nothing_comes_along_unless_it_is_asked_for() -> None:
    damaged = raw_zip(
        Member(b"data/documentation/kit.json", shown("/images/pic.png")),
        Member(b"images/pic.png", PIC, both={"crc": 1}),
    )
    buffer = io.BytesIO()
    report = docc2context.convert(damaged, buffer)
    files = unzipped(buffer.getvalue())
    assert b"_Image: A lake (pic.png)_" in files["documentation/kit.md"]
    assert json.loads(files["manifest.json"])["assets"] == []
    assert report.assets_copied == 0


def test_the_light_variant_of_the_highest_scale_that_is_there_is_taken() -> None:
    variants = [
        ("/images/dark@3x.png", ["3x", "dark"]),
        ("/images/light@1x.png", ["1x", "light"]),
        ("/images/light@2x.png", ["2x", "light"]),
        ("/images/light@3x.png", ["3x", "light"]),
    ]
    there = ["images/dark@3x.png", "images/light@1x.png", "images/light@2x.png"]
    source = kit(shown(*variants), dict.fromkeys(there, PIC))
    assert told(source) == ("![A lake](../images/light@2x.png)", ["images/light@2x.png"])
    source = kit(shown(*variants), {there[0]: PIC})
    assert told(source) == ("![A lake](../images/dark@3x.png)", ["images/dark@3x.png"])


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/images/a b.png", "images/a b.png"),
        ("images/pic.png", "images/pic.png"),
        ("/images/a%20b.png", "images/a b.png"),
        ("/images/a%20b.png", "images/a%20b.png"),
        ("/images/caf\u00e9.png", unicodedata.normalize("NFD", "images/caf\u00e9.png")),
        ("/Images/Pic.PNG", "images/pic.png"),
    ],
)
def test_a_url_is_found_as_it_is_or_percent_decoded_or_in_another_form(url: str, name: str) -> None:
    text, (path,) = told(kit(shown(url), {name: PIC}))
    assert text.startswith("![A lake](../images/")
    assert path == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "url",
    [
        "/images/missing.png",
        "/../secret.png",
        "/images/../../secret.png",
        "/%2e%2e/secret.png",
        "/images/..%2f..%2fsecret.png",
        "//images/pic.png",
        "file:///images/pic.png",
        "doc://kit/images/pic.png",
        "/data/documentation/kit.json",
        "/data/pic.png",
        "/index/pic.png",
        "/images/._pic.png",
        "/images",
        "/images/",
        "",
        "/",
        "\\images\\pic.png",
        "/images/%ff%00.png",
    ],
)
def test_what_is_not_among_the_files_of_the_archive_stays_words(url: str, tmp_path: Path) -> None:
    names = ["images/pic.png", "images/._pic.png", "data/pic.png", "index/pic.png"]
    data = kit(shown(url), dict.fromkeys(names, PIC), root="")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path / "kit")
    (tmp_path / "secret.png").write_bytes(PIC)
    for source in (data, str(tmp_path / "kit")):
        text, files = told(source)
        assert text.startswith("_Image: A lake (")
        assert files == []


def test_what_lies_beside_the_archive_is_none_of_its_files() -> None:
    files = zipped({f"{ROOT}data/documentation/kit.json": shown("/pic.png"), "pic.png": PIC})
    assert told(files) == ("_Image: A lake (pic.png)_", [])


def test_addresses_on_the_web_stay() -> None:
    source = kit(shown("https://example.com/pic.png"), {"pic.png": PIC})
    assert told(source) == ("![A lake](https://example.com/pic.png)", [])


def test_a_picture_in_a_link_is_shown_and_comes_along_but_not_into_the_table_of_contents() -> None:
    badge = [{"type": "image", "identifier": "pic"}]
    link = {"type": "link", "url": "https://example.com", "titleInlineContent": badge}
    abstract = [{"type": "reference", "identifier": "web", "isActive": True}]
    source = page("Kit", abstract=abstract, references={"web": link, "pic": picture("/pic.png")})
    assert told(kit(source, {"pic.png": PIC})) == (
        "[![A lake](../pic.png)](https://example.com)",
        ["pic.png"],
    )
    _, files = converted(kit(source, {"pic.png": PIC}))
    assert b"- [Kit](documentation/kit.md): _Image: A lake (pic.png)_" in files["llms.txt"]


def film(poster: str | None) -> bytes:
    video = {
        "type": "video",
        "alt": "A walk",
        "poster": poster,
        "variants": [{"url": "/videos/walk.mp4", "traits": ["1x", "light"]}],
    }
    content = [{"type": "video", "identifier": "walk"}]
    return page(
        "Kit",
        primaryContentSections=[{"kind": "content", "content": content}],
        references={"walk": video, "still": picture("/images/still.png", alt="ignored")},
    )


def test_a_video_is_a_link_around_its_poster() -> None:
    files = {"videos/walk.mp4": b"film", "images/still.png": PIC}
    assert told(kit(film("still"), files)) == (
        "[![A walk](../images/still.png)](../videos/walk.mp4)",
        ["images/still.png", "videos/walk.mp4"],
    )
    for poster in (None, "nowhere"):
        assert told(kit(film(poster), files)) == (
            "[A walk](../videos/walk.mp4)",
            ["videos/walk.mp4"],
        )
    assert told(kit(film("still"), {"images/still.png": PIC})) == (
        "_Video: A walk (walk.mp4)_",
        [],
    )


def test_a_poster_of_another_language_is_shown_as_well() -> None:
    files = {"videos/walk.mp4": b"film", "images/still.png": PIC, "images/objc.png": PIC[::-1]}
    other = [{"url": "/images/objc.png", "traits": ["1x"]}]
    patch = [
        {"op": "replace", "path": "/metadata/roleHeading", "value": "Class"},
        {"op": "replace", "path": "/references/still/variants", "value": other},
    ]
    override = {"traits": [{"interfaceLanguage": "occ"}], "patch": patch}
    source = json.dumps({**json.loads(film("still")), "variantOverrides": [override]}).encode()
    text, copied = told(kit(source, files))
    assert text == (
        "**Objective-C:** Class\n\n"
        "[![A walk](../images/still.png)](../videos/walk.mp4)\n\n"
        "**Objective-C:**\n\n"
        "[![A walk](../images/objc.png)](../videos/walk.mp4)"
    )
    assert copied == ["images/objc.png", "images/still.png", "videos/walk.mp4"]


def sample(url: str) -> bytes:
    action = {"type": "reference", "identifier": "zip", "overridingTitle": "Download"}
    return page(
        "Kit",
        sampleCodeDownload={"action": action},
        references={"zip": {"type": "download", "identifier": "zip", "url": url}},
    )


def test_a_download_is_a_link_and_an_edge_of_the_graph() -> None:
    name = "downloads/kit#1.zip"
    source = kit(sample(f"/{name}"), {name: b"PK"})
    assert told(source) == ("[Download](../downloads/kit%231.zip)", [name])
    (edges,) = json.loads(converted(source)[1]["linkgraph.json"])["pages"]
    assert edges == {"path": "documentation/kit.md", "links": {"body": [name]}}
    assert told(kit(sample("/downloads/other.zip"), {name: b"PK"})) == ("Download: other.zip", [])


def test_the_table_of_contents_links_pages_alone() -> None:
    abstract = [{"type": "text", "text": "See "}, {"type": "image", "identifier": "pic"}]
    references = {"pic": picture("/images/pic.png")}
    source = kit(page("Kit", abstract=abstract, references=references), {"images/pic.png": PIC})
    _, files = converted(source)
    assert b"See ![A lake](../images/pic.png)" in files["documentation/kit.md"]
    assert b"[Kit](documentation/kit.md): See _Image: A lake (pic.png)_\n" in files["llms.txt"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("documentation/kit.md", r"documentation/kit-HASH\.md"),
        ("Documentation/KIT.MD", r"Documentation/KIT-HASH\.MD"),
        ("documentation/kit.md/a.png", r"documentation/kit\.md_/a\.png"),
        ("documentation", r"documentation-HASH"),
        ("llms.txt", r"llms-HASH\.txt"),
        ("manifest.json/a.png", r"_manifest\.json/a\.png"),
        ("images/con.png", r"images/_con\.png"),
        ("images/a:b?.png", r"images/a-b_\.png"),
        (f"images/{'x' * 300}.png", r"images/x{187}-HASH\.png"),
    ],
)
def test_no_asset_takes_the_place_of_a_page_or_a_name_that_some_system_forbids(
    name: str, path: str
) -> None:
    text, (written,) = told(kit(shown(f"/{name}"), {name: PIC}))
    assert re.fullmatch(path.replace("HASH", "[0-9a-f]{8}"), written)
    assert text == f"![A lake]({link_from('documentation', written)})"


def test_files_that_differ_in_case_alone_do_not_meet() -> None:
    names = ["images/Pic.png", "images/pic.png"]
    both = page(
        "Kit",
        abstract=[{"type": "image", "identifier": name} for name in names],
        references={name: picture(f"/{name}") for name in names},
    )
    _, files = converted(kit(both, {names[0]: b"1", names[1]: b"2"}))
    entries = json.loads(files["manifest.json"])["assets"]
    assert [entry["source"] for entry in entries] == names
    assert len({entry["path"].lower() for entry in entries}) == 2
    assert [files[entry["path"]] for entry in entries] == [b"1", b"2"]


def test_pictures_are_stored_and_drawings_deflated_all_byte_for_byte() -> None:
    both = page(
        "Kit",
        abstract=[{"type": "image", "identifier": name} for name in ("a.PNG", "b.svg")],
        references={name: picture(f"/{name}") for name in ("a.PNG", "b.svg")},
    )
    buffer = io.BytesIO()
    docc2context.convert(kit(both, {"a.PNG": bytes(5000), "b.svg": SVG}), buffer, assets=True)
    with zipfile.ZipFile(buffer) as bundle:
        assert bundle.testzip() is None
        kinds = {name: bundle.getinfo(name).compress_type for name in ("a.PNG", "b.svg")}
        assert kinds == {"a.PNG": zipfile.ZIP_STORED, "b.svg": zipfile.ZIP_DEFLATED}
        assert (bundle.read("a.PNG"), bundle.read("b.svg")) == (bytes(5000), SVG)


def test_a_stored_file_has_its_checksum_before_it_too() -> None:
    buffer = io.BytesIO()
    docc2context.convert(kit(shown("/a.png"), {"a.png": PIC}), buffer, assets=True)
    with zipfile.ZipFile(buffer) as bundle:
        info = bundle.getinfo("a.png")
        buffer.seek(info.header_offset + 14)
        assert buffer.read(12) == struct.pack("<3L", zlib.crc32(PIC), len(PIC), len(PIC))


def test_what_another_language_shows_comes_along_too() -> None:
    section = {"kind": "content", "content": [{"type": "paragraph", "inlineContent": [
        {"type": "image", "identifier": "pic"}
    ]}]}  # fmt: skip
    patch = [
        {"op": "add", "path": "/primaryContentSections", "value": [section]},
        {"op": "add", "path": "/references/pic", "value": picture("/images/occ.png")},
    ]
    overrides = [{"traits": [{"interfaceLanguage": "occ"}], "patch": patch}]
    text, files = told(kit(page("Kit", variantOverrides=overrides), {"images/occ.png": PIC}))
    assert "![A lake](../images/occ.png)" in text
    assert files == ["images/occ.png"]


def hostile(member: Member) -> bytes:
    return raw_zip(Member(b"data/documentation/kit.json", shown("/images/pic.png")), member)


@pytest.mark.parametrize("method", [STORED, 8])
@pytest.mark.parametrize("size", [100, 3 << 20])
def test_a_wrong_checksum_is_refused(tmp_path: Path, method: int, size: int) -> None:
    lying = Member(b"images/pic.png", bytes(size), method, both={"crc": 1})
    with pytest.raises(docc2context.ArchiveRefused, match="checksum") as error:
        docc2context.convert(hostile(lying), tmp_path / "out", assets=True)
    assert (error.value.code, error.value.entry) == (Code.INVALID_ZIP, "'images/pic.png'")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "declared", "words"),
    [
        (bytes(5000), 4999, "contains more than the 4999 bytes that it declares"),
        (bytes(3 << 20), 1 << 20, "contains more than the 1048576 bytes that it declares"),
        (bytes(5000), 5001, "declares 5001 bytes but contains 5000"),
        (bytes(3 << 20), (3 << 20) + 1, "declares 3145729 bytes but contains 3145728"),
    ],
)
@pytest.mark.parametrize("destination", ["out", "out.zip"])
def test_a_lying_size_is_refused(
    tmp_path: Path, content: bytes, declared: int, words: str, destination: str
) -> None:
    lying = Member(b"images/pic.png", content, both={"size": declared})
    with pytest.raises(docc2context.ArchiveRefused, match=words):
        docc2context.convert(hostile(lying), tmp_path / destination, assets=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (b"\xff" * 100, "cannot be inflated"),
        (b"\x4b\x04\x00", "contains 1"),
        (b"\x4b\x04", "cut off"),
        (b"\x4b\x04\x00more", "data follows"),
    ],
)
def test_a_broken_stream_is_refused(stream: bytes, words: str) -> None:
    broken = Member(b"images/pic.svg", b"ab", stream=stream)
    source = raw_zip(Member(b"data/documentation/kit.json", shown("/images/pic.svg")), broken)
    with pytest.raises(docc2context.ArchiveRefused, match=words) as error:
        converted(source)
    assert error.value.code == Code.INVALID_ZIP


MANY_BYTES = 300_000_000


@pytest.fixture(scope="module")
def giant() -> bytes:
    """An archive of 300 KB that shows 300 MB."""
    return kit(shown("/videos/giant.png"), {"videos/giant.png": bytes(MANY_BYTES)})


@pytest.mark.parametrize("destination", ["out", "out.zip"])
def test_assets_over_the_limit_of_output_are_refused_unread(
    tmp_path: Path, giant: bytes, destination: str
) -> None:
    limits = Limits(max_output_bytes=1_000_000)
    with pytest.raises(docc2context.OutputTooLarge) as error:
        docc2context.convert(giant, tmp_path / destination, assets=True, limits=limits)
    assert (error.value.code, error.value.limit) == (Code.OUTPUT_TOO_LARGE, 1_000_000)
    assert list(tmp_path.iterdir()) == []


def test_assets_count_as_what_is_inflated(giant: bytes) -> None:
    limits = Limits(max_archive_bytes=MANY_BYTES)
    with pytest.raises(docc2context.LimitExceeded, match="convert without assets") as error:
        converted(giant, limits=limits)
    assert (error.value.code, error.value.limit) == (Code.ARCHIVE_TOO_LARGE, MANY_BYTES)
    docc2context.convert(giant, io.BytesIO(), limits=limits)


def test_assets_of_a_zip_and_of_a_folder_count_beside_the_pages(tmp_path: Path) -> None:
    node = shown("/images/pic.png")
    files = {f"{ROOT}data/documentation/kit.json": node, f"{ROOT}images/pic.png": PIC}
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(data)
    for source in (zipped(files), str(tmp_path)):
        converted(source, limits=Limits(max_archive_bytes=len(node) + len(PIC)))
        words = (
            f"pages have {len(node)} bytes and the assets that they show {len(PIC)}, together over"
        )
        with pytest.raises(docc2context.LimitExceeded, match=words):
            converted(source, limits=Limits(max_archive_bytes=len(node) + len(PIC) - 1))


def test_assets_over_the_default_limit_are_refused_before_they_are_in_memory(giant: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(docc2context.OutputTooLarge):
            converted(giant)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("destination", ["out", "out.zip"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_large_asset_passes_in_pieces(tmp_path: Path, destination: str, method: int) -> None:
    size = 50_000_000
    files = {f"{ROOT}data/documentation/kit.json": shown("/v.mp4"), f"{ROOT}v.mp4": bytes(size)}
    (tmp_path / "kit.zip").write_bytes(zipped(files, method))
    tracemalloc.start()
    try:
        docc2context.convert(tmp_path / "kit.zip", tmp_path / destination, assets=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000
    if destination == "out":
        assert (tmp_path / "out/v.mp4").stat().st_size == size
    else:
        with zipfile.ZipFile(tmp_path / "out.zip") as bundle:
            assert bundle.testzip() is None
            assert bundle.getinfo("v.mp4").file_size == size


def test_a_folder_gives_the_same_bytes_as_its_zip(tmp_path: Path) -> None:
    source = kit(film("still"), {"videos/walk.mp4": b"film" * 1000, "images/still.png": PIC})
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        archive.extractall(tmp_path)
    outputs = set()
    for place in (source, tmp_path / ROOT):
        buffer = io.BytesIO()
        docc2context.convert(place, buffer, assets=True)
        outputs.add(buffer.getvalue())
    (output,) = outputs
    assert unzipped(output)["videos/walk.mp4"] == b"film" * 1000


@pytest.mark.parametrize("linked", ["images", "images/pic.png"])
def test_no_link_in_a_folder_is_followed(tmp_path: Path, linked: str) -> None:
    folder = tmp_path / "Kit.doccarchive"
    (folder / "data/documentation").mkdir(parents=True)
    (folder / "data/documentation/kit.json").write_bytes(shown("/images/pic.png"))
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/pic.png").write_bytes(PIC)
    if linked == "images":
        (folder / "images").symlink_to(tmp_path / "secret")
    else:
        (folder / "images").mkdir()
        (folder / "images/pic.png").symlink_to(tmp_path / "secret/pic.png")
    with pytest.raises(docc2context.EntryUnreadable, match=f"it is a link, .*'{linked}'"):
        docc2context.convert(folder, tmp_path / "out", assets=True)
    assert not (tmp_path / "out").exists()


def test_workers_and_hash_seeds_do_not_show(tmp_path: Path) -> None:
    names = [f"images/p{i}.png" for i in range(9)]
    pages = {
        f"data/documentation/p{i}.json": shown(f"/{names[i % 9]}", ("/images/p0.png", ["dark"]))
        for i in range(200)
    }
    (tmp_path / "kit.zip").write_bytes(zipped({**pages, **dict.fromkeys(names, PIC)}))
    (tmp_path / "run.py").write_text(
        "import sys, docc2context\n"
        "from docc2context import workers\n"
        "workers._PAGES_A_WORKER = 100\n"  # so that there are two
        "if __name__ == '__main__':\n"
        "    docc2context.convert(\n"
        "        sys.argv[1], sys.argv[2], assets=True, workers=int(sys.argv[3])\n"
        "    )"
    )
    outputs = set()
    for workers in ("1", "2"):
        out = tmp_path / f"{workers}.zip"
        run = [sys.executable, str(tmp_path / "run.py"), str(tmp_path / "kit.zip"), str(out)]
        environment = {**os.environ, "PYTHONHASHSEED": workers}
        subprocess.run([*run, workers], env=environment, check=True)
        outputs.add(out.read_bytes())
    (output,) = outputs
    assert [name for name in unzipped(output) if name.endswith(".png")] == names


def test_one_document_cannot_have_them() -> None:
    with pytest.raises(ValueError, match="one document cannot contain assets"):
        docc2context.convert(b"", io.BytesIO(), single=True, assets=True)
