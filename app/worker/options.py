"""What a client may choose for its conversion."""

import msgspec


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Sent to each child; the converter's options of the same names."""

    single: bool = False
    """One Markdown document instead of an archive of them."""

    assets: bool = False
    """The images, videos and downloads that pages show or link are included."""
