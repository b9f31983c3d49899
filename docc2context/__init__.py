"""Turns DocC documentation archives into Markdown: a pure library, bytes in, Markdown out.

>>> import docc2context
>>> report = docc2context.convert("SlothKit.doccarchive.zip", "out")  # doctest: +SKIP
>>> report.pages_converted  # doctest: +SKIP
12
>>> docc2context.check("SlothKit.doccarchive.zip", "out").is_complete  # doctest: +SKIP
True
"""

from docc2context.archive.limits import DEFAULT_LIMITS, Limits
from docc2context.archive.reading import Reading, Stage
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
