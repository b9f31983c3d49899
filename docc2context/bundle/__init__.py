"""What is written: the files of a bundle or a document, what goes beside them, and where."""
