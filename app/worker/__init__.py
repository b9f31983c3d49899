"""Child processes, in which uploads are read and converted; the launcher is the parent's side."""
