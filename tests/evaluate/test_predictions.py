import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.corpora import Clip, Manifest
from emoarc.errors import OptionError
from emoarc.evaluate import Predictions, accuracy, evaluation_figures, read_predictions, softmax

LABELS = ("anger", "joy, of a kind", "sadness")
WORDS = st.text(st.characters(exclude_categories=("C", "Z")), max_size=8)
CLIPS = st.builds(
    Clip,
    file=WORDS.filter(lambda word: "/" not in word).map(lambda word: Path("some") / f"a{word}.ogg"),
    corpus=WORDS,
    kind=st.just("audio"),
    speaker=WORDS,
    start=st.sampled_from([0.0, 1.5]),
    end=st.sampled_from([None, 2.25]),
    sex=st.sampled_from(["female", "male", ""]),
    age=st.none() | st.integers(0, 110).map(float),
    language=st.sampled_from(["en", ""]),
)


def predictions_of(clips: list[Clip], seed: int = 0) -> Predictions:
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 3, len(clips))
    probabilities = softmax(generator.normal(size=(len(clips), 3)))
    folds = np.array([f"fold-{i % 2}" for i in range(len(clips))], np.str_)
    return Predictions.of(Manifest(tuple(clips)), LABELS, truth, probabilities, folds)


def people(count: int = 16, clips: int = 5) -> list[Clip]:
    """Clips of as many women as men, of every age, in one corpus and one language."""
    return [
        Clip(
            Path("wav") / f"{who}-{take}.wav",
            "mine",
            "audio",
            speaker=f"mine-{who}",
            sex="female" if who % 2 else "male",
            age=20.0 + 5 * who if who else None,
            language="de",
        )
        for who in range(count)
        for take in range(clips)
    ]


@given(clips=st.lists(CLIPS, max_size=12), seed=st.integers(0, 99))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, clips: list[Clip], seed: int
) -> None:
    path = tmp_path_factory.mktemp("round-trip") / "predictions.csv"
    predictions = predictions_of(clips, seed)
    predictions.write(path)
    again = read_predictions(path)
    assert again.labels == predictions.labels
    for name in ("truth", "folds", "file", "corpus", "speaker", "sex", "age", "language"):
        assert getattr(again, name).tolist() == getattr(predictions, name).tolist(), name
    assert np.allclose(again.probabilities, predictions.probabilities, rtol=1e-8)


def test_the_table_holds_all_that_the_figures_need(tmp_path: Path) -> None:
    predictions = predictions_of(people())
    predictions.write(tmp_path / "predictions.csv")
    assert read_predictions(tmp_path / "predictions.csv").figures() == predictions.figures()


def test_parts_of_one_file_and_files_of_one_name_keep_apart() -> None:
    clips = [
        Clip(Path("dev/dia0.mp4"), "meld", "audio"),
        Clip(Path("test/dia0.mp4"), "meld", "audio"),
        Clip(Path("test/dia0.mp4"), "meld", "audio", start=1.5, end=2.0),
    ]
    names = predictions_of(clips).file.tolist()
    assert names == ["dev/dia0.mp4", "test/dia0.mp4", "test/dia0.mp4#t=1.5"]


def test_figures_are_those_of_the_evaluation_and_a_table_per_known_grouping() -> None:
    predictions = predictions_of(people())
    figures = predictions.figures()
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    groups = figures.pop("groups")
    assert figures == evaluation_figures(
        LABELS,
        predictions.truth,
        predictions.probabilities,
        predictions.speaker,
        predictions.folds,
    )
    # One corpus and one language do not compare.
    assert list(groups) == ["sex", "age"]
    assert [row["group"] for row in groups["sex"]] == ["female", "male"]
    assert [row["group"] for row in groups["age"]] == ["18-29", "30-44", "45-59", "60+", ""]
    women = predictions.sex == "female"
    measured = accuracy(predictions.truth[women], predictions.predicted[women])
    assert groups["sex"][0]["accuracy"]["value"] == round(measured, 4)
    assert groups["sex"][0]["speakers"] == 8
    assert groups["age"][0]["accuracy"]["low"] is None


HEADS = "file,corpus,speaker,sex,age,language,fold,label,p_anger,p_joy"
ROW = "a/b.wav,mine,x,female,30,de,1,anger,0.75,0.25"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a table of predictions"),
        ("\0\0", "not a table of predictions"),
        ("file,label\nx,anger\n", "its columns are file, corpus"),
        (f"{HEADS}\n{ROW}\n{ROW},1\n", "row 3: 11 columns instead of 10"),
        (f"{HEADS}\n{ROW.replace('anger', 'fear')}\n", "label 'fear' has no column p_fear"),
        (f"{HEADS}\n{ROW.replace('0.25', 'much')}\n", "much"),
        (f"{HEADS}\n{ROW.replace('0.25', '0.95')}\n", "sum to 1"),
        (f"{HEADS}\n{ROW.replace('30', 'old')}\n", "old"),
        (f"{HEADS}\n{ROW.replace('30', '-3')}\n", "age -3"),
        (HEADS.replace("p_joy", "p_anger") + f"\n{ROW}\n", "twice"),
    ],
)
def test_a_bad_table_is_one_line_that_names_the_file(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "predictions.csv"
    path.write_text(text)
    with pytest.raises(OptionError) as caught:
        read_predictions(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_or_binary_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="cannot be read"):
        read_predictions(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OptionError, match="not a table"):
        read_predictions(tmp_path / "bytes.csv")
