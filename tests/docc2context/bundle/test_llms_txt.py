from docc2context.bundle.llms_txt import Contents, ContentsEntry
from docc2context.markdown.code import code_span


def contents(pages: dict[str, list[str]]) -> Contents:
    made = Contents()
    for path, children in pages.items():
        name = path.rpartition("/")[2].removesuffix(".md")
        made.add(path, ContentsEntry(name, f"`{name}`", "", tuple(children)))
    return made


def test_pages_come_in_the_order_of_their_topics_depth_first() -> None:
    order = contents(
        {
            "documentation/kit.md": ["documentation/kit/b.md", "documentation/kit/a.md"],
            "documentation/kit/a.md": [],
            "documentation/kit/b.md": ["documentation/kit/b/c.md"],
            "documentation/kit/b/c.md": [],
        }
    ).order()
    kit = "documentation/kit"
    assert order == {"kit": [f"{kit}.md", f"{kit}/b.md", f"{kit}/b/c.md", f"{kit}/a.md"]}


def test_pages_come_in_the_same_order_however_they_were_added() -> None:
    kit, other = "documentation/kit", "documentation/other"
    backwards = (f"{other}/x.md", f"{other}.md", f"{kit}/y.md", f"{kit}.md")
    made = contents({path: [] for path in backwards})
    assert list(made.order().items()) == [
        ("kit", [f"{kit}.md", f"{kit}/y.md"]),
        ("other", [f"{other}.md", f"{other}/x.md"]),
    ]
    assert made.title("") == "kit"


def test_circles_end_and_each_page_stands_once() -> None:
    pages = {
        "documentation/kit.md": ["documentation/kit/a.md", "documentation/kit/a.md"],
        "documentation/kit/a.md": ["documentation/kit.md", "documentation/kit/a.md"],
    }
    assert contents(pages).order() == {"kit": list(pages)}


def test_what_is_listed_again_or_lies_nowhere_ends_no_list() -> None:
    kit = "documentation/kit"
    listed = [f"{kit}/c.md", f"{kit}/c.md", f"{kit}/gone.md", f"{kit}/b.md", f"{kit}/a.md"]
    pages: dict[str, list[str]] = {f"{kit}/{name}.md": [] for name in "abc"}
    order = contents({f"{kit}.md": listed, **pages}).order()
    assert order == {"kit": [f"{kit}.md", f"{kit}/c.md", f"{kit}/b.md", f"{kit}/a.md"]}


def test_what_nobody_curated_comes_after_below_its_root_or_at_the_end() -> None:
    order = contents(
        {"documentation/kit.md": [], "documentation/kit/x/y.md": [], "documentation/lost/z.md": []}
    ).order()
    assert order == {
        "kit": ["documentation/kit.md", "documentation/kit/x/y.md"],
        "More pages": ["documentation/lost/z.md"],
    }


def test_a_root_keeps_its_own_section_though_another_lists_it() -> None:
    order = contents(
        {"documentation.md": ["documentation/kit.md"], "documentation/kit.md": []}
    ).order()
    assert order == {
        "documentation": ["documentation.md"],
        "kit": ["documentation/kit.md"],
    }


def test_roots_of_one_title_share_a_section_with_what_lies_below_them() -> None:
    made = Contents()
    for path, title in (("a", "Kit"), ("b", "Other"), ("c", "Kit")):
        made.add(f"d/{path}.md", ContentsEntry(title, title, "", (f"d/{path}/x.md",)))
        made.add(f"d/{path}/x.md", ContentsEntry("x", "x", "", ()))
    made.add("d/c/lost.md", ContentsEntry("lost", "lost", "", ()))
    assert made.order() == {
        "Kit": ["d/a.md", "d/a/x.md", "d/c.md", "d/c/x.md", "d/c/lost.md"],
        "Other": ["d/b.md", "d/b/x.md"],
    }
    assert made.render("Kit").count("## Kit") == 1


def test_ten_thousand_levels_do_not_exhaust_the_stack() -> None:
    chain = {f"d/k/{i:05}.md": [f"d/k/{i + 1:05}.md"] for i in range(10_000)}
    order = contents({"d/k.md": ["d/k/00000.md"], **chain}).order()
    assert order == {"k": ["d/k.md", *chain]}


