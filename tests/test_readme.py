"""What the README shows is what one gets."""

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import docc2context
from tests.docc2context.archives import unzipped

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SAMPLE = ROOT / "examples" / "TrailKit.doccarchive.zip"
PAGE = "documentation/trailkit/trail/duration(at:)"


def blocks(language: str) -> list[str]:
    """What stands in the code blocks of a language."""
    pattern = rf"^(?P<fence>`{{3,}}){language}\n(?P<code>.*?)\n(?P=fence)$"
    return [match["code"] for match in re.finditer(pattern, README, re.MULTILINE | re.DOTALL)]


def shown(language: str) -> str:
    """What stands in the one code block of a language."""
    (block,) = blocks(language)
    return block


def test_before_is_a_page_of_the_sample() -> None:
    with zipfile.ZipFile(SAMPLE) as archive:
        page = archive.read(f"TrailKit.doccarchive/data/{PAGE}.json").decode()
    before = shown("json")
    assert page.startswith(before.removesuffix("…"))
    assert f"of {len(page):,} characters" in README


def test_after_is_what_that_page_becomes() -> None:
    buffer = io.BytesIO()
    docc2context.convert(SAMPLE, buffer)
    after = shown("markdown")
    assert (
        unzipped(buffer.getvalue())["documentation/trailkit/trail/duration(at-).md"].decode()
        == after + "\n"
    )


def test_the_commands_print_what_is_shown(tmp_path: Path) -> None:
    transcripts = blocks("console")
    assert len(transcripts) == 2
    for transcript in transcripts:
        command, *printed = transcript.splitlines()
        arguments = command.removeprefix("$ .venv/bin/docc2context ").split()
        done = subprocess.run(
            [sys.executable, "-m", "docc2context", *arguments[:1], str(SAMPLE), *arguments[2:]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr.splitlines() == printed


def test_make_demo_leaves_the_folder_free_that_the_commands_write_to() -> None:
    make = ["make", "--dry-run", "demo", "READY="]
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True)
    (convert,) = [line for line in done.stdout.splitlines() if " convert " in line]
    (transcript, _) = blocks("console")
    assert transcript.splitlines()[0].split()[-2:] == ["-o", "out"]
    assert convert.split()[-3:] == ["-o", "demo", "--force"]


def test_the_python_lines_run(tmp_path: Path) -> None:
    code = shown("python").replace("examples/TrailKit.doccarchive.zip", str(SAMPLE))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "11 [] {}\nTrue []\n"
