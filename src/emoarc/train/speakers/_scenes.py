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

from emoarc.audio import FRAME, SCENES, VoiceActivity
from emoarc.train._augment_signal import active_level, add_noise, add_reverb, change_gain, send
from emoarc.train.speakers._sounds import read_speech
from emoarc.types import SAMPLING_RATE

__all__ = ["Speech", "applause", "compose_scene", "crowd", "read_voices"]

Signal = NDArray[np.float32]
Activity = NDArray[np.bool_]

_LEVEL: Final = 0.05
"""RMS of speech as mixed, -26 dB of full scale."""
_RT60: Final = (0.15, 0.8)
"""Shortest and longest reverberation of the rooms, in seconds."""
_CLAP: Final = 0.006
"""Seconds in which a clap of hands decays to a third (Repp 1987, "The sound of two hands")."""
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


def compose_scene(
    voices: Sequence[Speech], noises: Sequence[Signal], frames: int, generator: Generator
) -> tuple[Signal, NDArray[np.int64]]:
    """Compose `frames` frames of sound, and tell of each which of `SCENES` it is.

    One voice or two in half of the scenes, the second 6 dB softer to 6 dB louder; a crowd in part
    of a third of them, at times far behind a voice, which then is still the one that is heard.
    """
    sound = np.zeros(frames * FRAME, np.float32)
    talking = np.zeros(frames, np.int64)
    names = generator.permutation(sorted({voice.speaker for voice in voices}))
    for name in names[: generator.choice(4, p=[0.1, 0.4, 0.45, 0.05])]:
        own = [voice for voice in voices if voice.speaker == name]
        track, activity = _talk(own, frames, generator)
        sound += track * np.float32(10 ** (generator.uniform(-3, 3) / 20))
        talking += activity
    truth = np.minimum(talking, _OVERLAP)
    if generator.random() < 0.35:
        sound, truth = _with_crowd(sound, truth, voices, generator)
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


def _with_crowd(
    sound: Signal, truth: NDArray[np.int64], voices: Sequence[Speech], generator: Generator
) -> tuple[Signal, NDArray[np.int64]]:
    """Let a crowd come and go: in place of whoever speaks, or far behind them."""
    frames = len(truth)
    start, end = np.sort(generator.integers(0, frames + 1, 2))
    if generator.random() < 0.3:
        start, end = 0, frames
    if start == end:
        return sound, truth
    noise, part = crowd(voices, (end - start) * FRAME, generator), slice(start * FRAME, end * FRAME)
    sound, truth = sound.copy(), truth.copy()
    if generator.random() < 0.35 and (truth[start:end] > 0).mean() > 0.5:
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
    from scipy.ndimage import binary_closing

    padded = np.pad(activity, 6, mode="edge")
    closed: Any = binary_closing(padded, np.ones(6, np.bool_))
    return closed[6:-6]
