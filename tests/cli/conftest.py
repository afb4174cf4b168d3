import sys
from typing import NamedTuple

import pytest

from emoarc.cli import main


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def emoarc(capsys, monkeypatch, tmp_path):
    """Run the command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def emoarc(*words):
        monkeypatch.setattr(sys, "argv", ["emoarc", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        return Outcome(code, *capsys.readouterr())

    return emoarc
