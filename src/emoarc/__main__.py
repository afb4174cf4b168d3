"""Run with `python -m emoarc`."""

from emoarc.cli import main

main()
