"""Media files in and out: probing and reading in one decode pass, and writing annotated video.

    with MediaReader("talk.mp4", ReadOptions(fps=10)) as reader:
        for item in prefetch(reader):  # VideoFrame or AudioChunk
            ...
        print(reader.coverage.fraction, *reader.coverage.warnings)

Times are seconds from the start of the file's earliest stream, taken from timestamps and never
from counting frames. Only local regular files of known formats are opened.
"""

from emoarc.media._coverage import Coverage, Damage, StreamCoverage
from emoarc.media._options import Limits, ReadOptions
from emoarc.media._prefetch import prefetch
from emoarc.media._probe import AudioStreamInfo, MediaInfo, VideoStreamInfo, probe
from emoarc.media._reader import MediaReader

__all__ = [
    "AudioStreamInfo",
    "Coverage",
    "Damage",
    "Limits",
    "MediaInfo",
    "MediaReader",
    "ReadOptions",
    "StreamCoverage",
    "VideoStreamInfo",
    "prefetch",
    "probe",
]
