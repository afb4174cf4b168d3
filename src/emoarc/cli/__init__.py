"""The `emoarc` command: one thin module per verb, and one place that turns errors into exits."""

from emoarc.cli._app import main

__all__ = ["main"]
