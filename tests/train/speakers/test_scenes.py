import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.audio import FRAME, SCENES
from emoarc.train.speakers._scenes import Speech, applause, audible, compose_scene, crowd

RATE = 16_000
NONE, SPEECH, OVERLAP, CROWD = range(len(SCENES))


def voices(count: int = 6) -> list[Speech]:
    """Tones that stand for people, who pause in the middle."""
    activity = np.ones(40, bool)
    activity[18:24] = False
    times = np.arange(40 * FRAME) / RATE
    tones = [np.sin(2 * np.pi * 100 * (n + 1) * times) for n in range(count)]
    spoken = np.repeat(activity, FRAME)
    return [
        Speech(f"a-{n}", (tone * spoken).astype(np.float32), activity)
        for n, tone in enumerate(tones)
    ]


def test_every_frame_of_a_scene_has_its_truth() -> None:
    generator = np.random.default_rng(0)
    noise = [generator.normal(0, 0.1, RATE).astype(np.float32)]
    crowds = [crowd(voices(), 100 * FRAME, generator) for _ in range(3)]
    scenes = [compose_scene(voices(), crowds, noise, 100, generator) for _ in range(40)]
    for sound, truth in scenes:
        assert sound.shape == (100 * FRAME,)
        assert truth.shape == (100,)
        assert np.isfinite(sound).all()
    shares = np.bincount(np.concatenate([truth for _, truth in scenes]), minlength=4) / 4000
    assert shares.min() > 0.03
    assert shares[SPEECH] == shares.max()


def test_overlap_is_where_two_speak() -> None:
    """Without noise a frame of nobody is silent, and one of two louder than one of one."""
    generator = np.random.default_rng(3)
    powers: dict[int, list[float]] = {n: [] for n in range(4)}
    crowds = [crowd(voices(), 100 * FRAME, generator) for _ in range(3)]
    for _ in range(60):
        sound, truth = compose_scene(voices(), crowds, [np.zeros(RATE, np.float32)], 100, generator)
        level = np.sqrt(np.mean(sound**2)) or 1.0
        frames = np.square(sound / level).reshape(100, FRAME).mean(axis=1)
        for label in range(4):
            powers[label] += frames[truth == label].tolist()
    medians = [np.median(powers[label]) for label in (NONE, SPEECH, OVERLAP)]
    assert medians == sorted(medians)
    assert medians[0] < 0.1 * medians[1]


def test_applause_is_dense_and_a_crowd_keeps_its_level() -> None:
    generator = np.random.default_rng(1)
    claps = applause(2 * RATE, generator)
    assert claps.shape == (2 * RATE,)
    spectrum = np.abs(np.fft.rfft(claps)) ** 2
    hertz = np.fft.rfftfreq(len(claps), 1 / RATE)
    assert spectrum[(hertz > 300) & (hertz < 5000)].sum() > 0.9 * spectrum.sum()
    for _ in range(4):
        level = np.sqrt(np.mean(crowd(voices(), RATE, generator) ** 2))
        assert 0.02 < level < 0.1


def test_a_voice_that_another_drowns_is_not_heard() -> None:
    generator = np.random.default_rng(2)
    tracks = generator.normal(0, 0.05, (2, 80 * FRAME)).astype(np.float32)
    tracks[1, : 40 * FRAME] *= 10 ** (-15 / 20)
    tracks[1, 40 * FRAME :] *= 10 ** (-25 / 20)
    activity = np.ones((2, 80), bool)
    heard = audible(tracks, activity)
    assert heard[0].all()
    assert heard[1, :38].all()
    assert not heard[1, 42:].any()
    activity[0, 60:] = False  # and is heard as soon as it is alone
    assert audible(tracks, activity)[1, 60:].all()
