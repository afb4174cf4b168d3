"""How much of a file was decoded, and what went wrong."""

from dataclasses import dataclass

__all__ = ["Coverage", "Damage", "StreamCoverage"]


@dataclass(slots=True)
class Damage:
    """What went wrong in one stream, counted while it is decoded."""

    packets: int = 0
    """Packets that could not be decoded."""
    concealed: int = 0
    """Frames the decoder patched up."""
    dropped: int = 0
    """Frames left out because their time is missing or runs backwards."""
    abandoned: bool = False
    """Whether the stream was given up after too many errors in a row."""


@dataclass(frozen=True, slots=True)
class StreamCoverage:
    """How much of one stream was decoded."""

    kind: str
    """`video` or `audio`."""
    reached: float
    """The end of the last frame decoded, in seconds from the media's zero."""
    fraction: float | None
    """Of the wanted span, how far decoding reached, in [0, 1]; None where the container does not
    tell the stream's length."""
    damage: Damage


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was decoded, against what the file declares."""

    declared: float | None
    """Seconds of the wanted span; None where the file tells no duration."""
    video_frames: int
    """Frames delivered."""
    audio_seconds: float
    """Sound delivered."""
    fraction: float | None
    """Of the wanted span, how far decoding reached, in [0, 1]: that of the stream that fell most
    short. None where the file tells no duration."""
    streams: tuple[StreamCoverage, ...]

    @property
    def damaged_packets(self) -> int:
        """Over all streams."""
        return sum(each.damage.packets for each in self.streams)

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence for each thing a user should know; empty if all went well."""
        return tuple(_describe(self))


_COMPLETE = 0.95
"""The fraction from which a file counts as read to its end; headers are that imprecise."""


def _describe(coverage: Coverage) -> list[str]:
    found: list[str] = []
    if coverage.fraction is not None and coverage.fraction < _COMPLETE:
        found.append(f"only {coverage.fraction:.0%} of the declared duration could be read")
    for stream in coverage.streams:
        kind, damage = stream.kind, stream.damage
        if damage.packets or damage.concealed:
            found.append(
                f"the {kind} is damaged: {damage.packets} packets could not be decoded, "
                f"{damage.concealed} frames were patched up"
            )
        if damage.dropped:
            found.append(
                f"{damage.dropped} {kind} frames were left out: their timestamps are missing or "
                "run backwards"
            )
        if damage.abandoned:
            found.append(f"the {kind} was given up at {stream.reached:.2f} s: too much damage")
    return found
