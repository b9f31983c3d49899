"""Counts of what decoding could not read as it stood."""

from collections import defaultdict

Counts = defaultdict[str, int]
"""How often, by kind: `block:poll`, `malformed:Parameter`.

No `collections.Counter`, which takes ten times as long to make, and each page has one.
"""


def new_counts() -> Counts:
    """Nothing counted yet."""
    return defaultdict(int)
