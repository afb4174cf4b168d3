import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from emoarc.errors import OptionError
from emoarc.evaluate import accuracy, age_band, bootstrap_interval, group_table, uar


def test_each_group_is_measured_by_itself_and_the_unknown_one_comes_last() -> None:
    generator = np.random.default_rng(0)
    speakers = np.array([f"s{i:02d}" for i in range(24)] * 20)
    # Of the speakers ten are female, nine male, and of five the corpus does not say.
    groups = np.array((["male"] * 9 + ["female"] * 10 + [""] * 5) * 20)
    truth = generator.integers(0, 3, 480)
    right = generator.random(480) < np.where(groups == "female", 0.9, 0.5)
    predicted = np.where(right, truth, (truth + 1) % 3)

    table = group_table(truth, predicted, groups, speakers)
    assert [row.group for row in table] == ["female", "male", ""]
    assert [row.items for row in table] == [200, 180, 100]
    assert [row.speakers for row in table] == [10, 9, 5]
    assert [row.classes for row in table] == [3, 3, 3]
    for row in table:
        part = groups == row.group
        assert row.accuracy.value == accuracy(truth[part], predicted[part])
        assert row.uar.value == uar(truth[part], predicted[part])
    female, male, unknown = table
    assert male.accuracy.high < female.accuracy.low <= female.accuracy.value
    assert np.isnan([unknown.accuracy.low, unknown.uar.high]).all()  # fewer than eight speakers
    part = groups == "male"
    drawn = bootstrap_interval(
        lambda items: accuracy(truth[part][items], predicted[part][items]), speakers[part]
    )
    assert male.accuracy == drawn


def test_a_corpus_that_names_nobody_has_figures_without_bounds() -> None:
    truth = np.array([0, 1, 1, 0])
    (row,) = group_table(truth, np.array([0, 1, 0, 0]), np.array(["en"] * 4), np.array([""] * 4))
    assert (row.items, row.speakers, row.accuracy.value) == (4, 0, 0.75)
    assert np.isnan(row.accuracy.low)


def test_no_items_give_no_rows() -> None:
    none, nobody = np.zeros(0, np.int64), np.zeros(0, np.str_)
    assert group_table(none, none, nobody, nobody) == []


def test_columns_must_be_of_one_length() -> None:
    truth, names = np.array([0, 1]), np.array(["a", "b"])
    with pytest.raises(OptionError, match="2 true classes beside 1 groups"):
        group_table(truth, truth, names[:1], names)
    with pytest.raises(OptionError, match="2 true classes beside 1 speakers"):
        group_table(truth, truth, names, names[:1])


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "under 18"),
        (17.9, "under 18"),
        (18, "18-29"),
        (29.9, "18-29"),
        (30, "30-44"),
        (45, "45-59"),
        (60, "60+"),
        (101, "60+"),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_ages_fall_into_bands(age: float | None, band: str) -> None:
    assert age_band(age) == band


def test_the_actors_of_cremad_fall_into_the_bands_as_documented(shared: Path) -> None:
    people = shared / "corpora/cremad/VideoDemographics.csv"
    if not people.exists():
        pytest.skip("needs CREMA-D")
    with people.open(encoding="utf-8-sig", newline="") as rows:
        bands = Counter(age_band(float(row["Age"])) for row in csv.DictReader(rows))
    assert bands == {"18-29": 34, "30-44": 32, "45-59": 19, "60+": 6}


def test_an_age_below_zero_is_refused() -> None:
    with pytest.raises(OptionError, match="age -1"):
        age_band(-1)
