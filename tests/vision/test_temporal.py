import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emoarc.errors import OptionError
from emoarc.labels import EMOTIONS
from emoarc.vision import (
    BaselineOptions,
    PersonBaseline,
    PersonBaselines,
    log_ratios,
    peak_mean,
)

NEUTRAL, SADNESS = EMOTIONS.index("neutral"), EMOTIONS.index("sadness")


def softmax(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


def restrained(emotion: int, strength: float = 1.0) -> np.ndarray:
    """Somebody who looks neutral whatever is shown, and shows it only a little."""
    scores = np.zeros(len(EMOTIONS))
    scores[NEUTRAL] += 3
    scores[emotion] += strength
    return softmax(scores)


rows = arrays(np.float64, len(EMOTIONS), elements=st.floats(1e-5, 1)).map(lambda x: x / x.sum())


@given(st.lists(rows, min_size=1, max_size=20), st.floats(0.01, 3), st.floats(0, 1))
def test_probabilities_stay_probabilities(
    given_rows: list[np.ndarray], seconds: float, quality: float
) -> None:
    baseline = PersonBaseline()
    for row in given_rows:
        out = baseline.push(row, seconds, quality)
        assert out.shape == (7,)
        assert out.dtype == np.float32
        assert out.min() >= 0
        assert out.sum() == pytest.approx(1, abs=1e-5)


def test_who_smiles_throughout_goes_on_smiling() -> None:
    baseline, smile = PersonBaseline(), np.full(len(EMOTIONS), 0.01)
    smile[EMOTIONS.index("happiness")] = 0.94
    for _ in range(600):
        answer = baseline.push(smile, 0.1)
    assert answer.argmax() == EMOTIONS.index("happiness")


@given(st.lists(rows, min_size=1, max_size=20))
def test_without_trust_faces_are_read_as_they_are(given_rows: list[np.ndarray]) -> None:
    baseline = PersonBaseline(BaselineOptions(most=0))
    for row in given_rows:
        np.testing.assert_allclose(baseline.push(row, 1.0), row, atol=1e-5)


def test_each_person_is_the_measure_of_their_own() -> None:
    both, alone = PersonBaselines(), PersonBaseline()
    for n in range(20):
        both.push(1, n * 0.1, restrained(SADNESS), 1.0)
        answer = both.push(2, n * 0.1, restrained(n % 7), 0.5)
        expected = alone.push(restrained(n % 7), 0.1 if n else 0.0, 0.5)
        np.testing.assert_allclose(answer, expected, rtol=1e-4)


def test_time_that_runs_back_counts_nothing() -> None:
    people = PersonBaselines()
    for time in (10.0, 10.1, 3.0, 3.1, 3.2):
        answer = people.push(1, time, restrained(SADNESS), 1.0)
        assert answer.argmax() == NEUTRAL
        assert answer.max() < 0.99


@given(rows)
def test_at_first_nothing_is_known_of_the_person(row: np.ndarray) -> None:
    np.testing.assert_allclose(PersonBaseline().push(row, 1e-6), row, atol=1e-3)


def test_restrained_expressions_are_told_apart_in_the_end() -> None:
    baseline = PersonBaseline()
    shown = [emotion for _ in range(10) for emotion in range(len(EMOTIONS))]
    answers = [baseline.push(restrained(emotion, 2.0), 2.0) for emotion in shown]
    assert restrained(SADNESS, 2.0).argmax() == NEUTRAL
    late = list(zip(shown, answers, strict=True))[35:]
    assert all(answer.argmax() == emotion for emotion, answer in late)


def test_it_is_causal() -> None:
    generator = np.random.default_rng(0)
    given_rows = generator.dirichlet(np.ones(7), 20)
    long, short = PersonBaseline(), PersonBaseline()
    answers = [long.push(row, 0.5) for row in given_rows]
    again = [short.push(row, 0.5) for row in given_rows[:10]]
    np.testing.assert_array_equal(answers[:10], again)


def test_poor_pictures_change_nothing() -> None:
    one, other = PersonBaseline(), PersonBaseline()
    one.push(restrained(SADNESS), 5.0, quality=0.0)
    row = restrained(NEUTRAL)
    np.testing.assert_allclose(one.push(row, 1.0), other.push(row, 1.0))


def test_with_rest_who_never_changes_is_neutral() -> None:
    baseline = PersonBaseline(BaselineOptions(rest=0.5))
    for _ in range(200):
        answer = baseline.push(restrained(SADNESS, strength=2.5), 1.0)
    assert answer.argmax() == NEUTRAL


@given(rows)
def test_log_ratios_are_centred_and_lose_nothing(row: np.ndarray) -> None:
    ratios = log_ratios(row)
    assert ratios.sum() == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(softmax(ratios), row, atol=1e-5)


def test_a_few_telling_frames_outweigh_many_that_tell_little() -> None:
    little, much = np.full(7, -0.1), np.full(7, -0.5)
    little[NEUTRAL], much[SADNESS] = 0.6, 3.0
    frames = np.stack([little] * 12 + [much] * 3)
    assert frames.mean(axis=0)[NEUTRAL] > 0
    assert peak_mean(frames).argmax() == SADNESS
    np.testing.assert_allclose(peak_mean(frames[:1]), frames[0])
    np.testing.assert_allclose(peak_mean(np.zeros((3, 7))), 0)


@pytest.mark.parametrize("options", [{"half": 0}, {"most": 1.5}, {"rest": -1}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(OptionError):
        BaselineOptions(**options)
