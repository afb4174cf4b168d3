"""Opens local media files and nothing else, and turns FFmpeg's errors into emoarc's.

A playlist can name other files or addresses, whatever its own name pretends. Three locks keep it
from opening them: only regular files are opened, by us, and FFmpeg itself may use no protocol at
all; it may use no demuxer outside `FORMATS`; and a demuxer that asks to open something else is
refused.
"""

import errno
import os
import re
import stat
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Never, TypeVar

import av
from av import error as av_error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from emoarc.errors import (
    InputError,
    LimitError,
    MediaDamagedError,
    MediaFormatError,
    MediaOpenError,
)
from emoarc.media._options import Limits

__all__ = ["FORMATS", "check_pixels", "decodable", "open_media", "shown", "translated"]

_StreamT = TypeVar("_StreamT", AudioStream, VideoStream)

FORMATS = (
    *("mov", "matroska", "avi", "flv", "mpeg", "mpegts", "asf", "gif"),
    *("wav", "flac", "ogg", "mp3", "aac", "aiff", "caf", "amr"),
)
"""The demuxers FFmpeg may use; none of them reads a second file. `mov` covers mp4, m4a and 3gp."""

_LONGEST_NAME = 300

_ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:/")
"""How a URL begins, also where `Path` has folded its slashes; no drive letter does."""


def shown(path: str | os.PathLike[str]) -> str:
    """A path as it stands in a message: quoted, on one line whatever the name holds."""
    text = os.fspath(path)
    return repr(text if len(text) <= _LONGEST_NAME else "…" + text[-_LONGEST_NAME:])


@contextmanager
def open_media(path: str | os.PathLike[str], limits: Limits) -> Generator[InputContainer]:
    """Open a local media file for reading; it is closed when the block ends.

    Raises:
        MediaOpenError: The file is missing, unreadable or not a regular file.
        MediaFormatError: It is not media, or of a format that is not allowed.
        MediaDamagedError: It is media whose index is gone.
        LimitError: It holds too many streams or pixels.
    """
    with _open_regular(path) as file, _open_container(file, path, limits) as container:
        _check_limits(container, path, limits)
        yield container


@contextmanager
def translated(path: str | os.PathLike[str]) -> Generator[None]:
    """Turn what FFmpeg raises while reading into a `MediaDamagedError`."""
    try:
        yield
    except (av_error.FFmpegError, OSError, ValueError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise MediaDamagedError(
            f"{shown(path)} cannot be read on ({reason}); check the file, or copy it again"
        ) from error


def _open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise MediaOpenError(f"{shown(path)} is not a regular file; give one media file")
        return open(path, "rb", buffering=0)  # FFmpeg buffers by itself
    except FileNotFoundError as error:
        hint = "check the path"
        if _ADDRESS.match(str(path)):
            hint = "addresses are not opened, download the file first"
        raise MediaOpenError(f"{shown(path)} does not exist; {hint}") from error
    except PermissionError as error:
        raise MediaOpenError(f"{shown(path)} may not be read; check its permissions") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaOpenError(f"{shown(path)} cannot be opened: {reason}") from error


def _open_container(file: BinaryIO, path: str | os.PathLike[str], limits: Limits) -> InputContainer:
    try:
        return av.open(
            file,
            "r",
            # FFmpeg decodes a little to learn the streams; this bounds what that may allocate.
            options={"max_pixels": str(limits.max_pixels)},
            container_options={
                "format_whitelist": ",".join(FORMATS),
                "protocol_whitelist": "none",
            },
            metadata_errors="replace",
            io_open=_refuse,
        )
    except (av_error.FFmpegError, OSError, ValueError, MemoryError) as error:
        raise _open_error(error, path) from error


def _refuse(url: str, flags: int, options: dict[str, str]) -> Never:
    raise PermissionError(errno.EACCES, "a media file may not open another file")


def _open_error(error: Exception, path: str | os.PathLike[str]) -> InputError:
    if os.path.getsize(path) == 0:
        return MediaFormatError(f"{shown(path)} is empty; copy or record it again")
    if isinstance(error, av_error.ArgumentError):
        return MediaFormatError(
            f"{shown(path)} is of a format that is not allowed; convert it to MP4 or WAV"
        )
    if _begins_as_mp4(Path(path)):
        return MediaDamagedError(
            f"{shown(path)} has no usable index (moov): the recording or the copy was cut off; "
            "copy it again, or mend it with a recovery tool"
        )
    return MediaFormatError(f"{shown(path)} is not a media file; give a video or audio file")


def _begins_as_mp4(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8)[4:] == b"ftyp"


def _check_limits(container: InputContainer, path: str | os.PathLike[str], limits: Limits) -> None:
    count = len(container.streams)
    if count > limits.max_streams:
        raise LimitError(
            f"{shown(path)} holds {count} streams, more than the limit of {limits.max_streams}; "
            "extract the ones you need"
        )
    for stream in decodable(container.streams.video):
        check_pixels(stream.codec_context.width, stream.codec_context.height, path, limits)


def decodable(streams: Sequence[_StreamT]) -> list[_StreamT]:
    """Those of the streams for which FFmpeg has a decoder."""
    # The stubs promise a context; a stream of an unknown codec has none.
    return [each for each in streams if each.codec_context is not None]  # pyright: ignore[reportUnnecessaryComparison]


def check_pixels(width: int, height: int, path: str | os.PathLike[str], limits: Limits) -> None:
    """Refuse a picture of more pixels than the limit.

    Raises:
        LimitError: It is too large.
    """
    if width * height > limits.max_pixels:
        raise LimitError(
            f"{shown(path)} has frames of {width}x{height}, more than the limit of "
            f"{limits.max_pixels:,} pixels; make a smaller copy"
        )
