"""The dashboard as code: `make dashboards` writes its JSON from what panels.py says."""
