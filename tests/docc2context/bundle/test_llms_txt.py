from docc2context.bundle.llms_txt import Contents, Entry


def contents(pages: dict[str, list[str]]) -> Contents:
    made = Contents()
    for path, children in pages.items():
        name = path.rpartition("/")[2].removesuffix(".md")
        made.add(path, Entry(name, f"`{name}`", "", tuple(children)))
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
    assert order == {f"{kit}.md": [f"{kit}.md", f"{kit}/b.md", f"{kit}/b/c.md", f"{kit}/a.md"]}


def test_circles_end_and_each_page_stands_once() -> None:
    pages = {
        "documentation/kit.md": ["documentation/kit/a.md", "documentation/kit/a.md"],
        "documentation/kit/a.md": ["documentation/kit.md", "documentation/kit/a.md"],
    }
    assert contents(pages).order() == {"documentation/kit.md": list(pages)}


def test_what_nobody_curated_comes_after_below_its_root_or_at_the_end() -> None:
    order = contents(
        {"documentation/kit.md": [], "documentation/kit/x/y.md": [], "documentation/lost/z.md": []}
    ).order()
    assert order == {
        "documentation/kit.md": ["documentation/kit.md", "documentation/kit/x/y.md"],
        "": ["documentation/lost/z.md"],
    }


def test_a_root_keeps_its_own_section_though_another_lists_it() -> None:
    order = contents(
        {"documentation.md": ["documentation/kit.md"], "documentation/kit.md": []}
    ).order()
    assert order == {
        "documentation.md": ["documentation.md"],
        "documentation/kit.md": ["documentation/kit.md"],
    }


def test_ten_thousand_levels_do_not_exhaust_the_stack() -> None:
    chain = {f"d/k/{i:05}.md": [f"d/k/{i + 1:05}.md"] for i in range(10_000)}
    order = contents({"d/k.md": ["d/k/00000.md"], **chain}).order()
    assert order == {"d/k.md": ["d/k.md", *chain]}


def test_the_file_has_the_form_of_llmstxt_org() -> None:
    made = Contents()
    made.add(
        "documentation/kit.md", Entry("Kit*", "Kit\\*", "All of it.", ("documentation/kit/f.md",))
    )
    made.add("documentation/kit/f.md", Entry("f(_:)", "`f(_:)`", "", (), is_deprecated=True))
    made.add("other/x/y.md", Entry("Y", "Y", "", ()))
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
        made.add(f"d/kit/{file}.md", Entry("f(_:)", "`f(_:)`", "F.", (), declaration=declaration))
    made.add("d/kit/g.md", Entry("g()", "`g()`", "", (), declaration="func g()"))
    made.add("d/other/a.md", Entry("f(_:)", "`f(_:)`", "", (), declaration="func f(String)"))
    assert made.render("Kit").splitlines()[-5:] == [
        "- [`f(_:)`](d/kit/a.md) (`func f(Int)`): F.",
        "- [`f(_:)`](d/kit/b.md) (``func f(`x`)``): F.",
        "- [`f(_:)`](d/kit/c.md): F.",
        "- [`g()`](d/kit/g.md)",
        "- [`f(_:)`](d/other/a.md)",
    ]


def test_a_combined_archive_is_called_after_the_page_above_its_modules() -> None:
    made = contents({"documentation/inner.md": [], "documentation/a/b.md": []})
    assert (made.title("Own"), made.title("")) == ("Own", "inner")
    made.add("documentation.md", Entry("The package", "The package", "", ()))
    assert made.title("Own") == "The package"


def test_headings_are_their_words_and_none_is_empty() -> None:
    made = Contents()
    made.add("documentation/f.md", Entry("F #", "F #", "", ()))
    made.add("documentation/g.md", Entry(" ", "", "", ()))
    assert made.title("") == "F #"
    assert [line for line in made.render("F #").splitlines() if line.startswith("#")] == [
        "# F \\#",
        "## F \\#",
        "## documentation/g.md",
    ]
