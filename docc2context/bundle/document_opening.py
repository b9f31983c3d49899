"""How a document of ours is recognised: by the first line of its front matter."""

from docc2context.version import NAME

CONVERTER = "converter"
"""The first key of the document's front matter; it has the converter's name and version."""

OPENING = f'---\n{CONVERTER}: "{NAME} '

LANGUAGE = "language"
"""The key of the language that was asked for."""

SKIPPED = "skipped"
"""The key of the sources that could not be read."""


def opens_document(data: bytes) -> bool:
    """Whether a file that begins so was written by this library as one document."""
    return data.startswith(OPENING.encode())
