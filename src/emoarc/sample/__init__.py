"""A clip that may be shipped, with its known truth; see LICENCE.md beside it."""

from pathlib import Path
from typing import Final

__all__ = ["SAMPLE", "TRUTH"]

SAMPLE: Final = Path(__file__).parent / "sample.mp4"
"""The clip."""

TRUTH: Final = Path(__file__).parent / "truth.json"
"""What is shown and said in it, and when."""
