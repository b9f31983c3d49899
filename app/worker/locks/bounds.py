"""How much of the machine one conversion may use."""

import msgspec


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Sent to each child, which sets them on itself."""

    memory_bytes: int
    """Address space, Python and the loaded converter included."""

    cpu_seconds: int
    """CPU time; the kernel counts in whole seconds."""

    file_bytes: int
    """The size that the file of the result may grow to."""
