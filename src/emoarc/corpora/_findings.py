"""What adapters gather while they read a corpus, and how they read its text files."""

from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest, Problem

__all__ = ["Findings", "encoding_of", "fault_of", "read_text", "root_of"]


class Findings:
    """The clips and the problems of a corpus, in the order in which they are met."""

    def __init__(self) -> None:
        self._clips: list[Clip] = []
        self._problems: list[Problem] = []

    def add(self, clip: Clip) -> None:
        """Add a clip if its file is there and holds something, else a problem."""
        fault = fault_of(clip.file)
        if fault:
            self.refuse(clip.file, fault)
        else:
            self._clips.append(clip)

    def refuse(self, file: Path, what: str, kept: bool = False) -> None:
        """Add a problem; `kept` where the file is a clip all the same."""
        self._problems.append(Problem(file, what, kept))

    def manifest(self) -> Manifest:
        """Return all that was found."""
        return Manifest(tuple(self._clips), tuple(self._problems))


def fault_of(file: Path) -> str:
    """Say why a file cannot hold a clip without opening it, an empty string if it may."""
    try:
        size = file.stat().st_size
    except OSError as error:
        return f"cannot be read ({error.strerror or error}); copy it from the corpus again"
    return "" if size else "empty; copy it from the corpus again"


def read_text(file: Path, findings: Findings) -> str:
    """Return the text of a file, UTF-8 or Windows-1252; empty after a problem was added."""
    try:
        content = file.read_bytes()
    except OSError as error:
        cause = error.strerror or str(error)
        findings.refuse(file, f"cannot be read ({cause}); copy it from the corpus again")
        return ""
    text = content.decode(encoding_of(file), errors="replace")
    if not text.strip() or "\0" in text:
        findings.refuse(file, "holds no text; copy it from the corpus again")
        return ""
    return text


def encoding_of(file: Path) -> str:
    """Return the encoding of a text file, UTF-8 or else Windows-1252."""
    try:
        file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    except OSError:
        pass
    return "utf-8-sig"


def root_of(file: Path, marks: tuple[str, ...]) -> Path | None:
    """Return the nearest folder above a file that holds one of the marks (glob patterns)."""
    for folder in file.parents:
        if any(next(folder.glob(mark), None) for mark in marks):
            return folder
    return None
