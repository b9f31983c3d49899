"""An error of the system is blamed on whose it is: the archive, the destination or the caller."""

import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest

import docc2context
from docc2context import DestinationError
from tests.docc2context.archives import archive, page, zipped

PIC = os.urandom(3 << 20)
VARIANTS = [{"url": "/images/pic.png", "traits": ["1x"]}]
KIT = zipped(
    {
        "data/documentation/kit.json": page(
            "Kit",
            abstract=[{"type": "image", "identifier": "pic"}],
            references={"pic": {"type": "image", "alt": "A lake", "variants": VARIANTS}},
        ),
        "data/documentation/later.json": page("Later"),
        "images/pic.png": PIC,
    }
)
FORMS: list[tuple[str, dict[str, Any]]] = [
    ("out", {}),
    ("out", {"assets": True}),
    ("out.zip", {"assets": True}),
    ("out.md", {"single": True}),
]
EACH_FORM = pytest.mark.parametrize(("name", "options"), FORMS)


@EACH_FORM
@pytest.mark.parametrize(
    "error", [FileExistsError(errno.EEXIST, "mine"), ConnectionResetError("gone"), KeyError("x")]
)
def test_what_the_caller_raises_comes_out_as_it_is(
    tmp_path: Path, name: str, options: dict[str, Any], error: Exception
) -> None:
    def on_page(_done: int, _total: int) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        docc2context.convert(KIT, tmp_path / name, on_page=on_page, **options)
    assert raised.value is error
    assert list(tmp_path.iterdir()) == []


class Failing(io.BytesIO):
    """A file that cannot be read beyond what opening it takes."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.failing = False

    def read(self, size: int | None = -1) -> bytes:
        if self.failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().read(size)


@EACH_FORM
def test_an_archive_that_cannot_be_read_is_no_fault_of_the_destination(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    source = Failing(KIT)

    def fail(_done: int, _total: int) -> None:
        source.failing = True

    with pytest.raises(OSError, match="the archive cannot be read: Input/output error") as raised:
        docc2context.convert(source, tmp_path / name, on_page=fail, **options)
    assert raised.value.errno == errno.EIO
    assert list(tmp_path.iterdir()) == []


def test_an_archive_on_a_disk_that_fails_is_named_as_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.zip").write_bytes(KIT)

    def failing(_descriptor: int, _length: int, _offset: int) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "pread", failing)
    with pytest.raises(OSError, match="the archive cannot be read: Input/output error"):
        docc2context.convert(tmp_path / "a.zip", tmp_path / "out")


@EACH_FORM
def test_a_full_disk_is_a_fault_of_the_destination_and_nothing_is_left_on_it(
    small_workspace: Path, name: str, options: dict[str, Any]
) -> None:
    words = [{"type": "codeVoice", "code": os.urandom(2 << 20).hex()}]
    source = KIT if options.get("assets") else archive(kit=page("Kit", abstract=words))
    with pytest.raises(DestinationError) as full:
        docc2context.convert(source, small_workspace / name, **options)
    assert full.value.message == f"'{name}' cannot be written: No space left on device"
    assert isinstance(full.value.__cause__, OSError)
    assert full.value.__cause__.errno == errno.ENOSPC
    assert list(small_workspace.iterdir()) == []


def refused(*_arguments: object, **_options: object) -> None:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("out", "pathlib.Path.mkdir"),
        ("out", "pathlib.Path.rename"),
        ("out", "tempfile.mkdtemp"),
        ("out.zip", "tempfile.mkstemp"),
        ("out.zip", "pathlib.Path.chmod"),
        ("out.zip", "pathlib.Path.replace"),
    ],
)
def test_each_step_at_the_destination_that_is_refused_is_told_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, call: str
) -> None:
    monkeypatch.setattr(call, refused)
    with pytest.raises(DestinationError, match=f"'{name}' cannot be written: Read-only file sys"):
        docc2context.convert(KIT, tmp_path / name)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_what_a_link_leads_to_and_cannot_be_written_is_told_by_the_name_of_the_link(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).symlink_to(tmp_path / "nowhere" / "real")
    with pytest.raises(DestinationError, match=f"'{name}' cannot be written: No such file"):
        docc2context.convert(KIT, tmp_path / name)
