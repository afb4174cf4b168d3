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
from emoarc.media._span import check_start, is_past, packet_time, seek_before

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
    """Write every frame of a file, or of a part of it, anew as H.264 in MP4, with its sound.

    AAC and MP3 sound is copied untouched; any other is encoded as AAC. Frames come upright, with
    square pixels and even sides. Timestamps are kept, less the start of the part: time zero of the
    copy is `options.start` seconds after the start of the source's earliest stream. A part begins
    with the frame that stands at its start. The target appears whole or not at all.

    Args:
        source: A local media file; without video only its sound is written.
        target: The MP4 to write; an older one is replaced.
        draw: Called for every frame, in order, with its time in the source in seconds and its
            RGB; returns the RGB to write.
        options: Span, size, quality and limits.
        on_progress: Called with the time reached in the source, in seconds.

    Raises:
        InputError: The source cannot be read, or nothing of it decoded.
        OptionError: There is no such audio track, or the start lies beyond the end of the source.
        OutputError: The target cannot be written.
    """
    options = options or WriteOptions()
    info = probe(source, options.limits, options.audio_track)
    check_start(options.start, info)
    with (
        _open_before(source, options) as media,
        _appearing(Path(target), info.path) as part,
        av.open(os.fspath(part), "w", format="mp4", options={"movflags": "+faststart"}) as output,
    ):
        sinks = _sinks(media, output, info, draw, options)
        if not sinks:
            raise MediaFormatError(f"{shown(source)} has neither picture nor sound")
        for reached in _pump(media, output, sinks, options):
            if on_progress:
                on_progress(reached)
        if all(sink.reached is None for sink in sinks.values()):
            raise MediaDamagedError(f"nothing in {shown(source)} could be decoded; copy it again")


@contextmanager
def _open_before(
    source: str | os.PathLike[str], options: WriteOptions
) -> Generator[InputContainer]:
    """Open a file at a key frame before the span; where none is found, at the beginning."""
    with open_media(source, options.limits) as media:
        stream = choose_video(media) or choose_audio(media, options.audio_track, source)
        if not stream or seek_before(media, stream, origin_of(media), options.start):
            yield media
            return
    with open_media(source, options.limits) as media:
        yield media


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
        sinks[audio.index] = CopySink(audio, output, origin, options)
    elif audio:
        sinks[audio.index] = AacSink(audio, AudioDecoder(origin, limits), output, options)
    return sinks


def _pump(
    media: InputContainer, output: Output, sinks: dict[int, Sink], options: WriteOptions
) -> Iterator[float]:
    """Drive every packet through its sink to the output; yield the time reached."""
    streams, origin = [media.streams[index] for index in sinks], origin_of(media)
    for packet in read_packets(media, streams, options.limits.max_consecutive_errors):
        sink, time = sinks[packet.stream.index], packet_time(packet, origin)
        for written in sink.push(packet):
            output.mux(written)
        yield max(0.0, float(sink.reached or 0))
        if time is not None and is_past(options.end, time, (s.reached for s in sinks.values())):
            break
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
