"""What an archive calls itself."""

import msgspec


class _Metadata(msgspec.Struct, rename="camel"):
    bundle_display_name: str | None = None


def archive_title(metadata: bytes | None) -> str:
    """The display name in `metadata.json`; empty if there is none, or none that can be read."""
    try:
        return msgspec.json.decode(metadata or b"{}", type=_Metadata).bundle_display_name or ""
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
