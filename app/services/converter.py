"""What a converter must be able to do: our own, or the operator's command."""

from io import FileIO
from typing import Final, Protocol

from app.services.journal import Record
from app.worker.locks.lock_up import Locks
from app.worker.options import Options
from app.worker.protocol import Converted
from docc2context import NODE_TYPES, __version__

CONVERTER_VERSION: Final = __version__

CONVERTER_NODE_TYPES: Final = tuple(sorted(NODE_TYPES))
"""The types of content that are counted apart when the converter does not understand them."""


class Converter(Protocol):
    """Runs one conversion; what it is asked for it does whole."""

    takes_options: bool
    """Whether it makes one document, and copies assets; if not, `run` must be given no option."""

    async def run(
        self, upload: FileIO, result: FileIO, options: Options, record: Record
    ) -> Converted:
        """Write the Markdown of the archive in `upload` to `result`.

        Cancelled, it leaves nothing running. Raises ServiceError.
        """

    async def probe(self) -> Locks:
        """The locks that hold the process that reads uploads.

        Raises ServiceError, which says why conversions would fail.
        """
