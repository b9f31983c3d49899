"""The limit on everything that is written, which all sinks count against."""

from docc2context.errors import Code, OutputTooLarge


class ByteCounter:
    """Counts the bytes written, before compression."""

    def __init__(self, max_bytes: int) -> None:
        self.written = 0
        self.max_bytes = max_bytes

    def count(self, size: int) -> None:
        """Add bytes that are about to be written. Raises OutputTooLarge beyond the limit."""
        self.written += size
        if self.written > self.max_bytes:
            raise too_large(self.max_bytes)


def too_large(limit: int) -> OutputTooLarge:
    """The refusal to write more, in all or in one file."""
    return OutputTooLarge(
        Code.OUTPUT_TOO_LARGE, f"the output is over the limit of {limit} bytes", limit=limit
    )
