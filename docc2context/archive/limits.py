"""How much an archive may hold and how much may be made of it, each with its reason."""

import msgspec

_KIB = 1024
_MIB = 1024 * _KIB
_GIB = 1024 * _MIB


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on one conversion; the defaults leave every real archive that we know ample room.

    The largest of 27 measured archives has 55,000 entries and 120 MB; its largest page is 1 MB.
    """

    max_entries: int = 200_000
    """Members of the archive, pages or not: four times the largest archive met."""

    max_page_bytes: int = 16 * _MIB
    """One inflated page: sixteen times the largest page met."""

    max_archive_bytes: int = _GIB
    """All inflated pages together."""

    max_output_bytes: int = 256 * _MIB
    """All that is written, before compression."""

    max_page_output_bytes: int = 32 * _MIB
    """One Markdown page: twice what may be read for it."""


DEFAULT_LIMITS = Limits()
