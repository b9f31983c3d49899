"""The files that tell an installer what to fetch agree with each other."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import docc2context
from examples import build_trailkit

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SERVICE = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["service"]]


def requirements(file: str) -> list[str]:
    lines = (line.strip() for line in (ROOT / file).read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement)[0].lower()


def test_requirements_txt_is_what_pyproject_says() -> None:
    assert sorted(requirements("requirements.txt")) == sorted(SERVICE)


def test_the_requirement_documents_floors_are_kept() -> None:
    floors = {line.split(",")[0] for line in requirements("requirements.txt")}
    assert {"prometheus-client>=0.16.0", "psutil>=5.9.0"} <= floors


def test_no_uvicorn_is_installed_that_cannot_import_a_protocol_by_name() -> None:
    (floor,) = [one.split(",")[0] for one in SERVICE if name(one) == "uvicorn"]
    major, minor = floor.partition(">=")[2].split(".")
    # The first whose --http takes app.http.protocol:BoundedProtocol.
    assert (int(major), int(minor)) >= (0, 36)


def test_every_dependency_has_an_upper_bound() -> None:
    extras = PROJECT["optional-dependencies"]
    everything = [*SERVICE, *extras["dev"], *extras["bench"]]
    assert [requirement for requirement in everything if "<" not in requirement] == []


def test_the_lock_file_pins_every_dependency_with_hashes() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    packages = [line for line in lines if not line.startswith(("#", " "))]
    assert {name(requirement) for requirement in SERVICE} <= set(map(name, packages))
    assert [line for line in packages if not re.match(r"[\w.-]+(\[\w+\])?==\S+ .*\\$", line)] == []
    assert [line for line in lines if line.startswith(" ") and "--hash=sha256:" not in line] == []


def test_the_version_is_the_changelogs_newest() -> None:
    newest = re.search(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == docc2context.__version__


def test_the_sample_archive_is_what_its_script_builds() -> None:
    before = build_trailkit.ARCHIVE.read_bytes()
    assert build_trailkit.build() == before


def test_the_wheel_holds_the_library_and_its_command_alone(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )

    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    sources = (ROOT / "docc2context").rglob("*.py")
    needed = {path.relative_to(ROOT).as_posix() for path in sources}
    assert {"docc2context_command.py", "docc2context/py.typed", *needed} - held == set()
    metadata = f"docc2context_service-{docc2context.__version__}.dist-info"
    top = {name.partition("/")[0] for name in held}
    assert top == {"docc2context", "docc2context_command.py", metadata}
