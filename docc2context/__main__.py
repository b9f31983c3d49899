"""`python -m docc2context`."""

from docc2context.cli import run

run()
