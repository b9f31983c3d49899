"""What the tests of the service share; the fixtures stand in tests/conftest.py."""

import sys
from pathlib import Path

# The helpers beside the tests are imported as `tests.app.…`, in the children of a launcher too.
sys.path.insert(0, str(Path(__file__).parents[2]))
