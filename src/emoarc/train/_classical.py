"""Classical learners behind one small interface: gradient-boosted trees, SVM, logistic regression.

Extreme learning machines are in `_elm`. The libraries are imported where they are used; they come
with the extra `train`.
"""

import importlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from emoarc.errors import OptionError
from emoarc.evaluate import softmax
from emoarc.train._checks import check_positive

__all__ = [
    "SVM",
    "Learner",
    "LightGBM",
    "LightGBMOptions",
    "Logistic",
    "LogisticOptions",
    "SVMOptions",
    "Scaler",
    "SubsetLearner",
    "import_extra",
]

Features = NDArray[np.floating[Any]]
Floats = NDArray[np.float64]
Classes = NDArray[np.integer[Any]]


class Learner(Protocol):
    """What learns classes from feature vectors."""

    def fit(self, features: Features, classes: Classes, weights: Floats | None = None) -> None:
        """Learn from features (n, d) and classes (n,), numbers from 0, weighted by weights (n,).

        Raises:
            OptionError: Nothing can be learnt from these.
        """
        ...

    def probabilities(self, features: Features) -> Floats:
        """Return probabilities (n, labels); a class that training lacked has 0.

        Raises:
            OptionError: The features are not of the width, or nothing has been learnt yet.
        """
        ...


class SubsetLearner(ABC):
    """A `Learner` for the classes that occur: checks the examples and puts back the other classes.

    A subclass learns from examples of positive weight, whose classes are numbered without gaps.
    """

    def __init__(self, labels: int) -> None:
        self.labels = labels
        self._present: Classes = np.empty(0, dtype=np.int64)
        self._width = 0

    def fit(self, features: Features, classes: Classes, weights: Floats | None = None) -> None:
        """Learn from examples, as `Learner.fit` says."""
        weights = np.ones(len(classes)) if weights is None else np.asarray(weights, np.float64)
        _check(features, classes, weights, self.labels)
        used = weights > 0
        present, index = np.unique(classes[used], return_inverse=True)
        if len(present) < 2:
            raise OptionError(
                f"classes: {len(present)} of {self.labels} occur among {int(used.sum())} examples"
                " of positive weight; a learner needs two, so add examples or another fold"
            )
        mean_one = weights[used] / weights[used].mean()
        self._fit(np.asarray(features[used], np.float64), index, mean_one)
        self._present, self._width = present, features.shape[1]

    def probabilities(self, features: Features) -> Floats:
        """Return probabilities (n, labels), as `Learner.probabilities` says."""
        self._check_width(features)
        out = np.zeros((len(features), self.labels))
        if len(features):
            out[:, self._present] = self._probabilities(np.asarray(features, np.float64))
        return out

    def _check_width(self, features: Features) -> None:
        if not self._width:
            raise OptionError(f"{type(self).__name__}: fit it before asking it anything")
        if features.ndim != 2 or features.shape[1] != self._width:
            raise OptionError(
                f"features: shape {features.shape} does not fit; expected (n, {self._width})"
            )

    @abstractmethod
    def _fit(self, features: Floats, classes: Classes, weights: Floats) -> None:
        """Learn; the weights are positive and their mean is 1."""

    @abstractmethod
    def _probabilities(self, features: Floats) -> Floats:
        """Return probabilities (n, present classes), n from 1 up."""


@dataclass(frozen=True)
class LightGBMOptions:
    """How trees are grown."""

    trees: int = 300
    """Rounds of boosting; each grows one tree per class."""
    leaves: int = 31
    """Of a tree, at most."""
    rate: float = 0.05
    """Share of each tree's advice that is taken (the learning rate)."""
    smallest_leaf: int = 20
    """Examples a leaf must hold."""
    columns: float = 1.0
    """Share of the features each tree may look at."""
    ridge: float = 0.0
    """Penalty on the squares of the leaves' values."""
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        check_positive(
            trees=self.trees,
            rate=self.rate,
            smallest_leaf=self.smallest_leaf,
            columns=self.columns,
            threads=self.threads,
        )
        if self.leaves < 2 or self.columns > 1 or self.ridge < 0:
            raise OptionError("leaves: from 2 up; columns: at most 1; ridge: not below 0")


class LightGBM(SubsetLearner):
    """Gradient-boosted trees: Ke et al. 2017, "LightGBM", and Keropyan's learner of 2021."""

    def __init__(self, labels: int, options: LightGBMOptions | None = None) -> None:
        super().__init__(labels)
        self.options = options or LightGBMOptions()
        self._booster: Any = None

    def _fit(self, features: Floats, classes: Classes, weights: Floats) -> None:
        lightgbm = import_extra("lightgbm")
        data = lightgbm.Dataset(features, classes, weight=weights)
        options = self.options
        parameters = {
            "objective": "multiclass",
            "num_class": int(classes.max()) + 1,
            "num_leaves": options.leaves,
            "learning_rate": options.rate,
            "min_data_in_leaf": options.smallest_leaf,
            "feature_fraction": options.columns,
            "lambda_l2": options.ridge,
            "seed": options.seed,
            "num_threads": options.threads,
            "deterministic": True,
            "force_col_wise": True,  # the library's advice wherever `deterministic` is wanted
            "verbosity": -1,
        }
        self._booster = lightgbm.train(parameters, data, num_boost_round=options.trees)

    def _probabilities(self, features: Floats) -> Floats:
        return self._booster.predict(features, num_threads=self.options.threads)


