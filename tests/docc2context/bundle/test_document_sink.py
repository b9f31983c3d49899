import io
import os
from pathlib import Path

import pytest

import docc2context
from docc2context.bundle.document_sink import open_document
from docc2context.errors import DestinationError, OutputTooLarge
from tests.docc2context.archives import archive, page

KIT = archive(kit=page("Kit"))


def whole(place: Path, source: bytes = KIT, *, replace: bool = False) -> str:
    docc2context.convert(source, place, single=True, replace=replace)
    return place.read_text()


@pytest.mark.parametrize("name", ["kit.md", "kit.txt", "kit"])
def test_a_document_takes_the_name_that_it_is_given(tmp_path: Path, name: str) -> None:
    assert "# Kit\n" in whole(tmp_path / "new" / name)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [name]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_of_a_document_that_is_not_whole(
    tmp_path: Path, error: type[BaseException]
) -> None:
    with pytest.raises(error), open_document(tmp_path / "a.md", 100, replace=False) as sink:
        sink.write("half")
        raise error
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_in_an_open_file_where_a_document_outgrows_its_limit() -> None:
    file = io.BytesIO()
    with (
        pytest.raises(OutputTooLarge, match=r"^the output is over the limit of 7 bytes; "),
        open_document(file, 7, replace=False) as sink,
    ):
        sink.write("four")
        sink.write("more")
    assert file.getvalue() == b""


def test_a_document_is_replaced_only_when_asked(tmp_path: Path) -> None:
    whole(tmp_path / "a.md")
    other = archive(kit=page("Other"))
    with pytest.raises(DestinationError, match="is a document; choose another place, or pass"):
        whole(tmp_path / "a.md", other)
    assert "# Kit\n" in (tmp_path / "a.md").read_text()
    assert "# Other\n" in whole(tmp_path / "a.md", other, replace=True)


@pytest.mark.parametrize("words", ["", "# My thesis\n", '---\ntitle: "Kit"\n---\n'])
def test_no_other_file_is_replaced(tmp_path: Path, words: str) -> None:
    (tmp_path / "a.md").write_text(words)
    with pytest.raises(DestinationError, match="so it is never replaced; choose another place"):
        whole(tmp_path / "a.md", replace=True)
    assert (tmp_path / "a.md").read_text() == words


def test_no_folder_and_no_zip_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(DestinationError, match=r"is a folder, but .* is a file; name a file in it"):
        whole(tmp_path / "folder.md", replace=True)
    with pytest.raises(DestinationError, match=r"has the name of a zip, .*; end the name in \.md"):
        whole(tmp_path / "Kit.doccarchive.ZIP", replace=True)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.md"]


def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path: Path) -> None:
    link = tmp_path / "link.md"
    link.symlink_to("a.md")
    whole(link)
    assert "# Other\n" in whole(link, archive(kit=page("Other")), replace=True)
    assert link.is_symlink()
    assert (tmp_path / "a.md").read_text() == link.read_text()


def test_a_pipe_or_a_device_is_no_place_for_a_document(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", Path("/dev/null"), Path("/dev/stdout"), Path("/dev/fd/1")):
        with pytest.raises(
            DestinationError, match="is a pipe or a device; name a file or a folder"
        ):
            whole(place, replace=True)


def test_an_open_file_is_not_replaced_by_its_number(tmp_path: Path) -> None:
    whole(tmp_path / "a.md")
    with (tmp_path / "a.md").open() as file:
        with pytest.raises(DestinationError, match="is a pipe or a device"):
            whole(Path(f"/dev/fd/{file.fileno()}"), replace=True)
        assert os.path.samestat(os.fstat(file.fileno()), (tmp_path / "a.md").stat())


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DestinationError, match=r"'a.md' cannot be written: Not a directory"):
        whole(tmp_path / "file/a.md")
