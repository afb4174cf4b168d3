"""Corpora: their official layouts read into one manifest, split without leaks."""

from emoarc.corpora._clip import MANIFEST_SCHEMA, Clip, Manifest, Problem
from emoarc.corpora._corpus import Corpus
from emoarc.corpora._leaks import Fold, Leak, drop_shared, find_leaks
from emoarc.corpora._picture import read_content, read_picture
from emoarc.corpora._ravdess import RAVDESS_LABELS
from emoarc.corpora._read_manifest import read_manifest
from emoarc.corpora._registry import CORPORA, SEALED, find_corpora, read_corpora
from emoarc.corpora._scan import scan
from emoarc.corpora._splits import Protocol, protocol_names, read_protocol, validation_split

__all__ = [
    "CORPORA",
    "MANIFEST_SCHEMA",
    "RAVDESS_LABELS",
    "SEALED",
    "Clip",
    "Corpus",
    "Fold",
    "Leak",
    "Manifest",
    "Problem",
    "Protocol",
    "drop_shared",
    "find_corpora",
    "find_leaks",
    "protocol_names",
    "read_content",
    "read_corpora",
    "read_manifest",
    "read_picture",
    "read_protocol",
    "scan",
    "validation_split",
]
