"""Every command that starts the service bounds the heads of requests."""

import re
from collections.abc import Iterator

from monitoring.configs import ROOT

COMMAND = re.compile(r"uvicorn\b[^`;]{0,80}?(?:app\.main:app|drill\.service:create|\bapp,)")
BOUND = re.compile(r"--http[=\"',\s-]+app\.http\.protocol:BoundedProtocol")
OTHERS = {"tests", "CHANGELOG.md"}
TEXTS = {"", ".md", ".py", ".sh", ".yml", ".html"}


def paragraphs() -> Iterator[tuple[str, str]]:
    """Each with the name of its file: in one stands a whole command, however it is written."""
    for top in ROOT.iterdir():
        if top.name.startswith(".") or top.name in OTHERS:
            continue
        for file in top.rglob("*") if top.is_dir() else [top]:
            if file.suffix in TEXTS and file.is_file():
                for paragraph in re.split(r"\n\s*\n", file.read_text()):
                    yield str(file.relative_to(ROOT)), paragraph


def test_heads_are_bounded_however_the_service_is_started() -> None:
    found = [(file, text) for file, text in paragraphs() if COMMAND.search(text)]
    assert {
        "DOCS/SERVICE.md",
        "Dockerfile",
        "Makefile",
        "docker-compose.dev.yml",
        "monitoring/service_command.py",
    } <= {file for file, _ in found}
    unbounded = [
        file for file, text in found if len(COMMAND.findall(text)) > len(BOUND.findall(text))
    ]
    assert unbounded == []
