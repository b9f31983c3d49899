"""Small archives, built in memory."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

ROOT = "Kit.doccarchive/"


def page(title: str, **keys: Any) -> bytes:
    """A page with a title; `keys` are further keys of the RenderNode."""
    node = {
        "schemaVersion": {"major": 0, "minor": 3, "patch": 0},
        "identifier": {"url": f"doc://kit/documentation/{title}", "interfaceLanguage": "swift"},
        "kind": "article",
        "metadata": {"title": title, "role": "article"},
        "sections": [],
        "hierarchy": {"paths": []},
        "references": {},
        **keys,
    }
    return json.dumps(node).encode()


def topic(url: str, title: str) -> dict[str, Any]:
    return {"type": "topic", "kind": "article", "role": "article", "url": url, "title": title}


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files, in this order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def archive(root: str = ROOT, **pages: bytes) -> bytes:
    """A zipped archive whose pages are `data/documentation/<name>.json`."""
    return zipped({f"{root}data/documentation/{name}.json": data for name, data in pages.items()})


def numbered(count: int, **keys: Any) -> bytes:
    """A zipped archive of that many pages, by seven titles."""
    pages = {f"p{i}": page(f"Page {i % 7}", **keys) for i in range(count)}
    return zipped({f"{ROOT}data/documentation/{name}.json": data for name, data in pages.items()})


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}
