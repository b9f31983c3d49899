import hashlib
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docc2context.links.paths import (
    MAX_SEGMENT_BYTES,
    RESERVED_NAMES,
    asset_paths,
    doc_path,
    output_paths,
)

SEGMENT = st.text(
    st.sampled_from("aAbBſßéK_-.:*?<>|\"()&!'%# \u0301\u00e9con1") | st.characters(codec="utf-8"),
    min_size=1,
    max_size=12,
).filter(lambda name: "/" not in name and name not in {".", ".."})
ENTRY = st.lists(SEGMENT, min_size=1, max_size=4).map(lambda names: f"data/{'/'.join(names)}.json")


def folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


@given(st.lists(ENTRY, max_size=12, unique=True))
@example(["data/x.json", "data/x/index.json"])
@example(["data/f.json", "data/f(_:).json", "data/f(_-).json", "data/F.json"])
@example(["data/!(_:).json", "data/&&(_:_:).json"])
@example(["data/x.json", "data/x.md/y.json"])
@example(["data/llms.txt/x.json", "data/manifest.json/x.json"])
@example(["data/caf\u00e9.json", "data/cafe\u0301.json"])
def test_pages_never_share_a_file_nor_take_a_folders_place(entries: list[str]) -> None:
    paths = output_paths(entries)
    keys = [folded(path) for path in paths.values()]
    assert set(paths) == set(entries)
    assert len(set(keys)) == len(keys)
    folders = {key.rsplit("/", depth)[0] for key in keys for depth in range(1, key.count("/") + 1)}
    assert not folders & {*keys, *RESERVED_NAMES}


@given(ENTRY)
@example("data/con.json")
@example("data/CON.x/aux.json")
@example(f"data/{'é' * 300}.json")
@example("data/a. /b.json")
@example("data/nul .json")
@example("data/com1 .x.json")
@example("data/conin$.json")
@example("data/.git/.notes.json")
@example("data/\u200c.git/x.json")
@example("data/.json")
@example("data/x/\u200c.json")
def test_every_path_is_legal_on_windows_bounded_and_not_hidden(entry: str) -> None:
    (path,) = output_paths([entry]).values()
    for segment in path.split("/"):
        assert not segment.lstrip("\u200c").startswith(".")
        assert len(segment.encode()) <= MAX_SEGMENT_BYTES
        assert not re.search(r'[\x00-\x1f<>:"|?*\\]', segment)
        assert not segment.endswith((".", " "))
        assert not re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d|conin\$) *(\.|$)", segment)


def test_paths_do_not_depend_on_the_order_of_the_entries() -> None:
    entries = ["data/f(_:).json", "data/f(_-).json", "data/F(_-).json"]
    assert output_paths(entries) == output_paths(reversed(entries))


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ("data/documentation/kit/f(_:).json", "documentation/kit/f(_-).md"),
        ("data/documentation/kit/'...(_:)-4n4s0.json", "documentation/kit/'...(_-)-4n4s0.md"),
        ("data/documentation/kit/11.bounds&frame.json", "documentation/kit/11.bounds&frame.md"),
        ("data/documentation.json", "documentation.md"),
        ("data/documentation/kit/'...json", "documentation/kit/'...md"),
        ("data/llms.txt/x.json", "_llms.txt/x.md"),
        ("data/LinkGraph.json/x.json", "_LinkGraph.json/x.md"),
        ("data/manifest.json/x.json", "_manifest.json/x.md"),
        ("data/a. /x.json", "a__/x.md"),
    ],
)
def test_names_stay_as_swift_developers_know_them(entry: str, path: str) -> None:
    assert output_paths([entry]) == {entry: path}


def test_no_asset_is_hidden_or_makes_a_git_repository() -> None:
    names = [".git/config", "x/.gitignore", "x/.a.md/b", "HEAD", "x/head", "x/head/y", "head.png"]
    names += ["git~1/config", "x/GITIGN~1", "HE\u200dAD", "\u200c.git", "a~b.png"]
    assert asset_paths(names, []) == {
        ".git/config": "_.git/config",
        "x/.gitignore": "x/_.gitignore",
        "x/.a.md/b": "x/_.a.md_/b",
        "HEAD": "_HEAD",
        "x/head": "x/_head",
        "x/head/y": "x/head/y",
        "head.png": "head.png",
        "git~1/config": "_git~1/config",
        "x/GITIGN~1": "x/_GITIGN~1",
        "HE\u200dAD": "_HE\u200dAD",
        "\u200c.git": "_\u200c.git",
        "a~b.png": "a~b.png",
    }


