"""Reading a file for analysis: one pass, sound and picture side by side."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from typing import Self

from av.packet import Packet
from av.stream import Discard, Stream

from emoarc.errors import LimitError, MediaDamagedError
from emoarc.media._coverage import Coverage, StreamCoverage
from emoarc.media._decode import read_packets
from emoarc.media._open import open_media, shown, translated
from emoarc.media._options import ReadOptions
from emoarc.media._probe import MediaInfo, choose_audio, choose_video, origin_of, probe
from emoarc.media._span import check_start, is_past, packet_time, seek_before
from emoarc.media._tracks import AudioTrack, VideoTrack
from emoarc.types import SAMPLING_RATE, AudioChunk, VideoFrame

__all__ = ["MediaReader"]


class MediaReader:
    """Reads one file in one pass; a context manager, iterated once.

    Yields `VideoFrame` and `AudioChunk` in the order they are decoded. Both count seconds from the
    start of the file's earliest stream; within each kind the times rise.

        with MediaReader("talk.mp4") as reader:
            for item in reader: ...
            print(reader.coverage)

    Raises:
        InputError: On entering, as `probe`; while iterating, when a limit is passed or nothing at
            all could be decoded. Lesser damage is counted in `coverage`.
        OptionError: There is no such audio track, or the start lies beyond the end of the file.
    """

    info: MediaInfo
    """What the file declares."""

    def __init__(self, path: str | os.PathLike[str], options: ReadOptions | None = None) -> None:
        self._path = path
        self._options = options or ReadOptions()
        self._stack = ExitStack()
        self._tracks: dict[int, VideoTrack | AudioTrack] = {}
        self._video: VideoTrack | None = None
        self._audio: AudioTrack | None = None
        self.position = 0.0
        """How far reading has come, in seconds from the media's zero."""

    def __enter__(self) -> Self:
        options = self._options
        self.info = probe(self._path, options.limits, options.audio_track)
        self._check_span()
        self._open()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def __iter__(self) -> Iterator[VideoFrame | AudioChunk]:
        with translated(self._path):
            for packet in self._packets():
                for item in self._tracks[packet.stream.index].push(packet):
                    self.position = max(self.position, item.time)
                    yield item
            for track in self._tracks.values():
                yield from track.flush()
        self._require_something()

    @property
    def coverage(self) -> Coverage:
        """What has been decoded so far; final once iteration has ended."""
        end = _earliest(self._options.end, self.info.duration)
        streams = tuple(self._stream_coverage(track) for track in self._tracks.values())
        fractions = [each.fraction for each in streams if each.fraction is not None]
        if not fractions and end is not None:
            fractions = [self._fraction(max((each.reached for each in streams), default=0.0), end)]
        return Coverage(
            declared=None if end is None else max(0.0, end - self._options.start),
            video_frames=self._video.frames if self._video else 0,
            audio_seconds=self._audio.samples / SAMPLING_RATE if self._audio else 0.0,
            fraction=min(fractions, default=None),
            streams=streams,
        )

    def _stream_coverage(self, track: VideoTrack | AudioTrack) -> StreamCoverage:
        declared = self.info.video if isinstance(track, VideoTrack) else self.info.audio
        reached = float(track.reached or 0)
        fraction = None
        if declared and declared.duration is not None:
            end = declared.start + declared.duration
            fraction = self._fraction(reached, min(end, self._options.end or end))
        return StreamCoverage(track.kind, reached, fraction, track.damage)

    def _fraction(self, reached: float, end: float) -> float:
        span = end - self._options.start
        return min(1.0, max(0.0, reached - self._options.start) / span) if span > 0 else 1.0

    def _open(self) -> None:
        """Open the file at its beginning, and the tracks that are wanted."""
        options = self._options
        with ExitStack() as stack:
            self._container = stack.enter_context(open_media(self._path, options.limits))
            self._origin = origin_of(self._container)
            self._open_tracks(options, self._origin)
            self._stack = stack.pop_all()

    def _open_tracks(self, options: ReadOptions, origin: Fraction) -> None:
        video = choose_video(self._container) if options.video else None
        if video:
            self._video = VideoTrack(video, origin, options, self._path)
            self._tracks[video.index] = self._video
        audio = choose_audio(self._container, options.audio_track, self._path)
        if audio and options.audio:
            self._audio = AudioTrack(audio, origin, options)
            self._tracks[audio.index] = self._audio
        for stream in self._container.streams:
            if stream.index not in self._tracks:
                stream.discard = Discard.all  # spares reading what nobody asked for

    def _packets(self) -> "Iterator[Packet[Stream]]":
        """Read from before the start until every track has passed the end."""
        if self._tracks:
            self._seek()
        streams = [track.stream for track in self._tracks.values()]
        errors = self._options.limits.max_consecutive_errors
        for packet in read_packets(self._container, streams, errors) if streams else ():
            yield packet
            if self._ended(packet):
                return

    def _seek(self) -> None:
        """Go to a key frame before the start; where none is found, to the beginning."""
        stream = next(iter(self._tracks.values())).stream
        if not seek_before(self._container, stream, self._origin, self._options.start):
            self._stack.close()
            self._open()

    def _ended(self, packet: "Packet[Stream]") -> bool:
        if all(track.damage.abandoned for track in self._tracks.values()):
            return True
        time = packet_time(packet, self._origin)
        if time is None:
            return False
        self._check_duration(float(time))
        return is_past(self._options.end, time, (track.reached for track in self._tracks.values()))

    def _check_span(self) -> None:
        check_start(self._options.start, self.info)
        end = _earliest(self._options.end, self.info.duration)
        if end is not None:
            self._check_duration(end)

    def _check_duration(self, time: float) -> None:
        if time - self._options.start > self._options.limits.max_duration:
            raise LimitError(
                f"{shown(self._path)} is longer than the limit of "
                f"{self._options.limits.max_duration:g} s; choose a part by start and end"
            )

    def _require_something(self) -> None:
        damaged = any(track.damage.packets for track in self._tracks.values())
        if damaged and all(track.reached is None for track in self._tracks.values()):
            raise MediaDamagedError(
                f"nothing in {shown(self._path)} could be decoded; check the file, or copy it again"
            )


def _earliest(time: float | None, other: float | None) -> float | None:
    return min((each for each in (time, other) if each is not None), default=None)
