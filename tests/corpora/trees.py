"""A small tree in the official layout of every corpus: what the tests read where it is absent.

A builder makes the corpus's root at the path it is given. Its files hold a byte or more, for an
empty file is a problem of its own.
"""

from collections.abc import Callable
from pathlib import Path


def place(root: Path, *names: str, content: str = "x") -> Path:
    """Make files below `root`."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root


def ravdess(root: Path) -> None:
    place(
        root,
        "Audio_Speech_Actors_01-24/Actor_01/03-01-01-01-01-01-01.wav",
        "Audio_Speech_Actors_01-24/Actor_02/03-01-08-02-02-02-02.wav",
        "Audio_Song_Actors_01-24/Actor_02/03-02-02-01-01-01-02.wav",
        "Video_Speech_Actor_02/Actor_02/01-01-08-02-02-02-02.mp4",
        "Video_Speech_Actor_02/Actor_02/02-01-08-02-02-02-02.mp4",
        "Video_Song_Actor_03/Actor_03/01-02-05-02-02-02-03.mp4",
    )


TREES: dict[str, Callable[[Path], None]] = {
    "ravdess": ravdess,
}
"""By the corpus's name in `CORPORA`, which has no corpus without a tree here."""
