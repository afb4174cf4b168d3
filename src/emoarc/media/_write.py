"""Writing a copy of a recording that any browser plays, with something drawn on it if wished."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import av
from av import error as av_error
from av.container import InputContainer

from emoarc.errors import MediaDamagedError, MediaFormatError, OutputError
from emoarc.media._decode import AudioDecoder, VideoDecoder, read_packets
from emoarc.media._open import open_media, shown
from emoarc.media._options import WriteOptions
from emoarc.media._probe import MediaInfo, choose_audio, choose_video, origin_of, probe
from emoarc.media._sinks import AacSink, CopySink, Draw, Output, Sink, VideoSink

__all__ = ["transcode"]

_COPIED = ("aac", "mp3")
"""Sound that every browser plays out of MP4, and that is therefore kept bit for bit."""


def transcode(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    draw: Draw | None = None,
    options: WriteOptions | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Write every frame of a file anew as H.264 in MP4, with its sound and its timestamps.

    AAC and MP3 sound is copied untouched; any other is encoded as AAC. Frames come upright, with
    square pixels and even sides. Time zero is the start of the source's earliest stream. The
    target appears whole or not at all.

    Args:
        source: A local media file; without video only its sound is written.
        target: The MP4 to write; an older one is replaced.
        draw: Called for every frame, in order, with its time in seconds and its RGB; returns the
            RGB to write.
        options: Size, quality and limits.
        on_progress: Called with the time reached, in seconds.

    Raises:
        InputError: The source cannot be read, or nothing of it decoded.
        OutputError: The target cannot be written.
    """
    options = options or WriteOptions()
    info = probe(source, options.limits, options.audio_track)
    with (
        open_media(source, options.limits) as media,
        _appearing(Path(target), info.path) as part,
        av.open(os.fspath(part), "w", format="mp4", options={"movflags": "+faststart"}) as output,
    ):
        sinks = _sinks(media, output, info, draw, options)
        if not sinks:
            raise MediaFormatError(f"{shown(source)} has neither picture nor sound")
        for reached in _pump(media, output, sinks, options.limits.max_consecutive_errors):
            if on_progress:
                on_progress(reached)
        if all(sink.reached is None for sink in sinks.values()):
            raise MediaDamagedError(f"nothing in {shown(source)} could be decoded; copy it again")


def _sinks(
    media: InputContainer,
    output: Output,
    info: MediaInfo,
    draw: Draw | None,
    options: WriteOptions,
) -> dict[int, Sink]:
    """Make a sink for each stream that is kept, by its index in the source."""
    origin, limits = origin_of(media), options.limits
    sinks: dict[int, Sink] = {}
    video = choose_video(media)
    if video and info.video:
        decoder = VideoDecoder(video, origin, limits, info.path)
        size = info.video.width, info.video.height
        sinks[video.index] = VideoSink(video, decoder, output, size, draw, options)
    audio = choose_audio(media, options.audio_track, info.path)
    if audio and info.audio and info.audio.codec in _COPIED:
        sinks[audio.index] = CopySink(audio, output, origin)
    elif audio:
        sinks[audio.index] = AacSink(audio, AudioDecoder(origin, limits), output)
    return sinks


def _pump(
    media: InputContainer, output: Output, sinks: dict[int, Sink], max_errors: int
) -> Iterator[float]:
    """Drive every packet through its sink to the output; yield the time reached."""
    streams = [media.streams[index] for index in sinks]
    for packet in read_packets(media, streams, max_errors):
        sink = sinks[packet.stream.index]
        for written in sink.push(packet):
            output.mux(written)
        yield max(0.0, float(sink.reached or 0))
    for sink in sinks.values():
        for written in sink.flush():
            output.mux(written)


@contextmanager
def _appearing(target: Path, source: Path) -> Generator[Path]:
    """Offer a file beside the target, which becomes the target only if all goes well."""
    part = target.with_name(f".emoarc-{token_hex(8)}.part")
    try:
        _check_target(target, source)
        part.touch(exist_ok=False)
        yield part.absolute()
        part.replace(target)
    except (OSError, av_error.FFmpegError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(
            f"{shown(target)} cannot be written ({reason}); check the folder and the free space"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _check_target(target: Path, source: Path) -> None:
    if not target.exists():
        return
    if not target.is_file():
        raise OutputError(f"{shown(target)} is not a regular file; choose another name")
    if target.samefile(source):
        raise OutputError(f"{shown(target)} is the source itself; choose another name")
