"""Corpora: their official layouts read into one manifest, split without leaks."""

from emoarc.corpora._clip import Clip, Manifest, Problem
from emoarc.corpora._corpus import Corpus
from emoarc.corpora._picture import read_content, read_picture
from emoarc.corpora._registry import CORPORA, SEALED, find_corpora, read_corpora

__all__ = [
    "CORPORA",
    "SEALED",
    "Clip",
    "Corpus",
    "Manifest",
    "Problem",
    "find_corpora",
    "read_content",
    "read_corpora",
    "read_picture",
]
