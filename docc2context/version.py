"""The one place that names the version; package, manifest and service read it here."""

__version__ = "0.1.0"
