"""``python -m app`` is ``mvit-lens``."""

import sys

from app.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
