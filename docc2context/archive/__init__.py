"""Bytes in: finds an archive in a zip or folder, refuses what breaks a rule, reads its files."""
