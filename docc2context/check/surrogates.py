"""Halves of surrogate pairs, which JSON can hold and no Markdown can."""

import json
import re

_ESCAPED = re.compile(rb"\\u[dD][89a-fA-F]")
_LONE = re.compile("[\ud800-\udfff]")


def without_lone_surrogates(data: bytes) -> bytes:
    """JSON with U+FFFD for each lone surrogate; as it is if it holds none or is no JSON.

    Python's own reader lets lone surrogates pass.
    """
    if not _ESCAPED.search(data):
        return data
    try:
        page = json.loads(data)
    except ValueError:
        return data
    return _LONE.sub("\ufffd", json.dumps(page, ensure_ascii=False)).encode()
