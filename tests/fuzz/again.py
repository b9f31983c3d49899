"""Feeds files to a target, as the fuzzer did.

python -m tests.fuzz.again TARGET FILE…
"""

import sys
from pathlib import Path

from tests.fuzz.targets import TARGETS

for file in sys.argv[2:]:
    TARGETS[sys.argv[1]](Path(file).read_bytes())
