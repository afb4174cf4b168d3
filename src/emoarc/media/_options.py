"""What to read of a file, and how much of it one may."""

from dataclasses import dataclass

from emoarc.errors import OptionError

__all__ = ["Limits", "ReadOptions", "WriteOptions"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one input; beyond the first three a `LimitError` is raised."""

    max_pixels: int = 40_000_000
    """Pixels per frame; 8K video (33 million) passes."""
    max_streams: int = 32
    """Streams of any kind in the container."""
    max_duration: float = 24 * 3600.0
    """Seconds of media to read, between start and end."""
    max_consecutive_errors: int = 100
    """Packets in a row that cannot be decoded, after which their stream is given up."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What to read of a file."""

    fps: float | None = 10.0
    """Frames to deliver per second: for each k / fps the first at or after it; None for all."""
    start: float = 0.0
    """Seconds from the media's zero; times keep counting from there."""
    end: float | None = None
    """Seconds; what begins at or after it is left out."""
    audio: bool = True
    video: bool = True
    audio_track: int | str | None = None
    """A track's number, from 1, or its language (`eng`); None takes the default or first one."""
    max_side: int | None = None
    """Shrink frames so that the longer side has at most so many pixels; None keeps them."""
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if self.fps is not None and not self.fps > 0:
            raise OptionError(f"fps must be above zero, not {self.fps}")
        _check_span(self.start, self.end)
        if self.max_side is not None and self.max_side < 1:
            raise OptionError(f"max_side must be at least 1, not {self.max_side}")


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write a copy of a file."""

    start: float = 0.0
    """Seconds from the source's zero at which the copy begins; its own times count from there."""
    end: float | None = None
    """Seconds from the source's zero; what begins at or after it is left out."""
    max_side: int | None = None
    """Shrink the picture so that its longer side has at most so many pixels."""
    audio_track: int | str | None = None
    """Which sound to keep, as in `ReadOptions`."""
    crf: int = 23
    """Quality of x264: lower is better and larger; 18 looks lossless."""
    preset: str = "veryfast"
    """Speed of x264."""
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        _check_span(self.start, self.end)


def _check_span(start: float, end: float | None) -> None:
    if not start >= 0:
        raise OptionError(f"start must not be negative, but is {start}")
    if end is not None and not end > start:
        raise OptionError(f"end ({end}) must lie after start ({start})")
