"""The archives that the drill sends: a good one, a damaged one and a hostile one."""

import io
import json
import zipfile
from typing import Final

_PAGE: Final = json.dumps(
    {
        "schemaVersion": {"major": 0, "minor": 3, "patch": 0},
        "kind": "article",
        "identifier": {"url": "doc://drill/documentation/drill", "interfaceLanguage": "swift"},
        "metadata": {"title": "Drill", "role": "article"},
        "sections": [],
        "hierarchy": {"paths": []},
        "references": {},
        "variants": [],
    }
).encode()


def good(pages: int = 1) -> bytes:
    """An archive with this many articles."""
    names = ("drill", *(f"drill{number}" for number in range(1, pages)))
    return _zipped(*(f"Drill.doccarchive/data/documentation/{name}.json" for name in names))


def damaged() -> bytes:
    """The same after an interrupted transfer: its end is missing."""
    whole = good()
    return whole[: len(whole) * 2 // 3]


def hostile() -> bytes:
    """One that would write outside its folder if a careless program unpacked it."""
    return _zipped("../../etc/cron.d/drill.json")


def _zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), _PAGE)
    return buffer.getvalue()
