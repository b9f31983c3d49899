"""The groups of operations."""

from typing import Final

CONVERSION: Final = "conversion"
HEALTH: Final = "health"
METRICS: Final = "metrics"

TAGS: Final = [
    {"name": CONVERSION, "description": "An archive in, Markdown out."},
    {"name": HEALTH, "description": "Whether the service is alive and ready, and how busy it is."},
    {"name": METRICS, "description": "For Prometheus."},
]
