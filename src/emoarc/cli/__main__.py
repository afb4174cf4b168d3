"""Run with `python -m emoarc.cli`."""

from emoarc.cli import main

main()
