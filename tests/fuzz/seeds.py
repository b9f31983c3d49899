"""Sound inputs for the fuzzer to start from."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.docc2context.archives import zipped
from tests.docc2context.render.fixture_cases import KINDS, REFERENCES, cases
from tests.hostile.cases import GOOD, HOSTILE
from tests.test_corpus import CORPUS, PAGES

SAMPLE = Path(__file__).parents[2] / "examples" / "TrailKit.doccarchive.zip"

MAX_BYTES = 8_192
"""Of a seed: small ones are tried often, and say as much."""

_REAL_PAGES = 40
"""Of each real archive, evenly spread."""


def archives() -> Iterator[bytes]:
    """Zips, sound and hostile."""
    data = [near.data for near in GOOD.values()] + [case.data for case in HOSTILE.values()]
    yield from (archive for archive in data if len(archive) <= MAX_BYTES)
    yield SAMPLE.read_bytes()


def pages() -> Iterator[bytes]:
    """JSON of pages: one for each case of the fixtures, those of the sample, some real ones."""
    for kind, _, source, _ in cases():
        place = KINDS[kind][0]
        yield _encoded(
            {"metadata": {"title": "Kit"}, "references": REFERENCES, **place(json.loads(source))}
        )
    yield from _pages_in(SAMPLE)
    if CORPUS.is_dir():
        for name in PAGES:
            found = list(_pages_in(CORPUS / f"{name}.doccarchive.zip"))
            yield from found[:: max(1, len(found) // _REAL_PAGES)]


def small_archives() -> Iterator[bytes]:
    """Archives of a few pages that link each other, and of assets."""
    yield SAMPLE.read_bytes()
    found = list(pages())
    for start in range(0, len(found), 3):
        entries = {
            f"data/documentation/kit{'/sloth' * place}.json": page
            for place, page in enumerate(found[start : start + 3])
        }
        yield zipped({**entries, "images/sloth.png": b"\x89PNG", "metadata.json": b"{}"})


SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "read": archives,
    "render": pages,
    "convert": small_archives,
}


def _pages_in(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        for name in archive.namelist():
            if "/data/" in f"/{name}" and name.endswith(".json"):
                data = archive.read(name)
                if len(data) <= MAX_BYTES:
                    yield data


def _encoded(page: dict[str, Any]) -> bytes:
    return json.dumps(page, ensure_ascii=False).encode()
