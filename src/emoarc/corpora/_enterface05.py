"""eNTERFACE'05: 42 people react in English to six stories, with six emotions.

Layout: `subject 1/anger/sentence 1/s1_an_1.avi`. The folders tell the clip and not the name: 23
names carry a typing error (`s16_su_3avi.avi`, `s_3_ha_1.avi`), and those of subject 11 say `s12`.
The release has 44 subjects: the six files of subject 6 are not cut into sentences and have no
sentence folders, and subject 23 lacks three sentences; leave out both for the 42 of the paper.
Every emotion has five sentences of its own, so that the words give it away.
"""

import re
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import Corpus, kind_of, media_files, read_files
from emoarc.labels import canonical

__all__ = ["ENTERFACE05"]

# Some tools cannot bear the spaces, so that hyphens and underscores are met in their place.
_SUBJECT = re.compile(r"subject[ _-]?(\d+)", re.IGNORECASE)
_SENTENCE = re.compile(r"sentence[ _-]?(\d+)", re.IGNORECASE)
_EMOTIONS = frozenset({"anger", "disgust", "fear", "happiness", "sadness", "surprise"})


def _recognise(folder: Path) -> bool:
    return any(folder.glob("subject[ _-]1/anger"))


def _read(folder: Path) -> Manifest:
    return read_files(media_files(folder, "audio", "video"), _clip, unique=False)


def _told_by(folders: tuple[str, ...]) -> tuple[str, str, str]:
    subject = emotion = sentence = ""
    for name in folders:
        if match := _SUBJECT.fullmatch(name):
            subject = str(int(match[1]))
        elif match := _SENTENCE.fullmatch(name):
            sentence = str(int(match[1]))
        elif (word := canonical(name)) in _EMOTIONS:
            emotion = word or ""
    return subject, emotion, sentence


def _clip(path: Path) -> Clip | str:
    subject, emotion, sentence = _told_by(path.parts[-4:-1])
    if not subject or not emotion:
        return "not in folders such as subject 1/anger/sentence 1; move or remove it"
    code = f"{emotion}-{sentence}" if sentence else ""
    return Clip(
        path,
        "enterface05",
        kind_of(path),
        emotion=emotion,
        speaker=f"enterface05-{subject}",
        take=f"enterface05-{subject}-{code or emotion}",
        language="en",
        sentence=code,
    )


ENTERFACE05 = Corpus(
    "enterface05",
    "eNTERFACE'05 audio-visual emotion database",
    "not settled: MIT by one account, research only by another",
    "unknown",
    "Martin et al. 2006, ICDE Workshops, and enterface.net/enterface05/emotion.html; the quirks of "
    "the names as public readers of the release describe them",
    _recognise,
    _read,
)
