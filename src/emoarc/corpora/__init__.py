"""Corpora: their official layouts read into one manifest, split without leaks."""

from emoarc.corpora._clip import Clip, Manifest, Problem
from emoarc.corpora._corpus import Corpus
from emoarc.corpora._registry import CORPORA

__all__ = ["CORPORA", "Clip", "Corpus", "Manifest", "Problem"]