@pytest.mark.parametrize(("kept", "changed"), [("a-b", "a:b"), ("a_b", 'a"b')])
def test_an_unchanged_name_is_kept_and_the_changed_one_gets_the_hash(
    kept: str, changed: str
) -> None:
    paths = output_paths([f"data/{kept}.json", f"data/{changed}.json"])
    assert paths[f"data/{kept}.json"] == f"{kept}.md"
    assert re.fullmatch(rf"{kept}-[0-9a-f]{{8}}\.md", paths[f"data/{changed}.json"])
    paths = asset_paths([f"{kept}.png", f"{changed}.png"], [])
    assert paths[f"{kept}.png"] == f"{kept}.png"
    assert re.fullmatch(rf"{kept}-[0-9a-f]{{8}}\.png", paths[f"{changed}.png"])


def test_entries_named_after_all_hashes_of_another_leave_it_a_name() -> None:
    entries = ["data/a:b.json", "data/a-b.json"]
    digest = hashlib.sha256(b"data/a:b.json").hexdigest()
    entries += [f"data/a-b-{digest[:length]}.json" for length in (8, 16, 32, 64)]
    paths = output_paths(entries)
    assert len(set(paths.values())) == len(entries)
    assert paths["data/a:b.json"] == f"a-b-{hashlib.sha256(digest.encode()).hexdigest()[:8]}.md"


@pytest.mark.parametrize("letter", ["a", "A", "ä", "概"])
def test_a_name_of_200_bytes_stays_and_a_longer_one_is_cut_to_that(letter: str) -> None:
    size = len(letter.encode())
    longest = letter * (197 // size)
    assert output_paths([f"data/{longest}.json"]) == {f"data/{longest}.json": f"{longest}.md"}
    name = longest + letter
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    cut = letter * (188 // size)
    assert output_paths([f"data/{name}.json"]) == {f"data/{name}.json": f"{cut}-{digest}.md"}


@pytest.mark.parametrize(
    ("taken", "length"), [((), 8), ((8,), 16), ((8, 16), 32), ((8, 16, 32), 64)]
)
def test_as_much_of_a_hash_is_taken_as_tells_names_apart(
    taken: tuple[int, ...], length: int
) -> None:
    digest = hashlib.sha256(b"data/a:b.json").hexdigest()
    entries = ["data/a:b.json", "data/a-b.json"]
    entries += [f"data/a-b-{digest[:other]}.json" for other in taken]
    assert output_paths(entries)["data/a:b.json"] == f"a-b-{digest[:length]}.md"


def test_a_hash_is_cut_into_a_long_name_and_takes_no_folder() -> None:
    paths = output_paths([f"data/{'A' * 196}.json", f"data/{'a' * 196}.json"])
    assert {len(path) for path in paths.values()} == {199, MAX_SEGMENT_BYTES}
    digest = hashlib.sha256(b"data/a:b.json").hexdigest()
    folder = f"data/a-b-{digest[:8]}.md/c.json"
    paths = output_paths(["data/a-b.json", "data/a:b.json", folder])
    assert paths["data/a:b.json"] == f"a-b-{digest[:16]}.md"


def test_a_folder_is_taken_in_whatever_case() -> None:
    assert asset_paths(["Kit/x", "kit"], []) == {
        "Kit/x": "Kit/x",
        "kit": f"kit-{hashlib.sha256(b'kit').hexdigest()[:8]}",
    }


def test_names_differ_by_more_than_the_case_of_letters_of_any_script() -> None:
    assert asset_paths(["É", "é", "Ê"], []) == {
        "É": "É",
        "é": f"é-{hashlib.sha256('é'.encode()).hexdigest()[:8]}",
        "Ê": "Ê",
    }


def test_a_folder_takes_no_name_that_only_begins_like_it() -> None:
    names = ["kit", "kit-a/x", "kitten/x"]
    assert asset_paths(names, []) == {name: name for name in names}


def test_no_folder_of_an_asset_is_named_like_a_page() -> None:
    names = ["x.md/y", "z.MD/y"]
    assert asset_paths(names, []) == {"x.md/y": "x.md_/y", "z.MD/y": "z.MD_/y"}


def test_a_folder_that_only_deeper_ones_imply_is_taken() -> None:
    paths = asset_paths(["x/a-b", "x/a:b/c/d"], [])
    suffix = hashlib.sha256(b"x/a-b").hexdigest()[:8]
    assert paths == {"x/a-b": f"x/a-b-{suffix}", "x/a:b/c/d": "x/a-b/c/d"}
    paths = output_paths(["data/f.json", "data/f.md/g/h.json"])
    assert paths["data/f.json"] == f"f-{hashlib.sha256(b'data/f.json').hexdigest()[:8]}.md"


def test_a_pages_own_path_is_its_entry_without_folder_and_suffix() -> None:
    assert doc_path("data/documentation/kit.json") == "/documentation/kit"
