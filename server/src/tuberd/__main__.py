"""``python -m tuberd``: the command `tuberd`."""

import sys

from tuberd.cli import main

sys.exit(main())
