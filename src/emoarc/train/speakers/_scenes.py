"""Scenes of one voice, of several, and of crowds, composed so that it is known what is heard when.

On samples: mono float32 at `SAMPLING_RATE`; speech activity is per frame of voice activity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import signal as scipy_signal
from scipy.ndimage import binary_closing

from emoarc.audio import FRAME, SCENES, VoiceActivity
from emoarc.train._augment_signal import active_level, add_noise, add_reverb, change_gain, send
from emoarc.train.speakers._sounds import read_speech
from emoarc.types import SAMPLING_RATE

__all__ = ["Speech", "applause", "audible", "compose_scene", "crowd", "read_voices"]

Signal = NDArray[np.float32]
Activity = NDArray[np.bool_]

_LEVEL: Final = 0.05
"""RMS of speech as mixed, -26 dB of full scale."""
_RT60: Final = (0.15, 0.8)
"""Shortest and longest reverberation of the rooms, in seconds."""
_CLAP: Final = 0.006
"""Seconds in which a clap of hands decays to a third; our choice."""
_AUDIBLE: Final = 20.0
"""Decibels that a voice may lie below the loudest of those who speak with it, and still be heard;
our choice: words behind one other talker are still followed well below 0 dB (Brungart 2001,
"Informational and energetic masking effects in the perception of two simultaneous talkers")."""
_AROUND: Final = 5
"""Frames over which levels are compared: 0.16 s, about a syllable."""
_FADE: Final = FRAME // 2
"""Samples in which an excerpt rises and falls: 16 ms."""
_NONE, _SPEECH, _OVERLAP, _CROWD = range(len(SCENES))


@dataclass(frozen=True)
class Speech:
    """A recording of one person, and in which of its frames they speak."""

    speaker: str
    samples: Signal
    activity: Activity


def read_voices(files: Sequence[tuple[str, Path]]) -> list[Speech]:
    """Read recordings of speakers, whole frames of each."""
    voices: list[Speech] = []
    for speaker, file in files:
        samples = read_speech(file)
        samples = samples[: len(samples) // FRAME * FRAME]
        activity = _without_gaps(VoiceActivity().push(samples) >= 0.5)
        voices.append(Speech(speaker, samples, activity))
    return voices


def audible(tracks: Signal, activity: Activity) -> Activity:
    """Return who is heard when, of those who speak: no voice that another one drowns.

    Args:
        tracks: What reaches the microphone of each, shape (speakers, samples).
        activity: When each speaks, shape (speakers, frames); frames divide the samples evenly.
    """
    frames = activity.shape[1]
    size = round(tracks.shape[1] / frames)
    power = np.square(tracks[:, : frames * size]).reshape(len(tracks), frames, size).mean(axis=2)
    around = max(round(_AROUND * FRAME / size), 1)
    smooth = np.stack([np.convolve(row, np.ones(around), "same") for row in power])
    loudest = np.where(activity, smooth, 0).max(axis=0)
    return activity & (smooth >= loudest * 10 ** (-_AUDIBLE / 10))


def compose_scene(
    voices: Sequence[Speech],
    crowds: Sequence[Signal],
    noises: Sequence[Signal],
    frames: int,
    generator: Generator,
) -> tuple[Signal, NDArray[np.int64]]:
    """Compose `frames` frames of sound, and tell of each which of `SCENES` it is.

    Up to three people who talk with, into and over each other, up to 12 dB apart; a crowd, no
    shorter than `frames`, in part of a third of the scenes, at times far behind a voice, which
    then is still the one that is heard.
    """
    names = generator.permutation(sorted({voice.speaker for voice in voices}))
    names = names[: generator.choice(4, p=[0.05, 0.3, 0.5, 0.15])]
    cast = [[voice for voice in voices if voice.speaker == name] for name in names]
    sound, truth = np.zeros(frames * FRAME, np.float32), np.zeros(frames, np.int64)
    if cast:
        tracks, activity = _converse(cast, frames, generator)
        sound = tracks.sum(axis=0)
        truth = np.minimum(audible(tracks, activity).sum(axis=0), _OVERLAP)
    if generator.random() < 0.35:
        sound, truth = _with_crowd(sound, truth, crowds, generator)
    if generator.random() < 0.7:
        sound = add_noise(_audible(sound, generator), noises, (5.0, 35.0), generator)
    if generator.random() < 0.1:
        sound = send(sound, ("telephone",), generator)
    return change_gain(sound, (-20.0, 6.0), generator), truth


def crowd(voices: Sequence[Speech], samples: int, generator: Generator) -> Signal:
    """Return 4 to 9 people who talk at once, or people who applaud, or both, in a room."""
    kind = generator.integers(3)
    sound = np.zeros(samples, np.float32)
    if kind != 0:
        sound += _levelled(applause(samples, generator))
    if kind != 1:
        babble = np.zeros(samples, np.float32)
        for _ in range(generator.integers(4, 10)):
            track, _ = _talk(voices, samples // FRAME + 1, generator, longest_pause=0.3)
            babble += track[:samples] * np.float32(10 ** (generator.uniform(-3, 3) / 20))
        sound += _levelled(babble)
    return _levelled(sound)


def applause(samples: int, generator: Generator) -> Signal:
    """Return the clapping of 6 to 60 people, each with a pace and a tone of their own."""
    sound = np.zeros(samples, np.float32)
    kernel = np.exp(-np.arange(round(5 * _CLAP * SAMPLING_RATE)) / (_CLAP * SAMPLING_RATE))
    for _ in range(generator.integers(6, 61)):
        pace = generator.uniform(0.18, 0.4)
        times = np.cumsum(pace * generator.normal(1, 0.1, int(samples / SAMPLING_RATE / pace) + 2))
        places = ((times - generator.uniform(0, pace)) * SAMPLING_RATE).astype(np.intp)
        impulses = np.zeros(samples, np.float32)
        places = places[(places >= 0) & (places < samples)]
        impulses[places] = 10 ** (generator.normal(0, 3, len(places)) / 20)
        tone = generator.uniform(800, 2800) * np.array([0.6, 1.5]) / (SAMPLING_RATE / 2)
        burst = kernel * generator.standard_normal(len(kernel))
        filters = scipy_signal.butter(2, tone, "bandpass", output="sos")
        burst = scipy_signal.sosfilt(filters, burst) * 10 ** (generator.normal(0, 4) / 20)
        sound += scipy_signal.oaconvolve(impulses, burst)[:samples].astype(np.float32)
    return add_reverb(sound, (0.4, 1.5), generator)


def _talk(
    voices: Sequence[Speech], frames: int, generator: Generator, longest_pause: float = 1.5
) -> tuple[Signal, Activity]:
    """Let recordings follow each other with pauses, from any place on, in a room."""
    sound, activity = np.zeros(frames * FRAME, np.float32), np.zeros(frames, bool)
    frame = -int(generator.integers(60))
    while frame < frames:
        said = voices[int(generator.integers(len(voices)))]
        first, last = max(frame, 0), min(frame + len(said.activity), frames)
        if first < last:
            part = said.samples[(first - frame) * FRAME : (last - frame) * FRAME]
            sound[first * FRAME : last * FRAME] = _levelled(part)
            activity[first:last] = said.activity[first - frame : last - frame]
        pause = generator.uniform(0.1, longest_pause) * SAMPLING_RATE / FRAME
        frame = max(last, first) + round(float(pause)) if last > 0 else frame + len(said.activity)
    if generator.random() < 0.6:
        sound = add_reverb(sound, _RT60, generator)
    return sound, activity


def _converse(
    cast: Sequence[Sequence[Speech]], frames: int, generator: Generator
) -> tuple[Signal, Activity]:
    """Let people take turns, begin too early and throw words in; each in a place of their own."""
    tracks = np.zeros((len(cast), frames * FRAME), np.float32)
    activity = np.zeros((len(cast), frames), bool)
    speaker, at = int(generator.integers(len(cast))), -int(generator.integers(60))
    while at < frames:
        said = _excerpt(cast[speaker], generator)
        _place(said, at, tracks[speaker], activity[speaker])
        end = at + len(said.activity)
        other = int((speaker + generator.integers(1, len(cast))) % len(cast)) if cast[1:] else None
        if other is not None and generator.random() < 0.35:
            _place(_excerpt(cast[other], generator), int(generator.integers(at, end)),
                   tracks[other], activity[other])  # fmt: skip
        at = end + int(generator.integers(1, 32))
        if other is not None and generator.random() < 0.7:
            speaker = other
            if generator.random() < 0.55:
                at = max(end - int(generator.integers(6, 60)), end - len(said.activity) + 1)
    for track in tracks:
        heard = add_reverb(track, _RT60, generator) if generator.random() < 0.6 else track
        track[:] = heard * np.float32(10 ** (generator.uniform(-6, 6) / 20))
    return tracks, activity


def _excerpt(voices: Sequence[Speech], generator: Generator) -> Speech:
    """Return one of the recordings at a common level or, of half of them, a piece of 0.4 to 2 s."""
    said = voices[int(generator.integers(len(voices)))]
    length = len(said.activity)
    if generator.random() < 0.5:
        length = min(length, int(generator.integers(12, 64)))
    start = int(generator.integers(len(said.activity) - length + 1))
    sound = _levelled(said.samples)[start * FRAME : (start + length) * FRAME].copy()
    fade = np.linspace(0, 1, _FADE, dtype=np.float32)
    sound[:_FADE] *= fade
    sound[-_FADE:] *= fade[::-1]
    return Speech(said.speaker, sound, said.activity[start : start + length])


def _place(said: Speech, frame: int, track: Signal, activity: Activity) -> None:
    """Put a recording at a frame of a speaker's track, as much of it as fits."""
    first, last = max(frame, 0), min(frame + len(said.activity), len(activity))
    if first < last:
        here, heard = slice(first * FRAME, last * FRAME), slice(first - frame, last - frame)
        track[here] += said.samples[heard.start * FRAME : heard.stop * FRAME]
        activity[first:last] |= said.activity[heard]


