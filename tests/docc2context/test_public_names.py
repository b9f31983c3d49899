"""What `import docc2context` gives."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import get_args

import docc2context
from docc2context.check import summary
from docc2context.check.report import CheckReport
from tests.docc2context.archives import archive, page


def test_an_archive_is_converted_and_checked_with_nothing_else_imported(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive(kit=page("Kit")))
    program = (
        "import docc2context\n"
        "docc2context.convert('a.zip', 'out')\n"
        "print(docc2context.check('a.zip', 'out').is_complete)\n"
        "from docc2context.check import check\n"
        "print(check is docc2context.check)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\nTrue\n"


def test_what_a_check_reports_has_public_types(tmp_path: Path) -> None:
    docc2context.convert(archive(kit=page("Kit")), tmp_path / "out")
    report = docc2context.check(archive(kit=page("Kit"), other=page("Other")), tmp_path / "out")
    assert isinstance(report, docc2context.CheckReport)
    assert isinstance(report.content, docc2context.Coverage)
    assert report.content.nodes["metadata/title"] == docc2context.NodeCount(strings=2, found=1)
    (missing,) = report.content.missing
    assert isinstance(missing, docc2context.MissingString)
    assert missing.text == "Other"


def test_modules_below_the_name_that_is_a_function_too_can_still_be_imported() -> None:
    assert docc2context.CheckReport is CheckReport
    assert importlib.import_module("docc2context.check.summary") is summary


def test_missing_references_and_languages_have_public_types(tmp_path: Path) -> None:
    kit = page("Kit", abstract=[{"type": "reference", "identifier": "doc://x"}])
    report = docc2context.convert(archive(kit=kit), tmp_path / "out")
    assert report.missing == [docc2context.MissingReference("documentation/kit.md", "doc://x")]
    assert get_args(docc2context.Language) == ("all", "swift", "occ")


def test_each_public_name_is_there() -> None:
    assert [name for name in docc2context.__all__ if not hasattr(docc2context, name)] == []
