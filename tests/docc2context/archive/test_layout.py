import pytest

from docc2context.archive.layout import locate
from docc2context.errors import ArchiveRefused, Code


@pytest.mark.parametrize(
    ("names", "root", "pages"),
    [
        (["data/documentation/a.json"], "", ("data/documentation/a.json",)),
        (["Foo.doccarchive/data/tutorials/a.json"], "Foo.doccarchive/", ("data/tutorials/a.json",)),
        (
            ["build/docs/Foo.doccarchive/data/documentation/a.json", "build/docs/x.json"],
            "build/docs/Foo.doccarchive/",
            ("data/documentation/a.json",),
        ),
        (["site/data/documentation/data/a.json"], "site/", ("data/documentation/data/a.json",)),
        (["data/site/data/documentation.json"], "data/site/", ("data/documentation.json",)),
        (["site/data/design/a.json"], "site/", ("data/design/a.json",)),
        (["data/b.json", "data/a.json", "index/index.json"], "", ("data/a.json", "data/b.json")),
        (
            ["data/documentation/a.json", "__MACOSX/data/documentation/._a.json", "data/._b.json"],
            "",
            ("data/documentation/a.json",),
        ),
        (
            ["data/documentation/a.json", "downloads/B.doccarchive/data/documentation/b.json"],
            "",
            ("data/documentation/a.json",),
        ),
        (
            [
                "site/data/documentation/a.json",
                "site/images/data/documentation/b.json",
                "site/js/data/fixture.json",
                "site/videos/data/documentation/b.json",
            ],
            "site/",
            ("data/documentation/a.json",),
        ),
        (
            [
                "site/data/documentation/b.json",
                "site/data/documentation/b/c.json",
                "site/data/tutorials/d.json",
                "site/documentation/b/data/documentation/b.json",
                "site/documentation/b/data/documentation/b/c.json",
                "site/documentation/b/data/index.html",
                "site/documentation/B/data/documentation/b.json",
                "site/tutorials/d/data/tutorials/d.json",
            ],
            "site/",
            (
                "data/documentation/b.json",
                "data/documentation/b/c.json",
                "data/tutorials/d.json",
            ),
        ),
        (
            ["repo/docs/data/documentation/a.json", "repo/Tests/data/fixture.json"],
            "repo/docs/",
            ("data/documentation/a.json",),
        ),
        (
            ["Foo.doccarchive/data/design/a.json", "Tests/data/fixture.json"],
            "Foo.doccarchive/",
            ("data/design/a.json",),
        ),
        (
            ["site/data/tutorials/a.json", "Tests/data/fixture.json"],
            "site/",
            ("data/tutorials/a.json",),
        ),
        (
            ["Foo.doccarchive/data/site/data/documentation.json"],
            "Foo.doccarchive/",
            ("data/site/data/documentation.json",),
        ),
        (
            [
                "data/documentation/a.json",
                "data/diffs/documentation/a.json",
                "data/diffs/documentation-latest_minor.json",
                "data/diffs/tutorials.json",
                "data/diffs/documentations.json",
                "data/documentation/data/diffs/documentation/a.json",
            ],
            "",
            (
                "data/diffs/documentations.json",
                "data/documentation/a.json",
                "data/documentation/data/diffs/documentation/a.json",
            ),
        ),
        (
            [
                "data/documentation/kit/data/documentation/a.json",
                "data/diffs/documentation/kit/data/documentation/a.json",
            ],
            "",
            ("data/documentation/kit/data/documentation/a.json",),
        ),
        (
            ["Tests/data/diffs/documentation/case/data/documentation/a.json"],
            "Tests/data/diffs/documentation/case/",
            ("data/documentation/a.json",),
        ),
        (
            [
                "Foo.doccarchive/data/design/a.json",
                "Foo.doccarchive/data/diffs/documentation/a.json",
            ],
            "Foo.doccarchive/",
            ("data/design/a.json",),
        ),
        (["x__MACOSX/data/documentation/a.json"], "x__MACOSX/", ("data/documentation/a.json",)),
        (
            ["data/docs/data/documentation/a.json", "data/docs/index/index.json"],
            "data/docs/",
            ("data/documentation/a.json",),
        ),
    ],
)
def test_the_archive_is_found_wherever_it_lies(
    names: list[str], root: str, pages: tuple[str, ...]
) -> None:
    files = sorted(names)
    location = locate(files)
    assert location.root == root
    assert [files[place] for place in location.places] == [root + page for page in pages]


