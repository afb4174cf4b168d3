"""What an adapter is, and the helpers that adapters share."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from emoarc.corpora._clip import Manifest

__all__ = ["MEDIA", "Corpus", "media_files"]

MEDIA: Final = {
    "audio": frozenset({".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".aac", ".sph"}),
    "video": frozenset({".mp4", ".mkv", ".avi", ".flv", ".mov", ".webm", ".mpg"}),
    "image": frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm"}),
}
"""Suffixes by what they hold. A file's stem says what it shows, whatever its suffix."""


@dataclass(frozen=True)
class Corpus:
    """One corpus: what it is, what it allows, and how its official layout is read."""

    name: str
    """As in recipes and manifests: lower case, hyphens."""
    title: str
    licence: str
    """Its name, or what its makers say."""
    terms: Literal["any use", "share alike", "non-commercial", "research only", "unknown"]
    """What that allows, in a word."""
    layout: str
    """The document that describes the layout, or the public code that reads it."""
    recognise: Callable[[Path], bool]
    """Whether a folder looks like the root of this corpus; quick, and never raises."""
    read: Callable[[Path], Manifest]
    """Read the corpus below a folder: every clip that can be told, and a problem for each file
    that looks like one of the corpus's and cannot. Never raises for bad content."""


def media_files(folder: Path, *kinds: Literal["audio", "video", "image"]) -> Iterator[Path]:
    """Yield the media files below a folder in a fixed order; hidden ones are left out."""
    suffixes = frozenset[str]().union(*(MEDIA[kind] for kind in kinds))
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if os.path.splitext(name)[1].lower() in suffixes and not name.startswith("."):
                yield Path(place, name)
