"""One contract for every classical learner, and what each promises beyond it."""

import sys
from collections.abc import Callable

import numpy as np
import pytest

from emoarc.errors import OptionError

for module in ("torch", "lightgbm", "sklearn"):
    pytest.importorskip(module, reason="the extra `train` is not installed")

from emoarc.train._classical import (  # noqa: E402
    SVM,
    Learner,
    LightGBM,
    LightGBMOptions,
    Logistic,
    LogisticOptions,
    SVMOptions,
)
from emoarc.train._elm import ELM, ELMChain, ELMChainOptions, ELMOptions  # noqa: E402

LABELS = 4
LEARNERS: dict[str, Callable[[], Learner]] = {
    "lightgbm": lambda: LightGBM(LABELS, LightGBMOptions(trees=30, smallest_leaf=3, rate=0.2)),
    "svm": lambda: SVM(LABELS),
    "svm-linear": lambda: SVM(LABELS, SVMOptions(kernel="linear")),
    "logistic": lambda: Logistic(LABELS),
    "elm": lambda: ELM(LABELS, ELMOptions(hidden=60)),
    "elm-chain": lambda: ELMChain(
        LABELS, ELMChainOptions(first=ELMOptions(hidden=60), second=ELMOptions(hidden=20))
    ),
}


@pytest.fixture(params=LEARNERS)
def make(request: pytest.FixtureRequest) -> Callable[[], Learner]:
    return LEARNERS[request.param]


def clouds(
    classes: tuple[int, ...] = (1, 3), each: int = 60, seed: int = 0, apart: float = 3.0
) -> tuple[np.ndarray, np.ndarray]:
    """Clouds of unit width around places `apart` from each other, of the scale of raw features."""
    random = np.random.default_rng(seed)
    numbers = np.repeat(classes, each)
    places = np.random.default_rng(9).normal(0, apart, (LABELS, 6))
    features = (places[numbers] + random.normal(size=(len(numbers), 6))) * 50 + 1000
    return features.astype(np.float32), numbers


def test_clouds_are_told_apart_and_labels_keep_their_order(make: Callable[[], Learner]) -> None:
    learner = make()
    learner.fit(*clouds((0, 1, 2, 3)))
    features, classes = clouds((0, 1, 2, 3), seed=1)
    probabilities = learner.probabilities(features)
    assert probabilities.shape == (240, LABELS)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (probabilities.argmax(axis=1) == classes).mean() > 0.95


def test_a_class_that_training_lacked_has_no_probability(make: Callable[[], Learner]) -> None:
    learner = make()
    learner.fit(*clouds((1, 3)))
    features, classes = clouds((1, 3), seed=1)
    probabilities = learner.probabilities(features)
    assert (probabilities[:, [0, 2]] == 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (probabilities.argmax(axis=1) == classes).mean() > 0.95


def test_a_class_of_one_example_does_not_stop_it(make: Callable[[], Learner]) -> None:
    features, classes = clouds((0, 1, 3))
    learner = make()
    learner.fit(features[:121], classes[:121])
    probabilities = learner.probabilities(features)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (probabilities[:120].argmax(axis=1) == classes[:120]).mean() > 0.9


def test_examples_without_weight_teach_nothing(make: Callable[[], Learner]) -> None:
    features, classes = clouds((0, 1, 2))
    weights = (classes != 2).astype(float)
    partly, alone = make(), make()
    partly.fit(features, classes, weights)
    alone.fit(features[:120], classes[:120])
    np.testing.assert_allclose(partly.probabilities(features), alone.probabilities(features))


def test_weights_draw_the_border_towards_the_light_class(make: Callable[[], Learner]) -> None:
    features, classes = clouds((0, 1), each=100, apart=0.4)
    even, uneven = make(), make()
    even.fit(features, classes)
    uneven.fit(features, classes, np.where(classes == 1, 10.0, 1.0))
    assert uneven.probabilities(features)[:, 1].mean() > even.probabilities(features)[:, 1].mean()


def test_the_scale_of_the_weights_does_not_matter(make: Callable[[], Learner]) -> None:
    features, classes = clouds((0, 1), apart=0.4)
    one, thousandth = make(), make()
    one.fit(features, classes)
    thousandth.fit(features, classes, np.full(len(classes), 1e-3))
    np.testing.assert_allclose(
        one.probabilities(features), thousandth.probabilities(features), atol=1e-3
    )


def test_the_same_examples_give_the_same_learner(make: Callable[[], Learner]) -> None:
    features, classes = clouds((0, 1, 2), apart=1.0)
    first, second = make(), make()
    first.fit(features, classes)
    second.fit(features, classes)
    np.testing.assert_array_equal(first.probabilities(features), second.probabilities(features))


def test_a_feature_that_never_changes_does_no_harm(make: Callable[[], Learner]) -> None:
    features, classes = clouds()
    features[:, 2] = 0.1
    learner = make()
    learner.fit(features, classes)
    features[:, 2] = 5.0
    assert np.isfinite(learner.probabilities(features)).all()


def test_no_examples_get_no_probabilities(make: Callable[[], Learner]) -> None:
    learner = make()
    learner.fit(*clouds())
    assert learner.probabilities(np.empty((0, 6), np.float32)).shape == (0, LABELS)


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (lambda x, y, w: (x[:60], y[:60], w[:60]), "classes: 1 of 4 occur"),
        (lambda x, y, w: (x, y, w * (y == 1)), "classes: 1 of 4 occur"),
        (lambda x, y, w: (x[:0], y[:0], w[:0]), "features"),
        (lambda x, y, w: (x[:, 0], y, w), "features"),
        (lambda x, y, w: (x * np.nan, y, w), "not finite"),
        (lambda x, y, w: (x, y[:-1], w), "classes"),
        (lambda x, y, w: (x, y + 3, w), "0 to 3"),
        (lambda x, y, w: (x, y, w - 2), "weights"),
        (lambda x, y, w: (x, y, w[:-1]), "weights"),
    ],
)
def test_what_nothing_can_be_learnt_from_is_refused(
    make: Callable[[], Learner], change: Callable[..., tuple], about: str
) -> None:
    features, classes = clouds()
    with pytest.raises(OptionError, match=about) as caught:
        make().fit(*change(features, classes, np.ones(len(classes))))
    assert "\n" not in str(caught.value)


