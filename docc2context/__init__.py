"""Turns DocC documentation archives into Markdown: a pure library, bytes in, Markdown out.

>>> import docc2context
>>> report = docc2context.convert("SlothKit.doccarchive.zip", "out")  # doctest: +SKIP
>>> report.pages_converted  # doctest: +SKIP
12
>>> docc2context.check("SlothKit.doccarchive.zip", "out").is_complete  # doctest: +SKIP
True

- `convert` writes a bundle or one document, and returns a `Report`. `Limits` bound what it takes
  and makes; `Reading` tells, even if it fails, what reading the archive has cost.
- `check` looks for what an archive displays in what was written, and returns a `CheckReport`.
- An error that is not a bug is a `Docc2contextError`, whose `code` is a `Code`, or an `OSError`,
  such as `EntryUnreadable`; the docstring of `docc2context.errors` shows the tree. Wrong arguments
  are a `ValueError`, and a worker that dies a `BrokenExecutor`.
- `node_type` says which of the format's `NODE_TYPES` a key of `Report.unknown_nodes` is about.

What is not named here may change in any version.
"""

from docc2context.archive.limits import DEFAULT_LIMITS, Limits
from docc2context.archive.metering import Reading, Stage
from docc2context.bundle.report import MissingReference, Report, SkippedPage
from docc2context.check import CheckReport, Coverage, MissingString, NodeCount, check
from docc2context.convert import convert
from docc2context.errors import (
    ArchiveRefused,
    BundleUnusable,
    Code,
    DestinationError,
    Docc2contextError,
    EntryUnreadable,
    LimitExceeded,
    NothingConverted,
    OutputTooLarge,
)
from docc2context.model.node_types import NODE_TYPES, node_type
from docc2context.model.variants import Language
from docc2context.version import __version__

__all__ = [
    "DEFAULT_LIMITS",
    "NODE_TYPES",
    "ArchiveRefused",
    "BundleUnusable",
    "CheckReport",
    "Code",
    "Coverage",
    "DestinationError",
    "Docc2contextError",
    "EntryUnreadable",
    "Language",
    "LimitExceeded",
    "Limits",
    "MissingReference",
    "MissingString",
    "NodeCount",
    "NothingConverted",
    "OutputTooLarge",
    "Reading",
    "Report",
    "SkippedPage",
    "Stage",
    "__version__",
    "check",
    "convert",
    "node_type",
]
