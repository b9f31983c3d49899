"""Counts of what decoding could not read as it stood."""

from collections import defaultdict

Counts = defaultdict[str, int]
"""How often, by kind: `block:poll`, `malformed:Parameter`.

Not a `collections.Counter`: each page makes one, and that would take ten times as long.
"""


def new_counts() -> Counts:
    """Nothing counted yet."""
    return defaultdict(int)
