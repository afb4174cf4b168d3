"""Media files in and out: probing and reading in one decode pass, and writing annotated video.

    with MediaReader("talk.mp4", ReadOptions(fps=10)) as reader:
        for item in prefetch(reader):  # VideoFrame or AudioChunk
            ...
        print(reader.coverage.fraction, *reader.coverage.warnings)

Times are seconds from the start of the file's earliest stream, taken from timestamps and never
from counting frames. Only local regular files of known formats are opened.
"""

from emoarc.media._coverage import Coverage, Damage, StreamCoverage
from emoarc.media._options import Limits, ReadOptions, WriteOptions
from emoarc.media._playable import is_browser_playable
from emoarc.media._prefetch import prefetch
from emoarc.media._probe import AudioStreamInfo, MediaInfo, VideoStreamInfo, probe
from emoarc.media._reader import MediaReader
from emoarc.media._sinks import Draw
from emoarc.media._sound import read_audio
from emoarc.media._write import transcode

__all__ = [
    "AudioStreamInfo",
    "Coverage",
    "Damage",
    "Draw",
    "Limits",
    "MediaInfo",
    "MediaReader",
    "ReadOptions",
    "StreamCoverage",
    "VideoStreamInfo",
    "WriteOptions",
    "is_browser_playable",
    "prefetch",
    "probe",
    "read_audio",
    "transcode",
]