def test_the_file_has_the_form_of_llmstxt_org() -> None:
    made = Contents()
    made.add(
        "documentation/kit.md",
        ContentsEntry("Kit*", "Kit\\*", "All of it.", ("documentation/kit/f.md",)),
    )
    made.add(
        "documentation/kit/f.md",
        ContentsEntry("f(_:)", "`f(_:)`", "", (), is_symbol=True, is_deprecated=True),
    )
    made.add("other/x/y.md", ContentsEntry("Y", "Y", "", ()))
    assert made.render("My kit") == (
        "# My kit\n\n"
        "## Kit\\*\n\n"
        "- [Kit\\*](documentation/kit.md): All of it.\n"
        "- [`f(_:)`](documentation/kit/f.md) (deprecated)\n\n"
        "## More pages\n\n"
        "- [Y](other/x/y.md)\n"
    )


def test_what_has_one_name_in_one_folder_is_told_apart_by_its_declaration() -> None:
    made = Contents()
    for file, declaration in (("a", "func f(Int)"), ("b", "func f(`x`)"), ("c", "")):
        made.add(
            f"d/kit/{file}.md",
            ContentsEntry("f(_:)", "`f(_:)`", "F.", (), is_symbol=True, declaration=declaration),
        )
    made.add(
        "d/kit/g.md", ContentsEntry("g()", "`g()`", "", (), is_symbol=True, declaration="func g()")
    )
    made.add(
        "d/other/a.md",
        ContentsEntry("f(_:)", "`f(_:)`", "", (), is_symbol=True, declaration="func f(String)"),
    )
    assert made.render("Kit").splitlines()[-5:] == [
        "- [`f(_:)`](d/kit/a.md) (`func f(Int)`): F.",
        "- [`f(_:)`](d/kit/b.md) (``func f(`x`)``): F.",
        "- [`f(_:)`](d/kit/c.md): F.",
        "- [`g()`](d/kit/g.md)",
        "- [`f(_:)`](d/other/a.md)",
    ]


def test_what_is_inherited_may_be_skipped_but_not_what_stands_among_it() -> None:
    made = Contents()
    made.add("d/kit.md", ContentsEntry("Kit", "Kit", "", ("d/kit/a.md", "d/kit/b.md")))
    made.add(
        "d/kit/a.md",
        ContentsEntry("A", "`A`", "", ("d/kit/a/group.md", "d/kit/a/own.md"), is_symbol=True),
    )
    group = ("d/kit/a/more.md", "d/kit/a/equal.md")
    made.add(
        "d/kit/a/group.md", ContentsEntry("E Implementations", "E", "", group, is_inherited=True)
    )
    made.add(
        "d/kit/a/more.md",
        ContentsEntry("!=", "`!=`", "From E.", (), is_symbol=True, is_inherited=True),
    )
    made.add("d/kit/a/equal.md", ContentsEntry("==", "`==`", "", (), is_symbol=True))
    made.add("d/kit/a/own.md", ContentsEntry("own", "`own`", "", (), is_symbol=True))
    made.add("d/kit/b.md", ContentsEntry("B", "`B`", "", (), is_symbol=True))
    made.add("x/y/z.md", ContentsEntry("z", "`z`", "", (), is_symbol=True, is_inherited=True))
    assert made.render("Kit") == (
        "# Kit\n\n"
        "## Kit\n\n"
        "- [Kit](d/kit.md)\n"
        "- [`A`](d/kit/a.md)\n"
        "- [`A.==`](d/kit/a/equal.md)\n"
        "- [`A.own`](d/kit/a/own.md)\n"
        "- [`B`](d/kit/b.md)\n\n"
        "## Optional\n\n"
        "- [`A`: E](d/kit/a/group.md)\n"
        "- [`A.!=`](d/kit/a/more.md): From E.\n"
        "- [`z`](x/y/z.md)\n"
    )


def test_members_are_named_behind_their_type_unless_their_titles_do_so() -> None:
    made = Contents()
    pages = {
        "d/kit": "Kit",
        "d/kit/a": "A",
        "d/kit/a/f(_-)": "f(_:)",
        "d/kit/a/`": "`(_:)",
        "d/kit/a/b": "A.B",
        "d/kit/a/b/c": "A.B.c",
        "d/kit/a/b/g": "g",
        "d/kit/guide/x": "x",
        "d/kit/lost/y": "y",
        "d/kit/aconst": "AConst",
        "d/kit/aconst/aconstant": "AConstant",
        "d/kit/aconst/aconstone": "AConstOne",
        "d/kit/c": "c",
        "d/kit/c/count": "count",
    }
    for path, title in pages.items():
        is_symbol = title != "Kit"
        name = code_span(title) if is_symbol else title
        made.add(f"{path}.md", ContentsEntry(title, name, "", (), is_symbol=is_symbol))
    made.add("d/kit/guide.md", ContentsEntry("Guide", "Guide", "", ()))
    made.add("d/kit/a/group.md", ContentsEntry("A Implementations", "A Implementations", "", ()))
    names = [line.partition("](")[0][3:] for line in made.render("Kit").splitlines()[4:]]
    assert names == [
        *("Kit", "`A`", "``A.`(_:)``", "`A.B`", "`A.B.c`", "`A.B.g`", "`A.f(_:)`"),
        *("`A`: A Implementations", "`AConst`", "`AConst.AConstant`", "`AConstOne`"),
        *("`c`", "`c.count`", "Guide", "`x`", "`y`"),
    ]


