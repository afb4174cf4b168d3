"""A whole sound track as one array."""

import numpy as np
import pytest

from emoarc.errors import MediaFormatError
from emoarc.media import read_audio


def test_the_array_is_the_signal(studio):
    signal = np.random.default_rng(0).uniform(-0.9, 0.9, (1, 40_000))
    path = studio.make("noise.wav", None, [studio.Sound(signal, codec="pcm_f32le")])
    np.testing.assert_allclose(read_audio(path), signal[0], atol=1e-6)


def test_late_starts_and_gaps_are_silent(studio):
    sound = studio.Sound(np.full((1, 32_000), 0.5), codec="pcm_f32le", start=0.5, gaps=[(1.0, 1.0)])
    path = studio.make("late.mkv", studio.Picture(), [sound])
    array = read_audio(path)
    assert len(array) == pytest.approx(0.5 * 16_000 + 48_000, abs=16)
    assert array[[4_000, 12_000, 32_000, 50_000]] == pytest.approx([0, 0.5, 0, 0.5], abs=1e-3)


def test_a_silent_film_has_no_sound(studio):
    with pytest.raises(MediaFormatError, match="holds no sound"):
        read_audio(studio.make("silent.mp4", studio.Picture()))