def _with_crowd(
    sound: Signal, truth: NDArray[np.int64], crowds: Sequence[Signal], generator: Generator
) -> tuple[Signal, NDArray[np.int64]]:
    """Let a crowd come and go: in place of whoever speaks, or far behind them."""
    frames = len(truth)
    start, end = np.sort(generator.integers(0, frames + 1, 2))
    if generator.random() < 0.3:
        start, end = 0, frames
    part = slice(start * FRAME, end * FRAME)
    noise = crowds[int(generator.integers(len(crowds)))][: part.stop - part.start]
    sound, truth = sound.copy(), truth.copy()
    if generator.random() < 0.35 and (truth[start:end] > 0).sum() > (end - start) / 2:
        sound[part] += noise * np.float32(10 ** (-generator.uniform(5, 20) / 20))
        return sound, truth
    sound[part] = noise * np.float32(10 ** (generator.uniform(-6, 6) / 20))
    truth[start:end] = _CROWD
    return sound, truth


def _audible(sound: Signal, generator: Generator) -> Signal:
    """Return the sound; silence becomes a hiss, against which noise can be measured."""
    return sound if sound.any() else generator.normal(0, _LEVEL, len(sound)).astype(np.float32)


def _levelled(sound: Signal) -> Signal:
    level = active_level(sound) if len(sound) else 0.0
    return sound * np.float32(_LEVEL / level) if level else sound


def _without_gaps(activity: Activity) -> Activity:
    """Take silences of less than a fifth of a second for speech, as listeners do."""
    padded = np.pad(activity, 6, mode="edge")
    closed: Any = binary_closing(padded, np.ones(6, np.bool_))
    return closed[6:-6]
