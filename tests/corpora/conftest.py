"""Trees in the official layouts, ready to be spoilt."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.corpora.trees import TREES


@pytest.fixture
def official(tmp_path: Path) -> Callable[[str], Path]:
    """Make the tree of a corpus and return its root."""

    def make(name: str) -> Path:
        TREES[name](tmp_path / name)
        return tmp_path / name

    return make
