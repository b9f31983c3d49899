"""The one place that names the version: the package, the manifest and the service all read it here."""

__version__ = "0.1.0"
