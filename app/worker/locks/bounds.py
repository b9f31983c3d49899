"""How much of the machine one conversion may use."""

import msgspec


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Sent to each child, which sets them on itself."""

    memory_bytes: int
    """Address space, including Python and the loaded converter."""

    cpu_seconds: int
    """CPU time; the kernel counts in whole seconds."""

    file_bytes: int
    """The size that the result's file may grow to."""
