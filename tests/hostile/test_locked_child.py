"""The whole hostile set through the real service, whose child has 2 s of CPU and 150 MB."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from app.api.schemas import Problem
from docc2context.wording import quoted
from tests.app.archives import manifest_of
from tests.app.serving import NEEDS_PROC, Server, problem
from tests.hostile import bombs
from tests.hostile.bombs import BESIDE, BOMBS, Bomb
from tests.hostile.cases import GOOD, HOSTILE, USUAL, Case, Neighbour
from tests.hostile.locked_child import BOUNDS, answer, refusal
from tests.hostile.rawzip import CONTENT
from tests.test_corpus import CORPUS, PAGES

pytestmark = NEEDS_PROC

STATUS = {
    "empty_upload": 400,
    "invalid_zip": 400,
    "ambiguous_zip": 400,
    "duplicate_entry": 400,
    "impossible_ratio": 400,
    "too_many_entries": 413,
    "archive_too_large": 413,
    "output_too_large": 413,
    "not_a_zip": 415,
    "unsupported_compression": 415,
    "multi_disk": 415,
    "encrypted": 415,
    "unsafe_entry_name": 422,
    "unsafe_entry_type": 422,
    "name_collision": 422,
    "no_docc_data": 422,
    "several_archives": 422,
    "no_convertible_pages": 422,
    "conversion_limit_exceeded": 422,
}
"""As they are documented: not taken from the code that they are to check."""

STRICT = {name: case for name, case in HOSTILE.items() if name not in USUAL}
USUAL_GOOD = {name: near for name, near in GOOD.items() if near.limits == Neighbour.limits}
STRICT_GOOD = {name: near for name, near in GOOD.items() if name not in USUAL_GOOD}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {
        "CONVERSION_CPU_SECONDS": BOUNDS.cpu_seconds,
        "CONVERSION_MEMORY_BYTES": BOUNDS.memory_bytes,
    }
    server = Server(tmp_path_factory.mktemp("server"), settings)
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("case", USUAL.values(), ids=USUAL)
def test_a_hostile_archive_gets_its_documented_status_and_code(server: Server, case: Case) -> None:
    response = server.put(case.data)

    told = problem(response, remedy=case.advice)
    assert (response.status_code, told["code"]) == (STATUS[case.code], case.code)
    assert told.get("limit") == case.limit
    assert told.get("entry") == (None if case.entry is None else quoted(case.entry.decode()))
    assert_told_once(told, case)


@pytest.mark.parametrize("case", USUAL.values(), ids=USUAL)
def test_a_browser_is_told_once_what_to_do_and_which_entry_is_at_fault(
    server: Server, case: Case
) -> None:
    page = html.unescape(server.put(case.data, Accept="text/html,*/*;q=0.8").text)

    assert page.count(re.sub("`([^`]+)`", r"<code>\1</code>", case.advice)) == 1
    if case.entry is not None:
        assert page.count(quoted(case.entry.decode())) == 1


def assert_told_once(told: Mapping[str, Any], case: Case) -> None:
    """No member of a problem repeats another one: neither the advice nor the entry."""
    advice = case.advice.removesuffix(".").lower()
    assert json.dumps(told, ensure_ascii=False).lower().count(advice) == 1
    assert told["remedy"] == case.advice
    assert advice not in told["detail"].lower()
    assert case.entry is None or told["entry"] not in told["detail"]


@pytest.mark.parametrize("near", USUAL_GOOD.values(), ids=USUAL_GOOD)
def test_the_odd_neighbour_of_a_rule_is_converted(server: Server, near: Neighbour) -> None:
    response = server.put(near.data)

    assert response.status_code == 200
    assert manifest_of(response.content)["report"]["pages_converted"] == 1


@pytest.mark.parametrize("case", STRICT.values(), ids=STRICT)
def test_what_breaks_an_operators_limit_gets_its_code(case: Case) -> None:
    error = refusal(case.data, case.limits)

    assert error is not None
    assert error.code.value == case.code
    assert_told_once(Problem.of(error, "r1").model_dump(), case)


@pytest.mark.parametrize("near", STRICT_GOOD.values(), ids=STRICT_GOOD)
def test_what_is_just_within_an_operators_limit_is_converted(near: Neighbour) -> None:
    assert answer(near.data, near.limits) == "converted"


@pytest.mark.parametrize("markdown", [False, True], ids=["bundle", "document"])
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_hostile_page_costs_itself_or_is_told_what_it_exceeds(
    server: Server, bomb: Bomb, markdown: bool
) -> None:
    headers = {"Accept": "text/markdown"} if markdown else {}
    response = server.put(bombs.archive(bomb.page()), **headers)

    if response.status_code == 200:
        skipped = "/bomb.json" in _skipped(response.content, markdown=markdown)
        assert (bombs.SKIPPED if skipped else bombs.CONVERTED) in bomb.outcomes
    else:
        page_alone = response.json()["code"] == bombs.TOO_LARGE
        remedy = "Leave that page out of the archive." if page_alone else None
        told = problem(response, remedy=remedy)
        assert response.status_code == STATUS[told["code"]]
        assert told["code"] in bomb.outcomes


def _skipped(result: bytes, *, markdown: bool) -> str:
    """What the result says of pages that could not be read."""
    if markdown:
        return result.decode().split("\n---\n")[0].partition("\nskipped: ")[2]
    return str(manifest_of(result)["report"]["pages_skipped"])


@pytest.mark.parametrize("files", BESIDE.values(), ids=BESIDE)
def test_hostile_files_beside_the_pages_are_passed_over(
    server: Server, files: dict[str, bytes]
) -> None:
    response = server.put(bombs.archive(CONTENT, **files))

    assert response.status_code == 200
    assert manifest_of(response.content)["report"]["pages_converted"] == 2


@pytest.mark.skipif(
    not CORPUS.is_dir(), reason="no corpus of real archives here (DOCC_CORPUS names its folder)"
)
@pytest.mark.parametrize("name", PAGES)
def test_a_real_archive_is_converted_within_the_same_bounds(server: Server, name: str) -> None:
    response = server.put(Path(CORPUS, f"{name}.doccarchive.zip").read_bytes())

    assert response.status_code == 200
    assert manifest_of(response.content)["report"]["pages_converted"] == PAGES[name]


def test_nothing_of_all_this_was_the_services_fault(server: Server) -> None:
    """Runs last: the log has an event for each of the conversions above."""
    finished = server.events("conversion_finished")

    assert {event["outcome"] for event in finished} <= {"success", "client_error"}
