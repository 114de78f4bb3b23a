"""`python -m stem` is `stem`."""

from stem.cli import main

main()
