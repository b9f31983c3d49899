"""How much an archive may hold and how much may be made of it, each with its reason."""

from collections.abc import Iterable

import msgspec

from docc2context.errors import Code, LimitExceeded

_KIB = 1024
_MIB = 1024 * _KIB
_GIB = 1024 * _MIB

MAX_METADATA_BYTES = 1_000_000
"""A larger file is ignored: what DocC writes holds just a name and an identifier."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on one conversion; the defaults leave ample room for every real archive we know.

    The largest of 27 measured archives has 55,000 entries and 120 MB; its largest page is 1 MB.
    """

    max_entries: int = 200_000
    """Members of the archive, pages or not: nearly four times the largest archive seen so far."""

    max_directory_bytes: int = 64 * _MIB
    """The zip's directory; all local headers together, and all names as text, have the same bound.

    335 bytes per entry at the maximum number of entries; real ones take 150 to 250.
    """

    max_page_bytes: int = 16 * _MIB
    """One inflated page: sixteen times the largest seen."""

    max_archive_bytes: int = _GIB
    """All inflated pages and copied assets together."""

    max_output_bytes: int = 256 * _MIB
    """Everything written, before compression."""

    max_page_output_bytes: int = 32 * _MIB
    """One Markdown page: twice what may be read for it."""


DEFAULT_LIMITS = Limits()


def check_page_sizes(sizes: Iterable[tuple[str, int]], limits: Limits) -> None:
    """Check the declared size of each page, and of all together, before any is read.

    Raises LimitExceeded (`archive_too_large`).
    """
    total = 0
    for entry, size in sizes:
        total += size
        if size > limits.max_page_bytes:
            raise LimitExceeded(
                Code.ARCHIVE_TOO_LARGE,
                f"a page of {size} bytes is over the limit of {limits.max_page_bytes} bytes",
                remedy="leave that page out of the archive",
                entry=entry,
                limit=limits.max_page_bytes,
            )
    if total > limits.max_archive_bytes:
        raise LimitExceeded(
            Code.ARCHIVE_TOO_LARGE,
            f"the archive's pages have {total} bytes in total, over the limit of "
            f"{limits.max_archive_bytes} bytes",
            limit=limits.max_archive_bytes,
        )


def check_asset_sizes(pages: int, assets: int, limits: Limits) -> None:
    """Check the declared size of all assets to be copied against what pages leave of the limit.

    Raises LimitExceeded (`archive_too_large`).
    """
    if pages + assets > limits.max_archive_bytes:
        raise LimitExceeded(
            Code.ARCHIVE_TOO_LARGE,
            f"the archive's pages have {pages} bytes and the assets that they show {assets}, "
            f"together over the limit of {limits.max_archive_bytes} bytes",
            remedy="convert without assets",
            limit=limits.max_archive_bytes,
        )
