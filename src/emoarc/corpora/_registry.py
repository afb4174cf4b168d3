"""The corpora by name, and finding them on disk."""

from typing import Final

from emoarc.corpora._corpus import Corpus
from emoarc.corpora._ravdess import RAVDESS

__all__ = ["CORPORA"]

CORPORA: Final[dict[str, Corpus]] = {corpus.name: corpus for corpus in (RAVDESS,)}
"""Every corpus that can be read, by its name."""
