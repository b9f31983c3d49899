"""What the converter calls itself in what it writes, and the one place that has its version."""

NAME = "docc2context"

__version__ = "0.1.0"
