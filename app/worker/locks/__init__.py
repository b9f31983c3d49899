"""What a child gives up for good before it reads a byte of an upload."""
