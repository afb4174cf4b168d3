"""The errors emoarc raises: one tree, one line each, each with the exit code it leads to.

EmoarcError (1)
├── OptionError (2)             an option or a recipe that cannot be
├── InputError (3)              one input cannot be analysed
│   ├── MediaOpenError          missing, unreadable, not a regular file
│   ├── MediaFormatError        not a media file, or a format that is not allowed
│   ├── MediaDamagedError       more damage than the limit allows
│   └── LimitError              larger than a limit (pixels, streams, duration)
├── OutputError (3)             a result cannot be written
├── NothingToAnalyzeError (4)   no face and no voice in the input
└── ModelError (5)              a model pack is missing, corrupt or does not fit
"""

from typing import ClassVar

__all__ = [
    "EmoarcError",
    "InputError",
    "LimitError",
    "MediaDamagedError",
    "MediaFormatError",
    "MediaOpenError",
    "ModelError",
    "NothingToAnalyzeError",
    "OptionError",
    "OutputError",
]


class EmoarcError(Exception):
    """The root. Its message is one line: what, where, what to do."""

    exit_code: ClassVar[int] = 1


class OptionError(EmoarcError):
    """An option, an argument or a recipe has a value that cannot be."""

    exit_code = 2


class InputError(EmoarcError):
    """One input cannot be analysed; others may."""

    exit_code = 3


class MediaOpenError(InputError):
    """The file is missing, unreadable, or not a regular file."""


class MediaFormatError(InputError):
    """The file is no media file, or of a format that is not allowed."""


class MediaDamagedError(InputError):
    """The file holds more damage than the limit allows."""


class LimitError(InputError):
    """The file is larger than a limit allows."""


class OutputError(EmoarcError):
    """A result cannot be written."""

    exit_code = 3


class NothingToAnalyzeError(EmoarcError):
    """The input was read, and holds neither a face nor a voice to analyse."""

    exit_code = 4


class ModelError(EmoarcError):
    """A model pack is missing, corrupt, or does not fit its job."""

    exit_code = 5
