"""SEMAINE: people talk with an operator who plays four characters; raters trace what they see.

Layout of a download of `semaine-db.eu`, as its public readers describe it: a folder
`Sessions/2` per conversation with one character, and in it

    session.xml                                   has an attribute `recording`
    2008.12.05.16.03.15_User HeadMounted_Poppy.wav
    2008.12.05.16.03.15_Operator_AV_lowQ_Poppy.avi
    R5S1TUCPoDV.txt                               lines `seconds value`, in [-1, 1]

A trace's name has rater 5, recording 1, the target (TU the user, TO the operator), the character
(Po, Pr, Ob or Sp) and the dimension (DV valence, DA activation; others are not read). A file is
read that shows or records a person with traces; sessions without traces are left out, and so are
the further cameras and microphones. A recording is the sessions of one user with one operator, and
gives speakers their names: whether people return in another recording, the layout does not say.
"""

import re
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import Corpus, kind_of, media_files
from emoarc.corpora._findings import Findings
from emoarc.corpora._trace_files import (
    Ratings,
    Trace,
    join,
    mean_of,
    mean_over_raters,
    read_ratings,
)

__all__ = ["SEMAINE", "semaine_trace"]

_TRACE = re.compile(r"[AR]\d+[RS](\d+)T([UO])C(?:Ob|Po|Pr|Sp)\d?D([AV])\.txt")
_MEDIA = re.compile(r"_(User|Operator)(?: HeadMounted|_AV)_")
_ROLES = {"U": "User", "O": "Operator"}


def _recognise(folder: Path) -> bool:
    sessions = folder / "Sessions"
    return any(any(sessions.glob(mark)) for mark in ("*/session.xml", "*/*TUC*DV.txt"))


def _read(folder: Path) -> Manifest:
    findings = Findings()
    sessions = [path for path in (folder / "Sessions").glob("[0-9]*") if path.is_dir()]
    for session in sorted(sessions, key=lambda path: (len(path.name), path.name)):
        _read_session(session, findings)
    return findings.manifest()


def _read_session(session: Path, findings: Findings) -> None:
    for role in _ROLES.values():
        names = _trace_names(session, role)
        if not names:
            continue
        trace = _trace(session, role, findings)
        files = _files(session, role)
        if trace.times.size and not files:
            findings.refuse(session, f"has traces of the {role.lower()} but no wav or avi of them")
        for path in files:
            findings.add(_clip(path, role, _recording(session, names), trace))


def _recording(session: Path, names: list[str]) -> str:
    """Return the number of the recording, from session.xml or else from a trace's name."""
    try:
        text = (session / "session.xml").read_text("utf-8", "replace")
    except OSError:
        text = ""
    told = re.search(r'\brecording="\s*(\d+)', text)
    named = _TRACE.fullmatch(names[0])
    return told[1] if told else named[1] if named else session.name


def _trace_names(session: Path, role: str) -> list[str]:
    return sorted(
        path.name
        for path in session.glob("*.txt")
        if (match := _TRACE.fullmatch(path.name)) and _ROLES[match[2]] == role
    )


def _files(session: Path, role: str) -> list[Path]:
    return [
        path
        for path in media_files(session, "audio", "video")
        if (match := _MEDIA.search(path.stem)) and match[1] == role
    ]


def _trace(session: Path, role: str, findings: Findings) -> Trace:
    return join(_rated(session, role, "V", findings), _rated(session, role, "A", findings))


def _rated(session: Path, role: str, dimension: str, findings: Findings) -> Ratings:
    names = (name for name in _trace_names(session, role) if name.endswith(f"D{dimension}.txt"))
    traces = (read_ratings(session / name, findings) for name in names)
    return mean_over_raters([trace for trace in traces if trace])


def _clip(path: Path, role: str, recording: str, trace: Trace) -> Clip:
    return Clip(
        path,
        "semaine",
        kind_of(path),
        speaker=f"semaine-{recording}-{role.lower()}",
        take=f"semaine-{path.parent.name}",
        language="en",
        valence=mean_of(trace.valence),
        arousal=mean_of(trace.arousal),
    )


def semaine_trace(clip: Clip) -> Trace:
    """Return the mean of the raters over time; the files that cannot be read are left out."""
    role = "Operator" if clip.speaker.endswith("-operator") else "User"
    return _trace(clip.file.parent, role, Findings())


SEMAINE = Corpus(
    "semaine",
    "SEMAINE database of emotionally coloured conversations",
    "agreement with the makers, free for academic purposes",
    "research only",
    "McKeown et al. 2012, IEEE Trans. Affective Computing 3(1), 5-17; file names as public readers "
    "of the download give them",
    _recognise,
    _read,
)
