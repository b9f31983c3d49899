"""How a document of ours is recognised: by the first line of its front matter."""

PRODUCT = "docc2context"

CONVERTER = "converter"
"""The first key of the document's front matter; it names the product and its version."""

OPENING = f'---\n{CONVERTER}: "{PRODUCT} '

LANGUAGE = "language"
"""The key of the language that was asked for."""

SKIPPED = "skipped"
"""The key of the sources that could not be read."""


def opens_document(data: bytes) -> bool:
    """Whether a file that begins so was written by this library as one document."""
    return data.startswith(OPENING.encode())