def test_questions_before_learning_and_of_another_width_are_refused(
    make: Callable[[], Learner],
) -> None:
    features, classes = clouds()
    learner = make()
    with pytest.raises(OptionError, match="fit it before"):
        learner.probabilities(features)
    learner.fit(features, classes)
    with pytest.raises(OptionError, match=r"expected \(n, 6\)"):
        learner.probabilities(features[:, :5])


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(OptionError, match=r"lightgbm is not installed.*emoarc\[train\]"):
        LightGBM(LABELS).fit(*clouds())
    with pytest.raises(OptionError, match=r"scikit-learn is not installed.*emoarc\[train\]"):
        Logistic(LABELS).fit(*clouds())


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (LightGBMOptions, {"trees": 0}),
        (LightGBMOptions, {"leaves": 1}),
        (LightGBMOptions, {"columns": 1.5}),
        (SVMOptions, {"cost": 0}),
        (SVMOptions, {"folds": 1}),
        (LogisticOptions, {"cost": -1}),
        (ELMOptions, {"hidden": 0}),
        (ELMOptions, {"ridge": 0}),
    ],
)
def test_options_that_cannot_be_are_refused(kind: type, values: dict[str, float]) -> None:
    with pytest.raises(OptionError, match=next(iter(values))):
        kind(**values)


def test_trees_are_the_same_on_one_thread_and_two() -> None:
    features, classes = clouds((0, 1, 2), apart=1.0)
    found = []
    for threads in (1, 2):
        learner = LightGBM(LABELS, LightGBMOptions(trees=20, columns=0.5, threads=threads))
        learner.fit(features, classes)
        found.append(learner.probabilities(features))
    np.testing.assert_array_equal(*found)


def test_an_elm_of_another_seed_is_another() -> None:
    features, classes = clouds((0, 1), apart=1.0)
    found = []
    for seed in (0, 1):
        learner = ELM(LABELS, ELMOptions(hidden=20, seed=seed))
        learner.fit(features, classes)
        found.append(learner.probabilities(features))
    assert not np.array_equal(*found)


def test_left_out_scores_are_those_of_machines_that_were_not_shown_the_example() -> None:
    features, classes = clouds((0, 1), each=12, apart=0.5)
    weights = np.linspace(0.5, 1.5, 24)
    features = (features - features.mean(0)) / features.std(0)
    whole = ELM(LABELS, ELMOptions(hidden=8, ridge=0.5))
    whole.fit(features, classes, weights)
    for out in range(0, 24, 5):
        others = weights.copy()
        others[out] = 1e-9  # not 0: left in, it still counts for the features' scale
        ridge = 0.5 * weights.mean() / others.mean()  # weights are brought to a mean of 1
        part = ELM(LABELS, ELMOptions(hidden=8, ridge=ridge))
        part.fit(features, classes, others)
        np.testing.assert_allclose(
            part.scores(features[[out]])[0], whole.left_out_scores[out], atol=1e-3
        )


def test_an_elm_is_no_surer_than_examples_left_out_allow() -> None:
    """Labels that are noise must not be learnt by heart, with as many units as examples."""
    random = np.random.default_rng(3)
    features, classes = random.normal(size=(200, 5)), random.integers(0, 2, 200)
    learner = ELM(2, ELMOptions(hidden=200, ridge=0.01))
    learner.fit(features, classes)
    assert learner.probabilities(random.normal(size=(200, 5))).max(axis=1).mean() < 0.75
