import pytest

from docc2context.render.surroundings import Surroundings


def held(at: Surroundings) -> tuple[str | None, bool, bool, bool, int, int]:
    return (
        at.relation,
        at.is_link_text,
        at.is_for_other_file,
        at.is_bold,
        at.top_level,
        at.demotion,
    )


AT_FIRST = ("body", False, False, False, 2, 0)


def test_each_block_changes_one_thing_and_what_held_before_holds_again() -> None:
    at = Surroundings()
    assert held(at) == AT_FIRST
    with at.relating("topic"):
        assert held(at) == ("topic", False, False, False, 2, 0)
        with at.inside_link():
            assert held(at) == ("topic", True, False, False, 2, 0)
        with at.for_other_file():
            assert held(at) == ("topic", False, True, False, 2, 0)
        with at.inside_bold(), at.relating(None):
            assert held(at) == (None, False, False, True, 2, 0)
        with at.headings_from(4, 3):
            assert held(at) == ("topic", False, False, False, 4, 1)
    assert held(at) == AT_FIRST


def test_it_holds_again_after_an_error() -> None:
    at = Surroundings()
    with pytest.raises(KeyError), at.inside_link(), at.headings_from(3, 2):
        raise KeyError
    assert held(at) == AT_FIRST


@pytest.mark.parametrize(("level", "highest", "demotion"), [(3, 1, 2), (3, 3, 0), (3, 4, 0)])
def test_headings_are_lowered_only_as_far_as_the_highest_must_be(
    level: int, highest: int, demotion: int
) -> None:
    at = Surroundings()
    with at.headings_from(level, highest):
        assert (at.top_level, at.demotion) == (level, demotion)
