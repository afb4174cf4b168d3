"""RECOLA: French speakers solve a task in pairs; six raters trace valence and arousal.

Two layouts. That of the AVEC challenges: `recordings_audio/train_1.wav` (train, dev, test) and
`recordings_video/`, with `ratings_gold_standard/arousal/train_1.arff` and `valence/`, a value every
40 ms under the attributes name, frameTime and GoldStandard; those of test are not published. That
of the corpus itself: `RECOLA-Audio-recordings/P16.wav` and
`RECOLA-Annotation/emotional_behaviour/arousal/P16.csv` and `valence/`, with `;` between a time and
the raters (FM1 to FM3, FF1 to FF3). Only the first five minutes are rated. A file shows one person.
"""

import re
from pathlib import Path
from typing import Literal

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import Corpus, media_files
from emoarc.corpora._findings import Findings, root_of
from emoarc.corpora._trace_files import NO_RATINGS, Trace, join, mean_of, read_ratings

__all__ = ["RECOLA", "recola_trace"]

_STEM = re.compile(r"(train|dev|test)_\d+|P\d+")
_SPLITS: dict[str, Literal["train", "validation", "test"]] = {
    "train": "train", "dev": "validation", "test": "test",
}  # fmt: skip
_MARKS = (
    "ratings_gold_standard/arousal",
    "emotional_behaviour/arousal",
    "RECOLA-Annotation/emotional_behaviour/arousal",
)


def _recognise(folder: Path) -> bool:
    return any(any(folder.glob(mark)) for mark in _MARKS)


def _read(folder: Path) -> Manifest:
    findings = Findings()
    met: set[str] = set()
    for path in media_files(folder, "audio", "video"):
        if not (match := _STEM.fullmatch(path.stem)):
            findings.refuse(path, "not a RECOLA name such as train_1 or P16")
            continue
        # The same ratings hold for sound and picture; one bad file of them is one problem.
        trace = _trace(folder, path.stem, Findings() if path.stem in met else findings)
        met.add(path.stem)
        if trace.times.size or match[1] == "test":
            findings.add(_clip(path, match[1] or "", trace))
        else:
            findings.refuse(path, "has no ratings of valence or arousal; copy them too")
    for stem in sorted({file.stem for file in _ratings(folder, "*")} - met):
        if _STEM.fullmatch(stem):
            findings.refuse(_ratings(folder, stem)[0], "rates a recording that is not here")
    return findings.manifest()


def _ratings(folder: Path, stem: str, dimension: str = "*") -> list[Path]:
    """Return the files of ratings, ARFF before CSV."""
    places = [place for mark in _MARKS for place in folder.glob(f"{Path(mark).parent}/{dimension}")]
    return [
        file
        for place in places
        if place.name in ("arousal", "valence")
        for suffix in ("arff", "csv")
        for file in sorted(place.glob(f"{stem}.{suffix}"))
    ]


def _trace(folder: Path, stem: str, findings: Findings) -> Trace:
    valence, arousal = (
        next((read_ratings(file, findings) for file in _ratings(folder, stem, name)), None)
        or NO_RATINGS
        for name in ("valence", "arousal")
    )
    return join(valence, arousal)


def _clip(path: Path, split: str, trace: Trace) -> Clip:
    return Clip(
        path,
        "recola",
        "audio" if path.suffix.lower() == ".wav" else "video",
        speaker=f"recola-{path.stem}",
        take=f"recola-{path.stem}",
        language="fr",
        valence=mean_of(trace.valence),
        arousal=mean_of(trace.arousal),
        split=_SPLITS.get(split, ""),
    )


def recola_trace(clip: Clip) -> Trace:
    """Return the gold standard, or the mean of the raters, over time."""
    root = root_of(clip.file, _MARKS)
    return _trace(root, clip.file.stem, Findings()) if root else join(NO_RATINGS, NO_RATINGS)


RECOLA = Corpus(
    "recola",
    "Remote Collaborative and Affective Interactions",
    "academic or commercial licence of the makers, on request",
    "research only",
    "Ringeval et al. 2013, IEEE FG Workshops; Valstar et al. 2016, AVEC; "
    "diuf.unifr.ch/main/diva/recola; file formats as public readers of both releases give them",
    _recognise,
    _read,
)
