"""Everything that a request needs, callable without HTTP."""
