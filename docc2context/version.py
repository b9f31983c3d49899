"""The one place that names the converter and its version; all else reads them here."""

NAME = "docc2context"

__version__ = "0.1.0"