@dataclass(frozen=True)
class SVMOptions:
    """How a support vector machine is fitted."""

    cost: float = 1.0
    """Of an example on the wrong side (C)."""
    kernel: Literal["rbf", "linear"] = "rbf"
    gamma: float = 0.0
    """Of the kernel exp(-gamma |x-y|^2); 0 stands for 1 / the number of features."""
    folds: int = 3
    """Parts of the examples that are left out in turn to learn what the distances are worth."""

    def __post_init__(self) -> None:
        check_positive(cost=self.cost)
        if self.folds < 2 or self.gamma < 0:
            raise OptionError("folds: from 2 up; gamma: not below 0")


class SVM(SubsetLearner):
    """A support vector machine on standardised features, with probabilities by Platt's sigmoids.

    The sigmoids are fitted to distances of examples left out (Platt 1999), stratified, in order.
    Where a class has a single example nothing can be left out, and the distances' softmax serves.
    """

    def __init__(self, labels: int, options: SVMOptions | None = None) -> None:
        super().__init__(labels)
        self.options = options or SVMOptions()
        self._scaler = Scaler()
        self._machine: Any = None
        self._calibrated = False

    def _fit(self, features: Floats, classes: Classes, weights: Floats) -> None:
        svm, calibration = import_extra("sklearn.svm"), import_extra("sklearn.calibration")
        scaled = self._scaler.fit(features)
        options = self.options
        machine = svm.SVC(C=options.cost, kernel=options.kernel, gamma=options.gamma or "auto")
        folds = min(options.folds, int(np.bincount(classes).min()))
        self._calibrated = folds > 1
        if self._calibrated:
            machine = calibration.CalibratedClassifierCV(machine, cv=folds, ensemble=False)
        self._machine = machine.fit(scaled, classes, sample_weight=weights)

    def _probabilities(self, features: Floats) -> Floats:
        scaled = self._scaler(features)
        if self._calibrated:
            return self._machine.predict_proba(scaled)
        distances: Floats = self._machine.decision_function(scaled)
        if distances.ndim == 1:  # of two classes, scikit-learn gives the second's only
            distances = np.stack([-distances, distances], axis=1)
        return softmax(distances)


@dataclass(frozen=True)
class LogisticOptions:
    """How a logistic regression is fitted."""

    cost: float = 1.0
    """Of errors against the squares of the weights (C)."""
    iterations: int = 2000
    """At most."""

    def __post_init__(self) -> None:
        check_positive(cost=self.cost, iterations=self.iterations)


class Logistic(SubsetLearner):
    """Multinomial logistic regression on standardised features."""

    def __init__(self, labels: int, options: LogisticOptions | None = None) -> None:
        super().__init__(labels)
        self.options = options or LogisticOptions()
        self._scaler = Scaler()
        self._regression: Any = None

    def _fit(self, features: Floats, classes: Classes, weights: Floats) -> None:
        linear = import_extra("sklearn.linear_model")
        regression = linear.LogisticRegression(
            C=self.options.cost, max_iter=self.options.iterations
        )
        scaled = self._scaler.fit(features)
        self._regression = regression.fit(scaled, classes, sample_weight=weights)

    def _probabilities(self, features: Floats) -> Floats:
        return self._regression.predict_proba(self._scaler(features))


class Scaler:
    """Brings features to mean 0 and deviation 1; a constant one to 0."""

    def fit(self, features: Floats) -> Floats:
        """Learn the means and deviations of `features`, and return these scaled."""
        self.mean, deviation = features.mean(axis=0), features.std(axis=0)
        self.deviation = np.where(deviation > 1e-12 * np.abs(self.mean), deviation, 1.0)
        return self(features)

    def __call__(self, features: Floats) -> Floats:
        return (features - self.mean) / self.deviation


def import_extra(name: str) -> ModuleType:
    """Import a module of the extra `train`.

    Raises:
        OptionError: It is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = {"sklearn": "scikit-learn"}.get(name.split(".")[0], name)
        raise OptionError(
            f"{package} is not installed; install it with: pip install 'emoarc[train]'"
        ) from error


def _check(features: Features, classes: Classes, weights: Floats, labels: int) -> None:
    """Refuse examples nothing can be learnt from."""
    if features.ndim != 2 or not features.size:
        raise OptionError(f"features: shape {features.shape}; need (n, d), at least one of each")
    if classes.shape != (len(features),) or weights.shape != classes.shape:
        raise OptionError(
            f"classes: {len(features)} examples have {len(classes)} classes, {len(weights)} weights"
        )
    if classes.min() < 0 or classes.max() >= labels:
        raise OptionError(f"classes: must be numbers from 0 to {labels - 1}")
    if not np.isfinite(features).all():
        raise OptionError("features: some are not finite; mend or leave out those examples")
    if not np.isfinite(weights).all() or weights.min() < 0:
        raise OptionError("weights: must be finite and not below 0")
