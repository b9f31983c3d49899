"""WORKSPACE_DIR: files without names, folders that are swept, and what storage reports."""
