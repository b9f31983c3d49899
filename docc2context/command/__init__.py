"""What the command line stands on: its options, what it tells people, streams and signals."""
