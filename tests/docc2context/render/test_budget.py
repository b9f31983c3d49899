import pytest

from docc2context.render.budget import Budget, MentionsTooMuch, PageTooLarge


def test_all_that_is_made_of_a_page_counts_and_the_limit_itself_is_allowed() -> None:
    budget = Budget(10, page_bytes=0)
    budget.reserve(4)
    assert budget.spend("twelve") == "twelve"
    with pytest.raises(PageTooLarge):
        budget.spend("x")


def test_what_is_about_to_be_made_is_refused_before_it_is_made() -> None:
    with pytest.raises(PageTooLarge):
        Budget(10, page_bytes=0).reserve(11)


def test_a_page_may_mention_two_megabytes_and_sixteen_times_its_own_bytes() -> None:
    limit = (2 << 20) + 16 * 1000
    budget = Budget(0, page_bytes=1000)
    budget.mention(limit)
    with pytest.raises(MentionsTooMuch) as refusal:
        budget.mention(1)
    assert refusal.value.limit == limit


def test_a_copy_has_what_is_left_and_what_it_spends_stays_in_the_original() -> None:
    budget = Budget(10, page_bytes=1000)
    budget.reserve(4)
    budget.mention(1000)
    rest = (2 << 20) + 15 * 1000
    other = budget.copy()
    other.reserve(6)
    other.mention(rest)
    with pytest.raises(PageTooLarge):
        other.reserve(1)
    with pytest.raises(MentionsTooMuch):
        other.mention(1)
    budget.reserve(6)
    budget.mention(rest)
