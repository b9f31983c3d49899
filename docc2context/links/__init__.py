"""Where each page goes in the bundle, and where an identifier leads."""
