"""Text primitives of Markdown, which know nothing of DocC."""
