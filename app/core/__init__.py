"""What the whole service stands on: settings, errors, logs, metrics, threads and waiting."""
