"""`python -m docc2context`."""

import sys

from docc2context.cli import main

sys.exit(main())