def test_members_are_named_behind_an_owner_that_has_no_page() -> None:
    made = Contents()
    made.add("d/kit.md", ContentsEntry("Kit", "Kit", "", ()))
    for title, name in (("init", "`init`"), ("Slow.nap", "`Slow.nap`"), ("Naps", "Naps")):
        entry = ContentsEntry(title, name, "", (), is_symbol=title != "Naps", owner="Slow")
        made.add(f"d/kit/slow/{title}.md", entry)
    made.add("d/kit/swift.md", ContentsEntry("Swift", "Swift", "", ()))
    array = ContentsEntry("Array", "`Array`", "", (), is_symbol=True, owner="Swift")
    made.add("d/kit/swift/array.md", array)
    names = [line.partition("](")[0][3:] for line in made.render("Kit").splitlines()[4:]]
    assert names == ["Kit", "`Slow`: Naps", "`Slow.nap`", "`Slow.init`", "Swift", "`Array`"]


def test_names_that_are_words_or_paths_are_not_joined_by_dots() -> None:
    made = Contents()
    pages = {
        "d/api": ("API", "API", False),
        "d/api/pets": ("/pets", "`/pets`", True),
        "d/api/pets/get": ("List pets", "List pets", True),
        "d/api/pets/get/200": ("200 Response", "200 Response", True),
        "d/api/pets/get/limit": ("limit", "`limit`", True),
        "d/api/pets/id": ("id", "`id`", True),
    }
    for path, (title, name, is_symbol) in pages.items():
        made.add(f"{path}.md", ContentsEntry(title, name, "", (), is_symbol=is_symbol))
    names = [line.partition("](")[0][3:] for line in made.render("API").splitlines()[4:]]
    assert names == [
        *("API", "`/pets`", "`/pets`: List pets", "List pets: 200 Response"),
        *("List pets: `limit`", "`/pets`: `id`"),
    ]


def test_operators_that_begin_with_a_dot_are_not_joined_by_another() -> None:
    made = Contents()
    for path, title in {"a": "A", "a/'...(_-)": "...(_:)", "a/!=(_-_-)": "!=(_:_:)"}.items():
        entry = ContentsEntry(title, code_span(title), "", (), is_symbol=True)
        made.add(f"d/kit/{path}.md", entry)
    names = [line.partition("](")[0][3:] for line in made.render("Kit").splitlines()[4:]]
    assert names == ["`A`", "`A.!=(_:_:)`", "`A`: `...(_:)`"]


def test_what_authors_call_optional_may_not_be_skipped() -> None:
    made = Contents()
    made.add("d/optional.md", ContentsEntry("Optional", "Optional", "", ()))
    made.add(
        "d/optional/a.md", ContentsEntry("a", "`a`", "", (), is_symbol=True, is_inherited=True)
    )
    assert made.order() == {"d/optional.md": ["d/optional.md"], "Optional": ["d/optional/a.md"]}


def test_a_combined_archive_is_called_after_the_page_above_its_modules() -> None:
    made = contents({"documentation/inner.md": [], "documentation/a/b.md": []})
    assert [made.title(own) for own in (" Own ", "", " ")] == ["Own", "inner", "inner"]
    made.add("documentation.md", ContentsEntry("The package", "The package", "", ()))
    assert made.title("Own") == "The package"


def test_headings_are_their_words_and_none_is_empty() -> None:
    made = Contents()
    made.add("documentation/f.md", ContentsEntry("F #", "F #", "", ()))
    made.add("documentation/g.md", ContentsEntry(" ", "", "", ()))
    assert made.title("") == "F #"
    assert [line for line in made.render("F #").splitlines() if line.startswith("#")] == [
        "# F \\#",
        "## F \\#",
        "## documentation/g.md",
    ]


def test_a_page_without_a_title_is_linked_by_its_path() -> None:
    made = Contents()
    made.add("documentation/kit/*.md", ContentsEntry(" ", "", "Says a lot.", (), owner="Kit"))
    line = made.render("Kit").splitlines()[-1]
    assert line == "- [documentation/kit/\\*.md](documentation/kit/*.md): Says a lot."
