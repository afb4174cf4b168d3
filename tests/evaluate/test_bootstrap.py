import numpy as np
import pytest

from emoarc.evaluate import (
    FEWEST_GROUPS,
    bootstrap_interval,
    count_speakers,
    sampling_units,
    speaker_interval,
)


def test_bootstrap_over_speakers_is_wider_than_over_items() -> None:
    generator = np.random.default_rng(2)
    speakers = np.repeat(np.arange(10), 50)
    right = generator.random(500) < np.repeat(generator.uniform(0.3, 0.9, 10), 50)
    by_speaker = bootstrap_interval(lambda items: right[items].mean(), speakers)
    by_item = bootstrap_interval(lambda items: right[items].mean(), np.arange(500))
    assert by_speaker.value == by_item.value == right.mean()
    assert by_speaker.low < by_item.low < by_item.value < by_item.high < by_speaker.high


def test_bootstrap_of_one_group_is_a_point() -> None:
    values = np.array([0.0, 1.0, 1.0])
    interval = bootstrap_interval(lambda items: values[items].mean(), np.array(["a", "a", "a"]))
    assert interval.low == interval.value == interval.high == pytest.approx(2 / 3)


def test_bootstrap_covers_the_mean_as_often_as_promised() -> None:
    generator = np.random.default_rng(3)
    covered = 0
    for seed in range(100):
        sample = generator.normal(size=60)
        interval = bootstrap_interval(
            lambda items, sample=sample: sample[items].mean(),
            np.arange(60),
            resamples=200,
            seed=seed,
        )
        covered += interval.low < 0 < interval.high
    assert 85 <= covered <= 99


def test_every_draw_holds_whole_groups() -> None:
    groups = np.random.default_rng(4).choice(["a", "b", "c", "d"], 50)
    size = {name: int((groups == name).sum()) for name in groups}
    seen: list[np.ndarray] = []
    bootstrap_interval(lambda items: float(bool(seen.append(items))), groups, resamples=20)
    for items in seen:
        times = np.bincount(items, minlength=50)
        for name in size:
            assert len(set(times[groups == name])) == 1
        assert sum(times[groups == name][0] for name in size) == len(size)


def test_nothing_to_measure_is_nan() -> None:
    none = bootstrap_interval(lambda items: 1.0, np.zeros(0, np.int64))
    assert np.isnan([none.value, none.low, none.high]).all()
    unmeasured = bootstrap_interval(lambda items: float("nan"), np.arange(9))
    assert np.isnan([unmeasured.value, unmeasured.low, unmeasured.high]).all()


def test_items_of_nobody_known_are_drawn_one_by_one() -> None:
    speakers = np.array(["b", "", "a", "", "b"])
    units = sampling_units(speakers)
    assert units[0] == units[4]
    assert len(set(units.tolist())) == 4
    assert count_speakers(speakers) == 2
    assert len(sampling_units(np.zeros(0, np.str_))) == 0


@pytest.mark.parametrize("known", [0, FEWEST_GROUPS - 1, FEWEST_GROUPS])
def test_few_known_speakers_give_no_bounds(known: int) -> None:
    names = ["", *(f"s{i}" for i in range(known))]
    speakers = np.array([names[i % len(names)] for i in range(200)])
    values = np.random.default_rng(5).normal(size=200)
    interval = speaker_interval(lambda items: values[items].mean(), speakers)
    assert interval.value == values.mean()
    assert np.isnan(interval.low) == np.isnan(interval.high) == (known < FEWEST_GROUPS)
