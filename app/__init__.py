"""The HTTP service around docc2context: uploads, limits, logs; it knows nothing of DocC itself."""
