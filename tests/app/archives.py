"""Tiny DocC archives, made where they are used."""

import base64
import io
import json
import random
import zipfile
from collections.abc import Mapping
from typing import Any

ROOT = "Foo.doccarchive"


def article(name: str) -> dict[str, Any]:
    """The least that is an article."""
    return {
        "schemaVersion": {"major": 0, "minor": 3, "patch": 0},
        "kind": "article",
        "identifier": {"url": f"doc://x/documentation/{name}", "interfaceLanguage": "swift"},
        "metadata": {"title": name, "role": "article"},
        "sections": [],
        "hierarchy": {"paths": []},
        "references": {},
        "variants": [],
    }


def zipped(entries: Mapping[str, bytes]) -> bytes:
    """A zip of these entries, the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def page_entry(name: str) -> str:
    """Where the page of that name lies in an archive."""
    return f"{ROOT}/data/documentation/{name.lower()}.json"


def doccarchive(*names: str, **more: bytes) -> bytes:
    """A zipped archive with an article for each name, and pages of other content in `more`."""
    pages = {page_entry(name): json.dumps(article(name)).encode() for name in names}
    return zipped(pages | {page_entry(name): data for name, data in more.items()})


def damaged_doccarchive() -> bytes:
    """A zipped archive whose only page does not match its checksum."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(page_entry("Foo"), json.dumps(article("Foo")))
    return buffer.getvalue().replace(b'"title": "Foo"', b'"title": "Fog"')


def illustrated_doccarchive(data: bytes = b"\x89PNG lake") -> bytes:
    """A zipped archive of a page that shows a picture."""
    picture = {
        "type": "image",
        "alt": "A lake",
        "variants": [{"url": "/images/lake.png", "traits": ["1x"]}],
    }
    page = article("Foo") | {
        "abstract": [{"type": "image", "identifier": "lake"}],
        "references": {"lake": picture},
    }
    return zipped({page_entry("Foo"): json.dumps(page).encode(), f"{ROOT}/images/lake.png": data})


def slow_doccarchive(pages: int = 20_000) -> bytes:
    """An honest archive that takes seconds to convert."""
    return doccarchive(*(f"Page{number}" for number in range(pages)))


def article_of_noise(size: int) -> bytes:
    """A page whose Markdown does not compress."""
    text = base64.b64encode(random.Random(0).randbytes(size * 3 // 4)).decode()
    return json.dumps(article("Noise") | {"abstract": [{"type": "text", "text": text}]}).encode()


def names_in(archive: bytes) -> list[str]:
    """The names of a zip's entries."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.namelist()


def manifest_of(archive: bytes) -> dict[str, Any]:
    """The manifest of a converted archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        manifest: dict[str, Any] = json.loads(opened.read("manifest.json"))
    return manifest
