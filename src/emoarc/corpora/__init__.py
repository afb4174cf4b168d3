"""Corpora: their official layouts read into one manifest, split without leaks."""

from emoarc.corpora._ck_plus import CK_PLUS_LABELS
from emoarc.corpora._clip import MANIFEST_SCHEMA, Clip, Manifest, Problem
from emoarc.corpora._corpus import Corpus
from emoarc.corpora._iemocap import IEMOCAP_VIEWS, iemocap_view
from emoarc.corpora._leaks import Fold, Leak, drop_shared, find_leaks
from emoarc.corpora._meld import MELD_MISCUT
from emoarc.corpora._picture import read_picture
from emoarc.corpora._protocols import protocol_names, read_protocol
from emoarc.corpora._ravdess import RAVDESS_LABELS
from emoarc.corpora._read_manifest import read_manifest
from emoarc.corpora._registry import (
    CORPORA,
    SEALED,
    find_corpora,
    read_corpora,
    read_roots,
    why_absent,
)
from emoarc.corpora._scan import scan
from emoarc.corpora._splits import LEAKY, Protocol
from emoarc.corpora._tally import Tally, tally, tally_by_emotion, tally_corpora
from emoarc.corpora._traces import Trace, read_trace
from emoarc.corpora._validation import validation_split

__all__ = [
    "CK_PLUS_LABELS",
    "CORPORA",
    "IEMOCAP_VIEWS",
    "LEAKY",
    "MANIFEST_SCHEMA",
    "MELD_MISCUT",
    "RAVDESS_LABELS",
    "SEALED",
    "Clip",
    "Corpus",
    "Fold",
    "Leak",
    "Manifest",
    "Problem",
    "Protocol",
    "Tally",
    "Trace",
    "drop_shared",
    "find_corpora",
    "find_leaks",
    "iemocap_view",
    "protocol_names",
    "read_corpora",
    "read_manifest",
    "read_picture",
    "read_protocol",
    "read_roots",
    "read_trace",
    "scan",
    "tally",
    "tally_by_emotion",
    "tally_corpora",
    "validation_split",
    "why_absent",
]
