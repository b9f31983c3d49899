"""The folder of the pages and of what they load."""

from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parents[1] / "static"
