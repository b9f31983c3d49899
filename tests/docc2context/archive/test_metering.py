"""What reading an archive takes, as `convert` tells it."""

import json
from pathlib import Path

import pytest

from docc2context import ArchiveRefused, Code, NothingConverted, Reading, convert
from docc2context.archive.limits import DEFAULT_LIMITS
from docc2context.archive.metering import open_metered
from tests.app.archives import (
    article,
    damaged_doccarchive,
    doccarchive,
    illustrated_doccarchive,
    names_in,
)

PAGE = len(json.dumps(article("Foo")))


def test_pages_are_counted_with_their_bytes_and_the_time_for_them(tmp_path: Path) -> None:
    reading = Reading()

    convert(doccarchive("Foo", "Bar"), tmp_path / "out.zip", reading=reading)

    assert (reading.files, reading.bytes) == (2, 2 * PAGE)
    assert 0 < reading.seconds < 10
    assert reading.stage == "converting"


def test_an_archive_that_is_open_is_no_longer_being_opened() -> None:
    reading = Reading()

    with open_metered(doccarchive("Foo"), DEFAULT_LIMITS, reading, assets=False):
        assert (reading.stage, reading.files) == ("converting", 0)


def test_assets_count_as_they_are_copied(tmp_path: Path) -> None:
    with_, without = Reading(), Reading()

    convert(illustrated_doccarchive(), tmp_path / "a.zip", assets=True, reading=with_)
    convert(illustrated_doccarchive(), tmp_path / "b.zip", reading=without)

    assert with_.files == without.files + 1 == 2
    assert with_.bytes == without.bytes + len(b"\x89PNG lake")


@pytest.mark.parametrize(
    ("archive", "code", "stage", "files"),
    [
        (b"hello", Code.NOT_A_ZIP, "opening", 0),
        (damaged_doccarchive(), Code.INVALID_ZIP, "reading", 0),
        (doccarchive(foo=b"{"), Code.NO_CONVERTIBLE_PAGES, "converting", 1),
    ],
)
def test_it_stays_as_it_was_when_the_conversion_broke_off(
    tmp_path: Path, archive: bytes, code: Code, stage: str, files: int
) -> None:
    reading = Reading()

    with pytest.raises((ArchiveRefused, NothingConverted)) as caught:
        convert(archive, tmp_path / "out.zip", reading=reading)

    assert caught.value.code is code
    assert (reading.stage, reading.files) == (stage, files)


def test_a_page_that_cannot_be_read_does_not_break_off_the_reading(
    tmp_path: Path,
) -> None:
    data = tmp_path / "Foo.doccarchive" / "data" / "documentation"
    data.mkdir(parents=True)
    (data / "link.json").symlink_to("elsewhere.json")
    reading = Reading()

    with pytest.raises(NothingConverted):
        convert(tmp_path / "Foo.doccarchive", tmp_path / "out.zip", reading=reading)

    # It is not the reader that has broken off.
    assert (reading.stage, reading.files) == ("converting", 0)


def test_the_bytes_of_a_bundle_do_not_depend_on_it(tmp_path: Path) -> None:
    one, other = tmp_path / "a.zip", tmp_path / "b.zip"

    convert(doccarchive("Foo"), one, reading=Reading())
    convert(doccarchive("Foo"), other)

    assert one.read_bytes() == other.read_bytes()
    assert "manifest.json" in names_in(one.read_bytes())
