"""The ids of requests: the header that they come in, and the form that they must have."""

from typing import Final

HEADER: Final = "X-Request-ID"

FORM: Final = "[A-Za-z0-9._-]{1,128}"
"""A regular expression for what fits a header, a log and a shell."""
