"""The buckets of all histograms, including those that the requirement document names."""

from typing import Final

from app.core.declaration import Buckets

_KIB: Final = 1024
_MIB: Final = 1024 * _KIB
_GIB: Final = 1024 * _MIB

REQUEST_SECONDS: Final = Buckets(
    (0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120),
    "from a health check, in milliseconds, to the conversion timeout of 120 s",
)
EXTRACTION_SECONDS: Final = Buckets(
    (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60),
    "a usual archive takes milliseconds, and CONVERSION_CPU_SECONDS is 60",
)
CONVERSION_SECONDS: Final = Buckets(
    (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
    "from a tiny archive to the conversion timeout of 120 s; ConversionSlow's limit is 30",
)
WAIT_SECONDS: Final = Buckets(
    (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 7.5, 10),
    "up to CONVERSION_QUEUE_WAIT_SECONDS, 10 s, after which nobody waits",
)
LAG_SECONDS: Final = Buckets(
    (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
    "an idle loop is a millisecond late; EventLoopBlocked's limit is 0.5 s",
)
UPLOAD_BYTES: Final = Buckets(
    (
        _KIB,
        16 * _KIB,
        64 * _KIB,
        256 * _KIB,
        _MIB,
        4 * _MIB,
        10 * _MIB,
        25 * _MIB,
        50 * _MIB,
        100 * _MIB,
        256 * _MIB,
    ),
    "up to MAX_UPLOAD_BYTES, 256 MiB",
)
EXTRACTED_BYTES: Final = Buckets(
    (
        _KIB,
        64 * _KIB,
        256 * _KIB,
        _MIB,
        4 * _MIB,
        10 * _MIB,
        25 * _MIB,
        50 * _MIB,
        100 * _MIB,
        256 * _MIB,
        512 * _MIB,
        _GIB,
    ),
    "up to MAX_ARCHIVE_BYTES, 1 GiB",
)
FILES: Final = Buckets(
    (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 200_000),
    "up to MAX_ENTRIES, 200,000",
)