@pytest.mark.parametrize(
    ("names", "code", "words"),
    [
        ([], Code.NO_DOCC_DATA, "no JSON page is under a data/ folder"),
        (["readme.txt", "x.json"], Code.NO_DOCC_DATA, "no JSON page is under a data/ folder"),
        (
            ["Kit.docc/Kit.md"],
            Code.NO_DOCC_DATA,
            "what looks like the sources of a .docc catalog; build the documentation first",
        ),
        (
            ["__MACOSX/x.zip", "._Kit.zip"],
            Code.NO_DOCC_DATA,
            "no JSON page is under a data/ folder",
        ),
        (
            ["__MACOSX/._x.zip", "a/Kit.ZIP"],
            Code.NO_DOCC_DATA,
            "another zip, 'a/Kit.ZIP'; unpack the archive",
        ),
        (
            ["A.doccarchive/data/documentation/a.json", "B.doccarchive/data/documentation/b.json"],
            Code.SEVERAL_ARCHIVES,
            r"2 DocC archives \('A.doccarchive/', 'B.doccarchive/'\); convert one .doccarchive at",
        ),
        (
            ["data/documentation/a.json", "1.0/data/documentation/a.json"],
            Code.SEVERAL_ARCHIVES,
            r"2 DocC archives \('./', '1.0/'\); convert one at a time; to convert the first, move",
        ),
        (
            [
                "docs/data/documentation/a.json",
                "docs/downloads/C.doccarchive/data/documentation/c.json",
                "docs/B.doccarchive/data/documentation/b.json",
                "docs/B.doccarchive/old/data/documentation/b.json",
            ],
            Code.SEVERAL_ARCHIVES,
            r"2 DocC archives \('docs/', 'docs/B.doccarchive/'\)",
        ),
        (
            ["site/data/documentation/a.json", "site/documentation/1.0/data/documentation/a.json"],
            Code.SEVERAL_ARCHIVES,
            r"2 DocC archives \('site/', 'site/documentation/1.0/'\); convert one at a time",
        ),
        (
            ["data/tutorials/a.json", "tutorials/a/old/data/tutorials/a.json"],
            Code.SEVERAL_ARCHIVES,
            r"2 DocC archives \('./', 'tutorials/a/old/'\)",
        ),
        (
            ["data/documentation/a.json", "documentation/a/data/documentation/b.json"],
            Code.SEVERAL_ARCHIVES,
            r"2 DocC archives \('./', 'documentation/a/'\)",
        ),
        (
            ["a/data/documentation/z.json", "data/a.json", "data/documentation/b.json"],
            Code.SEVERAL_ARCHIVES,
            r"2 DocC archives \('./', 'a/'\)",
        ),
        (
            ["data/documentation/a.json", "data/1.0/data/documentation/a.json"],
            Code.SEVERAL_ARCHIVES,
            r"2 DocC archives \('./', 'data/1.0/'\)",
        ),
        (
            ["data/documentation/a.json", "data/diffs/1.0/data/documentation/a.json"],
            Code.SEVERAL_ARCHIVES,
            r"2 DocC archives \('./', 'data/diffs/1.0/'\)",
        ),
        (
            [f"{name}.doccarchive/data/documentation/a.json" for name in "ABCD"],
            Code.SEVERAL_ARCHIVES,
            r"4 DocC archives \('A.doccarchive/', 'B.doccarchive/', 'C.doccarchive/', …\)",
        ),
    ],
)
def test_what_is_no_single_archive_is_refused(names: list[str], code: Code, words: str) -> None:
    with pytest.raises(ArchiveRefused, match=words) as refused:
        locate(sorted(names))
    assert refused.value.code == code
