"""What patches make of a page, as the check reads them."""

import json
from typing import Any

import pytest

from docc2context.check.variants import (
    MAX_VARIANTS,
    TooManyVariants,
    displayables_in,
    page_in,
)

KEYS = {
    "list": ["a", "b", "c"],
    "deep": [{"x": 0}, {"x": 1}],
    "object": {"a/b": 1, "c~d": {"e": 2}},
    "text": "words",
}


def operation(op: str, path: str, value: object = None) -> dict[str, Any]:
    return {"op": op, "path": path, "value": value}


def override(*patch: object, languages: tuple[str, ...] = ("occ",)) -> dict[str, Any]:
    return {"traits": [{"interfaceLanguage": name} for name in languages], "patch": list(patch)}


def page(*overrides: object, **keys: Any) -> bytes:
    return json.dumps({**keys, "variantOverrides": list(overrides)}).encode()


@pytest.mark.parametrize(
    ("op", "path", "changed"),
    [
        ("add", "/list/1", {"list": ["a", "new", "b", "c"]}),
        ("add", "/list/-", {"list": ["a", "b", "c", "new"]}),
        ("replace", "/list/0", {"list": ["new", "b", "c"]}),
        ("remove", "/list/1", {"list": ["a", "c"]}),
        ("replace", "/deep/1/x", {"deep": [{"x": 0}, {"x": "new"}]}),
        ("add", "/more", {"more": "new"}),
        ("replace", "/object/a~1b", {"object": {"a/b": "new", "c~d": {"e": 2}}}),
        ("replace", "/object/c~0d/e", {"object": {"a/b": 1, "c~d": {"e": "new"}}}),
        ("remove", "/object/a~1b", {"object": {"c~d": {"e": 2}}}),
        ("remove", "/list/3", {}),
        ("replace", "/list/x", {}),
        ("replace", "/list/-1", {}),
        ("remove", "/list/-1", {}),
        ("add", "/list/-1", {}),
        ("replace", "/deep/-1/x", {}),
        ("replace", "/nothing/here", {}),
        ("remove", "/nothing", {}),
        ("add", "/object/a~1b/0", {}),
        ("add", "/text/0", {}),
        ("add", f"/list/{10**30}", {}),
    ],
)
def test_a_patch_changes_what_it_fits_and_nothing_else(
    op: str, path: str, changed: dict[str, Any]
) -> None:
    made = page_in(page(override(operation(op, path, "new")), **KEYS), "occ")
    assert isinstance(made, dict)
    del made["variantOverrides"]
    assert made == {**KEYS, **changed}


def test_a_language_without_overrides_has_the_page_as_it_is() -> None:
    data = page(override(operation("remove", "/list")), **KEYS)
    assert page_in(data, "swift") == json.loads(data)


def told(*overrides: object) -> list[tuple[str, str]]:
    """What variants display beyond a page that says A and mentions a thing."""
    said = {"abstract": [{"type": "text", "text": "A"}, {"type": "reference", "identifier": "x"}]}
    data = page(*overrides, **said, references={"x": {"title": "X"}, "y": "title"})
    found = displayables_in(data, "all")
    return [(string.variant, string.text) for string in found if string.variant]


SAYS_B = operation("replace", "/abstract/0/text", "B")
RENAMES = operation("replace", "/references/x/title", "Y")


def test_what_a_variant_says_beyond_the_page_is_told_with_its_languages() -> None:
    assert told(override(SAYS_B, languages=("occ", "data"))) == [("occ,data", "B")]
    assert told(override(SAYS_B), override(SAYS_B, languages=("data",))) == [
        ("occ", "B"),
        ("data", "B"),
    ]
    assert told({"patch": [SAYS_B]}, {"patch": [], "traits": ["occ"]}) == [("unnamed", "B")]


def test_a_variant_says_no_more_than_the_page_with_other_spaces_around_it() -> None:
    assert told(override(operation("replace", "/abstract/0/text", "A "))) == []


@pytest.mark.parametrize("trait", [{"interfaceLanguage": ""}, {"interfaceLanguage": None}, {}])
def test_what_a_variant_of_no_language_says_is_not_taken_for_the_pages_own(
    trait: dict[str, Any],
) -> None:
    assert told({"traits": [trait], "patch": [SAYS_B]}) == [("unnamed", "B")]


def test_what_only_renames_what_a_page_mentions_makes_no_variant() -> None:
    assert told(override(RENAMES)) == []
    assert told(override(RENAMES), override(SAYS_B)) == [("occ", "B"), ("occ", "Y")]


def test_a_page_in_more_languages_than_can_be_compared_is_not_compared() -> None:
    overrides = [override(SAYS_B, languages=(f"l{i}",)) for i in range(MAX_VARIANTS + 1)]
    assert told(*overrides[:-1]) == [(f"l{i}", "B") for i in range(MAX_VARIANTS)]
    with pytest.raises(TooManyVariants):
        told(*overrides)


def test_what_is_no_override_and_no_operation_is_passed_over() -> None:
    assert told(5, override(5, SAYS_B), {"traits": 5, "patch": 5}) == [("occ", "B")]
