"""The converted archive on its way to the client."""

import os
from io import FileIO
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Send

from app.core.threads import in_thread

MEDIA_TYPE: Final = "application/zip"
FILE_NAME: Final = "documentation-markdown.zip"

_CHUNK_BYTES: Final = 256 * 1024


class ArchiveResponse(StreamingResponse):
    """Streams a file from its beginning, with its length announced; whoever opened it closes it."""

    media_type = MEDIA_TYPE

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        super().__init__(
            (),
            headers={
                "Content-Length": str(self._size),
                "Content-Disposition": f'attachment; filename="{FILE_NAME}"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    async def stream_response(self, send: Send) -> None:
        """Send the file, its last byte marked as the last: a client may hang up once it has it."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        position = 0
        while position < self._size:
            # By position: the child that wrote the file shares its offset with us.
            chunk = await in_thread(os.pread, self._file.fileno(), _CHUNK_BYTES, position)
            position += len(chunk)
            more = position < self._size
            await send({"type": "http.response.body", "body": chunk, "more_body": more})
