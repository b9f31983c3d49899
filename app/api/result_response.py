"""The result of a conversion on its way to the client."""

import os
from dataclasses import dataclass
from io import FileIO
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Send

from app.core.threads import in_thread

_CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True)
class ResultFormat:
    """A format in which a conversion can be answered."""

    media_type: str
    file_name: str


BUNDLE: Final = ResultFormat("application/zip", "documentation-markdown.zip")
DOCUMENT: Final = ResultFormat("text/markdown", "documentation.md")

FORMATS: Final = {one.media_type: one for one in (BUNDLE, DOCUMENT)}
"""By media type, the default first."""


class ResultResponse(StreamingResponse):
    """Streams a file from its beginning, announcing its length; whoever opened it closes it.

    Text is declared to be UTF-8.
    """

    def __init__(self, file: FileIO, result_format: ResultFormat) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        super().__init__(
            (),
            headers={
                "Content-Length": str(self._size),
                "Content-Disposition": f'attachment; filename="{result_format.file_name}"',
                "Vary": "Accept",
            },
            media_type=result_format.media_type,
        )

    async def stream_response(self, send: Send) -> None:
        """Send the file; the last chunk is marked as such: a client may hang up once it has it."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        position = 0
        while position < self._size:
            # By position, because the child that wrote the file shares its offset with us.
            chunk = await in_thread(os.pread, self._file.fileno(), _CHUNK_BYTES, position)
            position += len(chunk)
            more = position < self._size
            await send({"type": "http.response.body", "body": chunk, "more_body": more})
