"""`python -m app.services.workspace sweep`: remove what killed conversions have left behind."""

import argparse
import sys

from app.core.config import load_settings
from app.services.workspace.scratch import sweep


def main() -> int:
    """Sweep WORKSPACE_DIR; 0 if nothing is left over, 1 if something is, or if that is unknown."""
    parser = argparse.ArgumentParser(prog="python -m app.services.workspace")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("sweep", help="remove the folders that no living service holds")
    parser.parse_args()

    workspace = load_settings().workspace_dir
    try:
        removed, stubborn = sweep(workspace)
    except OSError as error:
        print(f"{workspace} cannot be swept: {error}; fix that, then try again", file=sys.stderr)
        return 1
    print(f"{removed} leftover {'folder' if removed == 1 else 'folders'} removed from {workspace}")
    for folder in stubborn:
        print(f"{folder} cannot be removed; check its owner and permissions", file=sys.stderr)
    return 1 if stubborn else 0


if __name__ == "__main__":
    sys.exit(main())
