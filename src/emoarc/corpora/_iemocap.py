"""IEMOCAP: ten actors in five sessions of two play and improvise dialogues, cut into turns.

Layout (README.txt of the release, and Busso et al. 2008): every session has

    Session1/dialog/EmoEvaluation/Ses01F_impro01.txt       labels of the turns
    Session1/dialog/transcriptions/Ses01F_impro01.txt      what is said, optional here
    Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav
    Session1/dialog/wav, Session1/dialog/avi/DivX          whole dialogues

The name of a turn ends with its speaker (F or M) and number; the letter before tells who wore the
markers. An evaluation starts a turn with `[start - end] turn emotion [valence, activation,
dominance]`, the three from 1 to 5, and goes on with a line per rater: `C-E2: Anger; ()`. `C-F1` and
`C-M1` are the actors' own, and are not counted as votes. `xxx` (no agreement) and `oth` leave the
emotion empty. Where a turn has no file of its own, the stretch of its dialogue stands in.
"""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Final

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import Corpus, kind_of, media_files
from emoarc.corpora._findings import Findings, read_text
from emoarc.errors import OptionError
from emoarc.labels import canonical

__all__ = ["IEMOCAP", "IEMOCAP_VIEWS", "iemocap_view"]

_FOUR = {word: word for word in ("anger", "happiness", "sadness", "neutral")}

IEMOCAP_VIEWS: Final[dict[str, dict[str, str]]] = {
    "4-class": _FOUR | {"excitement": "happiness"},
    "4-class-strict": _FOUR,
    "5-class": _FOUR | {"excitement": "happiness", "frustration": "frustration"},
    "5-class-excitement": _FOUR | {"excitement": "excitement"},
}
"""What each label counts as in a view; the others are left out.

The full release has 1,103 turns of anger, 595 of happiness, 1,041 of excitement, 1,084 of sadness,
1,708 neutral ones and 1,849 of frustration (as counted at flageval.baai.ac.cn, Speech Emotion
Recognition), so that the views hold 5,531 (the usual set), 4,490, 7,380 and 5,531 turns.
"""

_NUMBER = r"(\d+(?:\.\d+)?)"
_HEAD = re.compile(
    rf"\[{_NUMBER} - {_NUMBER}\]\s+(\S+)\s+(\w+)\s+\[{_NUMBER}, {_NUMBER}, {_NUMBER}\]"
)
_VOTE = re.compile(r"C-E\d+:\s*(.*?)\s*\(.*")
_TURN = re.compile(r"(Ses0[1-5])[FM]_(?:impro|script)\w+_([FM])\w+")
_SAID = re.compile(rf"(\S+) \[{_NUMBER}-{_NUMBER}\]:\s*(.*)")
_SPELLINGS = {"neutral state": "neutral"}


def iemocap_view(manifest: Manifest, view: str, *, improvised: bool | None = None) -> Manifest:
    """Return the turns of a view of the literature, their emotions named as it counts them.

    Args:
        manifest: IEMOCAP's.
        view: A name of `IEMOCAP_VIEWS`.
        improvised: Whether to keep improvised turns alone, or scripted ones; both if None.

    Raises:
        OptionError: There is no such view.
    """
    if view not in IEMOCAP_VIEWS:
        raise OptionError(f"no view {view!r} of IEMOCAP; choose from {', '.join(IEMOCAP_VIEWS)}")
    words = IEMOCAP_VIEWS[view]
    clips = (
        replace(clip, emotion=words[clip.emotion])
        for clip in manifest.clips
        if clip.emotion in words and improvised in (None, "_impro" in clip.take)
    )
    return Manifest(tuple(clips), manifest.problems)


def _recognise(folder: Path) -> bool:
    return any(folder.glob("Session[1-5]/dialog/EmoEvaluation"))


def _read(folder: Path) -> Manifest:
    findings = Findings()
    for session in sorted(folder.glob("Session[1-5]")):
        _read_session(session, findings)
    return findings.manifest()


def _read_session(session: Path, findings: Findings) -> None:
    sentences = session / "sentences" / "wav"
    files = {path.stem: path for path in media_files(session / "dialog", "video", "audio")}
    files |= {path.stem: path for path in media_files(sentences, "audio")}
    evaluated: set[str] = set()
    for path in sorted(session.glob("dialog/EmoEvaluation/Ses*.txt")):
        evaluated.add(path.stem)
        said = _transcript(session / "dialog" / "transcriptions" / path.name, findings)
        _read_evaluation(path, sentences, files, said, findings)
    for place in sorted(sentences.glob("Ses*")):
        if place.name not in evaluated:
            findings.refuse(place, "has no labels in dialog/EmoEvaluation; copy them again")


def _read_evaluation(
    path: Path, sentences: Path, files: dict[str, Path], said: dict[str, str], findings: Findings
) -> None:
    bad = 0
    for block in re.split(r"^(?=\[)", read_text(path, findings), flags=re.MULTILINE):
        head, _, rest = block.partition("\n")
        if not head.startswith("["):
            continue
        match, turn = _HEAD.match(head), _TURN.search(head)
        if not (match and turn and match[3] == turn[0]):
            bad += 1
            continue
        name = match[3]
        expected = sentences / path.stem / f"{name}.wav"
        file = files.get(name) or files.get(path.stem) or expected
        findings.add(_clip(file, match, turn, _votes(rest), said.get(name, "")))
    if bad:
        findings.refuse(path, f"{bad} turns are not labelled as `[start - end] turn emotion [...]`")


def _clip(
    file: Path, head: re.Match[str], turn: re.Match[str], votes: dict[str, float], said: str
) -> Clip:
    start, end, name, emotion, valence, activation, _ = head.groups()
    whole = file.stem == name
    return Clip(
        file,
        "iemocap",
        kind_of(file),
        emotion=canonical(emotion) or "",
        speaker=f"iemocap-{turn[1]}{turn[2]}",
        take=f"iemocap-{name}",
        start=0.0 if whole else float(start),
        end=None if whole else float(end),
        sex="female" if turn[2] == "F" else "male",
        language="en",
        sentence=said,
        votes=votes or None,
        valence=_centred(valence),
        arousal=_centred(activation),
    )


def _centred(rating: str) -> float:
    """Bring a rating from 1 to 5 to [-1, 1]; what lies beyond is cut."""
    return min(max((float(rating) - 3) / 2, -1.0), 1.0)


def _votes(lines: str) -> dict[str, float]:
    """Count the words of the raters; a rater who chose several counts for each."""
    chosen: list[str] = _VOTE.findall(lines)
    words = [word.strip().lower() for words in chosen for word in words.split(";")]
    counts = Counter(canonical(_SPELLINGS.get(word, word)) or word for word in words if word)
    return {word: float(count) for word, count in counts.items()}


def _transcript(path: Path, findings: Findings) -> dict[str, str]:
    if not path.exists():
        return {}
    matches = map(_SAID.match, read_text(path, findings).splitlines())
    return {match[1]: match[4].strip() for match in matches if match}


IEMOCAP = Corpus(
    "iemocap",
    "Interactive Emotional Dyadic Motion Capture database",
    "agreement with the University of Southern California, for research",
    "research only",
    "Busso et al. 2008, Language Resources and Evaluation 42, 335-359, and README.txt of the "
    "release",
    _recognise,
    _read,
)
