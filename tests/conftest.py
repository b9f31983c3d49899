"""What all tests share."""

import sys
from pathlib import Path

from hypothesis import settings

# Helpers beside the tests are imported by name: with importlib mode pytest adds no folder itself.
for folder in ("docc2context", "docc2context/render"):
    sys.path.insert(0, str(Path(__file__).parent / folder))

# No time bounds in `make test`: machines differ, and speed has targets of its own.
settings.register_profile("default", deadline=None, max_examples=300, print_blob=True)
settings.load_profile("default")
