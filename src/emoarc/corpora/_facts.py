"""What a file of a corpus holds, and a cache of it on disk."""

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path

from emoarc.corpora._clip import Clip, Kind
from emoarc.corpora._picture import read_picture
from emoarc.errors import InputError
from emoarc.media import MediaReader, ReadOptions

__all__ = ["Facts", "FactsCache", "Stamp", "examine", "stamp", "user_cache"]

Stamp = tuple[str, str, int, int]
"""The absolute path, what the clip uses of the file, its size in bytes, its time of change."""


@dataclass(frozen=True)
class Facts:
    """What a look into a file shows."""

    digest: str = ""
    duration: float | None = None
    """Seconds, of sound and video, where the file knows."""
    silent: bool = False
    """Whether a video lacks the sound that was taken for granted."""
    fault: str = ""
    """Why the file cannot be used, and what to do; empty where it can."""


def stamp(clip: Clip) -> Stamp | None:
    """Return what tells whether a clip's file is still the same; None where there is no file."""
    path = os.path.abspath(clip.file)
    table, _, _ = path.rpartition("#")  # a row of a table of pictures
    for candidate in filter(None, (path, table)):
        try:
            facts = os.stat(candidate)
            return path, clip.kind, facts.st_size, facts.st_mtime_ns
        except OSError:
            continue
    return None


def examine(clip: Clip) -> Facts:
    """Open a clip's file, decode its beginning, and take the digest of its content.

    The digest of a picture is that of its grey pixels, so that a picture is the same in whatever
    file; of sound and video it is that of the file.
    """
    try:
        return _picture(clip) if clip.kind == "image" else _media(clip.file, clip.kind)
    except InputError as error:
        name = str(clip.file)
        return Facts(fault=str(error).removeprefix(repr(name)).removeprefix(name).lstrip(": "))
    except OSError as error:
        return Facts(fault=f"cannot be read ({error.strerror}); check it, or copy it again")


def _picture(clip: Clip) -> Facts:
    pixels = read_picture(clip)
    return Facts(hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest())


def _media(path: Path, kind: Kind) -> Facts:
    if not path.stat().st_size:
        return Facts(fault="empty; copy it again")
    with MediaReader(path, ReadOptions(video=kind != "audio", audio=kind == "audio")) as reader:
        if next(iter(reader), None) is None:  # it raises where nothing can be decoded
            what = "sound" if kind == "audio" else "picture"
            return Facts(fault=f"holds no {what}; check it, or copy it again")
        info = reader.info
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Facts(digest, info.duration, silent=kind == "audio-visual" and info.audio is None)


def user_cache() -> Path:
    """Where facts are kept unless another place is chosen: XDG's cache folder of the user."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "emoarc" / "corpora.sqlite"


class FactsCache:
    """Facts by stamp in one SQLite file. One that cannot be used holds nothing, and is no error."""

    _TABLE = """CREATE TABLE IF NOT EXISTS facts_1 (
        path TEXT, kind TEXT, size INTEGER, changed INTEGER,
        digest TEXT, duration REAL, silent INTEGER, fault TEXT, PRIMARY KEY (path, kind)
    ) WITHOUT ROWID"""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def get(self, stamps: Iterable[Stamp]) -> dict[Stamp, Facts]:
        """Return the facts that are known of files that have not changed."""
        query = (
            "SELECT digest, duration, silent, fault FROM facts_1"
            " WHERE path = ? AND kind = ? AND size = ? AND changed = ?"
        )
        found: dict[Stamp, Facts] = {}
        try:
            with closing(self._open()) as base:
                for key in stamps:
                    row = base.execute(query, key).fetchone()
                    if row:
                        found[key] = Facts(row[0], row[1], bool(row[2]), row[3])
        except (OSError, sqlite3.Error, UnicodeError):
            pass
        return found

    def put(self, facts: Mapping[Stamp, Facts]) -> None:
        """Keep facts for the next time."""
        if not facts:
            return
        rows = [(*key, *astuple(known)) for key, known in facts.items()]
        try:
            with closing(self._open()) as base, base:
                base.executemany("INSERT OR REPLACE INTO facts_1 VALUES (?,?,?,?,?,?,?,?)", rows)
        except (OSError, sqlite3.Error, UnicodeError):
            pass

    def _open(self) -> sqlite3.Connection:
        if self._path is None:
            return self._prepared(":memory:")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return self._prepared(str(self._path))

    def _prepared(self, name: str) -> sqlite3.Connection:
        base = sqlite3.connect(name)
        try:
            base.execute(self._TABLE)
        except sqlite3.Error:
            base.close()
            raise
        return base
