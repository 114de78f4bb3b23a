"""`python -m stem` is `stem`; `python -P -m stem` is so safely.

Without -P, Python looks in the working folder before any of this runs: a `stem.py` there runs in our stead,
and no code of ours can prevent it. Of all that is imported from here on, nothing comes from that folder.
"""

import os
import sys

if not sys.flags.safe_path and sys.path[0] == os.getcwd():  # noqa: PTH109 - nothing is imported yet
    del sys.path[0]

from stem.cli import main

main()
