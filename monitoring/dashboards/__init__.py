"""The dashboard as code: `make dashboards` writes its JSON from panels.py."""
