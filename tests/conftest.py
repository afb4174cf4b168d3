"""Fixtures every room's tests may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A slow moment of a busy machine is no failure.
settings.register_profile("emoarc", deadline=None)
settings.load_profile("emoarc")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real clips and corpora beside the repository; absent on most machines."""
    folder = Path(os.environ.get("EMOARC_SHARED", Path(__file__).parents[2] / "shared"))
    if not folder.is_dir():
        pytest.skip(f"real clips are not at hand ({folder} does not exist)")
    return folder
