"""Sound keeps its time and its level."""

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.media._audio import Downmix, MonoStream, Stitcher
from emoarc.types import SAMPLING_RATE


def frame_of(signal: np.ndarray, rate: int = 16_000, layout: str = "mono") -> av.AudioFrame:
    """A frame of shape (channels, n), or (n,) for mono."""
    interleaved = np.atleast_2d(signal).T.reshape(1, -1).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout=layout)
    frame.sample_rate = rate
    return frame


def mono(times_and_frames, start=Fraction(0), end=None):
    stream = MonoStream(start, end)
    chunks = [chunk for time, frame in times_and_frames for chunk in stream.push(frame, time)]
    return chunks + list(stream.flush()), stream


def sine(rate: int, seconds: float = 1.0, frequency: float = 300.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_resampling_keeps_level_phase_and_length(rate):
    chunks, _ = mono([(Fraction(0), frame_of(sine(rate), rate))])
    signal = np.concatenate([chunk.samples for chunk in chunks])
    assert abs(len(signal) - SAMPLING_RATE) <= 1
    middle = slice(1_000, 15_000)
    assert np.abs(signal[middle] - sine(SAMPLING_RATE)[middle]).max() < 2e-3


@given(sizes=st.lists(st.integers(1, 3_000), min_size=1, max_size=20))
def test_the_samples_do_not_depend_on_how_frames_are_cut(sizes):
    signal = np.random.default_rng(0).uniform(-0.5, 0.5, sum(sizes))
    edges = np.cumsum([0, *sizes])
    frames = [(Fraction(int(a), 16_000), frame_of(signal[a:b])) for a, b in pairwise(edges)]
    chunks, _ = mono(frames)
    heard = np.concatenate([chunk.samples for chunk in chunks])
    np.testing.assert_allclose(heard, signal, atol=1e-6)
    times = [chunk.time for chunk in chunks]
    lengths = np.cumsum([0, *(len(chunk.samples) for chunk in chunks)])[:-1]
    np.testing.assert_allclose(times, lengths / 16_000, atol=1e-9)


def test_jitter_leaves_the_samples_unbroken():
    rng = np.random.default_rng(1)
    jitter = [Fraction(int(rng.integers(-30, 30)), 1_000) for _ in range(50)]
    frames = [
        (Fraction(i, 50) + (jitter[i] if i else 0), frame_of(np.full(320, 0.1))) for i in range(50)
    ]
    chunks, stream = mono(frames)
    assert sum(len(chunk.samples) for chunk in chunks) == 16_000
    assert stream.stitcher.dropped == 0
    assert chunks[-1].time + len(chunks[-1].samples) / 16_000 == pytest.approx(1.0)


def test_a_slow_drift_does_not_add_up():
    """A recorder whose clock is 1 % off: timestamps win over counting."""
    frames = [(Fraction(i * 101, 100 * 50), frame_of(np.full(320, 0.1))) for i in range(1_000)]
    chunks, _ = mono(frames)
    end = chunks[-1].time + len(chunks[-1].samples) / 16_000
    assert end == pytest.approx(20.2, abs=0.05)


def test_a_gap_keeps_its_time():
    chunks, _ = mono([(Fraction(0), frame_of(np.full(1_600, 0.1))),
                      (Fraction(5), frame_of(np.full(1_600, 0.2)))])  # fmt: skip
    assert [chunk.time for chunk in chunks] == [0.0, 5.0]
    assert [len(chunk.samples) for chunk in chunks] == [1_600, 1_600]


def test_frames_that_run_backwards_are_left_out_and_counted():
    frames = [
        (Fraction(t), frame_of(np.full(16_000, v))) for t, v in ((0, 0.1), (0, 0.2), (1, 0.3))
    ]
    chunks, stream = mono(frames)
    heard = np.concatenate([chunk.samples for chunk in chunks])
    assert stream.stitcher.dropped == 1
    np.testing.assert_allclose(heard[[8_000, 24_000]], [0.1, 0.3], atol=1e-6)


@given(
    times=st.lists(st.fractions(-2, 20), min_size=1, max_size=30),
    lengths=st.lists(st.integers(1, 2_000), min_size=30, max_size=30),
)
def test_chunks_never_overlap_nor_run_backwards(times, lengths):
    frames = [(time, frame_of(np.zeros(n))) for time, n in zip(times, lengths, strict=False)]
    chunks, _ = mono(frames)
    for before, after in pairwise(chunks):
        assert after.time >= before.time + len(before.samples) / 16_000 - 1e-9
    assert all(chunk.time >= 0 and len(chunk.samples) for chunk in chunks)


def test_a_frame_without_a_time_follows_the_one_before():
    chunks, _ = mono([(Fraction(3), frame_of(np.zeros(1_600))), (None, frame_of(np.zeros(1_600)))])
    assert chunks[0].time == 3.0
    assert sum(len(chunk.samples) for chunk in chunks) == 3_200


def test_a_change_of_rate_in_the_middle_is_followed():
    chunks, _ = mono([
        (Fraction(0), frame_of(sine(16_000), 16_000)),
        (Fraction(1), frame_of(sine(48_000), 48_000)),
    ])  # fmt: skip
    heard = np.concatenate([chunk.samples for chunk in chunks])
    assert abs(len(heard) - 32_000) <= 2
    np.testing.assert_allclose(heard[17_000:31_000], sine(16_000)[1_000:15_000], atol=2e-3)


def test_only_the_wanted_span_is_delivered():
    signal = np.linspace(-0.5, 0.5, 32_000)
    chunks, stream = mono([(Fraction(0), frame_of(signal))], Fraction(1, 2), Fraction(3, 2))
    assert chunks[0].time == 0.5
    assert stream.samples == 16_000
    np.testing.assert_allclose(chunks[0].samples, signal[8_000:24_000], atol=1e-6)


def test_what_is_not_a_number_becomes_silence_and_peaks_are_clipped():
    chunks, _ = mono([(Fraction(0), frame_of(np.array([np.nan, np.inf, -np.inf, 2.0, 0.5])))])
    assert chunks[0].samples.tolist() == [0.0, 1.0, -1.0, 1.0, 0.5]


STEREO = ("FL", "FR")
SURROUND = ("FL", "FR", "FC", "LFE", "BL", "BR")


@pytest.mark.parametrize("channels", [("FC",), STEREO, SURROUND])
@pytest.mark.parametrize("index", range(6))
def test_a_voice_on_one_channel_keeps_its_level(channels, index):
    if index >= len(channels) or channels[index] == "LFE":
        return
    planes = np.zeros((len(channels), 100), np.float32)
    planes[index] = 0.5
    np.testing.assert_allclose(Downmix(channels)(planes), 0.5)


def test_the_same_voice_on_all_channels_keeps_its_level():
    planes = np.full((6, 100), 0.5, np.float32)
    np.testing.assert_allclose(Downmix(SURROUND)(planes), 0.5, rtol=1e-6)


def test_faint_noise_on_the_other_channel_changes_nothing():
    planes = np.full((2, 100), 0.5, np.float32)
    planes[1] = 0.001
    np.testing.assert_allclose(Downmix(STEREO)(planes), 0.5)


def test_a_channel_once_heard_stays_in_the_mix():
    mix = Downmix(STEREO)
    left, both = np.zeros((2, 10), np.float32), np.full((2, 10), 0.5, np.float32)
    left[0] = 0.5
    assert [float(mix(planes)[0]) for planes in (left, both, left)] == [0.5, 0.5, 0.25]


def test_bass_effects_alone_are_still_something():
    np.testing.assert_allclose(Downmix(("LFE",) * 2)(np.full((2, 4), 0.25, np.float32)), 0.25)


def test_stitching_can_keep_the_rate_and_change_the_layout():
    stitcher = Stitcher(44_100, "stereo")
    frame = frame_of(sine(44_100), 44_100)
    pieces = [*stitcher.push(frame, Fraction(2)), *stitcher.flush()]
    assert {piece.planes.shape[0] for piece in pieces} == {2}
    assert sum(piece.planes.shape[1] for piece in pieces) == 44_100
    assert stitcher.reached == 3


@pytest.mark.parametrize("layout", ["5.1", "7.1", "hexadecagonal"])
def test_many_channels_are_mixed(layout):
    count = av.AudioLayout(layout).nb_channels
    signal = np.tile(sine(16_000), (count, 1))
    chunks, _ = mono([(Fraction(0), frame_of(signal, layout=layout))])
    np.testing.assert_allclose(
        np.concatenate([chunk.samples for chunk in chunks]), sine(16_000), atol=1e-6
    )
