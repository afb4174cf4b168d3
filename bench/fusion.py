"""Does fusion earn its place? Every rule, and every way to smooth over time, beside one modality.

`python bench/fusion.py --data ../shared -o docs/results/fusion.json` measures on validation data,
each fold with what was fitted to the others (`bench/fusion_fit.py`), and on the takes of RAVDESS
actor 01, on whose expression nothing was trained, calibrated or fitted, with what ships.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from emoarc import EMOTIONS
from emoarc.evaluate import bootstrap_interval, expected_calibration_error, interval, uar
from emoarc.files import write_text
from emoarc.fusion import (
    EXPERTS,
    RULES,
    Fitted,
    FusionOptions,
    FusionStage,
    combine,
    divergence,
    forward,
    forward_backward,
    load_fitted,
    smooth,
    smooth_rows,
)
from emoarc.timeline import Timeline
from emoarc.train._fusion_fit import Pairs, Track, leak
from emoarc.types import Expression
from fusion_data import (
    FOLDS,
    Readings,
    Recording,
    Take,
    compose,
    draw_pairs,
    join_pairs,
    read_takes,
)
from fusion_fit import fit, track

Floats = NDArray[np.float64]
Estimate = Callable[[Pairs, Fitted], Floats]

PAIRS = 120
"""Drawn in each fold for each emotion and kind of face."""
RECORDINGS = 16
"""Composed in each fold."""
DRAWS = 200
"""Of the truth, for the floor of the ECE."""
TOLERANCE = 0.5
"""Seconds by which a change may be missed."""

PROTOCOLS = {
    "validation": (
        "frames and windows of the same emotion paired at random; faces: six acted video clips "
        "(CREMA-D, one actor, six emotions) and pictures of FER+ Valid, half of the pairs of each "
        "emotion from either, surprise from pictures alone; voices: the voice recipe's held-out "
        "speakers of RAVDESS, EMO-DB and CREMA-D; four folds of speakers, clips and pictures, each "
        "measured with what was fitted to the other three; the temperatures of both experts, and "
        "the face's epoch, were chosen on the same speakers and pictures before, whatever the fold;"
        " which numbers the pool has was first chosen among nine sets on such folds, then changed "
        "as told of the takes; emotions balanced, but in the ECE, where surprise counts half; "
        "intervals over speakers, of the same faces"
    ),
    "ravdess_av": (
        "the 52 audio-visual takes of RAVDESS actor 01 (no calm), each analysed whole; a take's "
        "estimate is the mean of its rows, weighted by quality and length; a take in which nothing "
        "was found counts as wrong; no expert, rule or smoothing was trained, calibrated or fitted "
        "on this actor, but how lips tell who speaks was (attribution-fit.json): on ten of these "
        "takes, whatever they express; rules "
        "and smoothing were chosen by the validation data, though with these figures in view. That "
        "a face may hide what is expressed came into the pool after it had lost to the "
        "voice on these very takes, in place of a temperature and a bias of neutral that the "
        "validation data likes as well: take the pool's figure here as optimistic; "
        "intervals over takes; the floor of the ECE is what a perfectly calibrated model with "
        "these probabilities would show, by simulation"
    ),
    "time": (
        "composed recordings: twelve utterances of one held-out speaker in a row, pauses of 0.3 to "
        "2 s, one utterance in two keeping the emotion of the one before, the truth changing in "
        "the middle of a pause; beside them a face that shows a clip to and fro, or a picture, for "
        "each utterance; half of the recordings hold face and voice, a quarter the voice, a "
        "quarter the face; folds as above; boundaries match one to one within 0.5 s; intervals "
        "over speakers"
    ),
    "incongruence": (
        "frames and windows as for the validation, paired within and across emotions; hits and "
        "false alarms at rank 0.95, the ranks fitted to the other folds; intervals over speakers"
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the corpora")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/voice-expression.toml"))
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    readings = Readings.read(arguments.data, arguments.recipe)
    folds = [Fold.of(readings, number) for number in range(FOLDS)]
    takes = list(read_takes(arguments.data))
    result = {
        "protocols": PROTOCOLS,
        "validation": on_validation(folds),
        "ravdess_av": on_takes(takes),
        "time": over_time(folds),
        "incongruence": on_incongruence(folds),
        "fitted": {
            "pool": vars(load_fitted().pool),
            "hmm": vars(load_fitted().hmm),
            "live_hmm": vars(load_fitted().live_hmm),
            "memory": load_fitted().memory,
        },
    }
    print(json.dumps(result, indent=2))
    if arguments.output:
        write_text(arguments.output, json.dumps(result, indent=2) + "\n")


@dataclass(frozen=True)
class Fold:
    """One fold's data, and what was fitted to the others."""

    readings: Readings
    fitted: Fitted
    pairs: Pairs
    speakers: tuple[str, ...]
    tracks: tuple[tuple[Recording, Track], ...]

    @classmethod
    def of(cls, readings: Readings, number: int) -> "Fold":
        """Fit to the other folds, and draw what is measured."""
        own, others = readings.fold(number), readings.fold(number, others=True)
        fitted = fit(others, seed=10 * number)
        drawn = [
            draw_pairs(own, count, number, kind)
            for kind, count in (("clip", FOLDS * PAIRS), ("picture", PAIRS))
        ]
        recordings = compose(own, RECORDINGS, number)
        return cls(
            own,
            fitted,
            join_pairs([pairs for pairs, _ in drawn]),
            tuple(speaker for _, speakers in drawn for speaker in speakers),
            tuple((each, track(each, fitted)) for each in recordings),
        )


def rule_estimate(rule: str) -> Estimate:
    return lambda pairs, fitted: combine(
        fitted.combiner(rule), pairs.probabilities, pairs.qualities
    )


def alone(expert: int) -> Estimate:
    return lambda pairs, _: pairs.probabilities[:, expert]


def on_validation(folds: Sequence[Fold]) -> dict[str, Any]:
    """Measure the experts and every rule, whole and with one expert removed."""
    figures = {name: measured(folds, alone(k)) for k, name in enumerate(EXPERTS)}
    for rule in RULES:
        estimate = rule_estimate(rule)
        figures[rule] = measured(folds, estimate)
        for k, name in enumerate(EXPERTS):
            without = measured(folds, lambda p, f, e=estimate, k=k: e(p.missing(k), f))
            figures[rule][f"accuracy_without_{name}"] = without["accuracy"]
    return figures


def measured(folds: Sequence[Fold], estimate: Estimate) -> dict[str, Any]:
    truth = np.concatenate([fold.pairs.truth for fold in folds])
    speakers = np.concatenate([fold.speakers for fold in folds])
    found = np.concatenate([estimate(fold.pairs, fold.fitted) for fold in folds])
    # Every emotion counts alike, whatever the folds could draw of it.
    weights = (1 / np.bincount(truth))[truth]
    return scores(truth, found, speakers, weights)


def scores(
    truth: NDArray[np.int64],
    probabilities: Floats,
    groups: NDArray[Any],
    weights: Floats | None = None,
) -> dict[str, Any]:
    """Score distributions; a row of NaN counts as wrong and is left out of NLL and ECE.

    The weights count in accuracy and NLL.
    """
    weights = np.ones(len(truth)) if weights is None else weights
    found = np.isfinite(probabilities).all(axis=1)
    predicted = np.where(found, np.nan_to_num(probabilities).argmax(axis=1), len(EMOTIONS))
    right = predicted == truth

    def accuracy(rows: NDArray[np.intp]) -> float:
        return float(np.average(right[rows], weights=weights[rows]))

    bracketed = bootstrap_interval(accuracy, groups)
    likelihood = np.maximum(probabilities[found, truth[found]], 1e-6)
    return {
        "accuracy": round4(bracketed.value),
        "interval_95": [round4(bracketed.low), round4(bracketed.high)],
        "uar": round4(uar(truth, predicted)),
        "nll": round4(float(-np.average(np.log(likelihood), weights=weights[found]))),
        "ece_15": round4(expected_calibration_error(truth[found], probabilities[found])),
        "n": len(truth),
    }


def round4(value: float) -> float:
    return round(float(value), 4)


def on_takes(takes: Sequence[Take]) -> dict[str, Any]:
    """Measure on whole takes what ships: experts, rules, ways of smoothing, one expert removed."""
    truth = np.array([take.emotion for take in takes])
    every = np.arange(len(takes))
    figures: dict[str, Any] = {}
    right: dict[str, NDArray[np.bool_]] = {}

    def put(name: str, estimates: Floats) -> None:
        right[name] = np.isfinite(estimates).all(axis=1) & (estimates.argmax(axis=1) == truth)
        figures[name] = scores(truth, estimates, every)
        figures[name]["ece_floor"] = ece_floor(estimates)

    for name in EXPERTS:
        put(
            name,
            np.array([mean_of([r for r in take.rows if r.modality == name]) for take in takes]),
        )
    for rule in RULES:
        put(rule, analysed(takes, FusionOptions(rule=rule)))
    for smoothing in ("linear", "none"):
        put(f"pool, smoothing {smoothing}", analysed(takes, FusionOptions(smoothing=smoothing)))
    for name in EXPERTS:
        put(f"pool without {name}", analysed(takes, FusionOptions(), without=name))
    better = max(EXPERTS, key=lambda name: right[name].mean())
    gain = right["pool"].astype(np.float64) - right[better]
    over = {"expert": better, **interval(lambda rows: float(gain[rows].mean()), every)}
    return figures | {"cells": on_cells(takes), "pool_over_better": over}


def analysed(takes: Sequence[Take], options: FusionOptions, without: str = "") -> Floats:
    return np.array([mean_of(fused_rows(take, options, without)) for take in takes])


def fused_rows(take: Take, options: FusionOptions, without: str = "") -> list[Expression]:
    stage = FusionStage(options)
    stage.push(row for row in take.rows if row.modality != without)
    fused = Timeline.from_expressions(stage.settle(np.inf))
    return list(smooth_rows(fused, options))


def on_cells(takes: Sequence[Take]) -> dict[str, Any]:
    """Measure the cells in which face and voice were read, smoothed and not."""
    figures = {}
    for smoothing in ("hmm", "none"):
        rows = [(take.emotion, i, row) for i, take in enumerate(takes)
                for row in fused_rows(take, FusionOptions(smoothing=smoothing))]  # fmt: skip
        truth, groups = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
        figures[smoothing] = scores(truth, np.array([r[2].probabilities for r in rows]), groups)
    return figures


def mean_of(rows: Sequence[Expression]) -> Floats:
    """Return the mean probabilities, weighted by quality and length; NaN of nothing."""
    if not rows:
        return np.full(len(EMOTIONS), np.nan)
    weights = np.array([(row.end - row.start) * row.quality for row in rows])
    return weights @ np.array([row.probabilities for row in rows]) / weights.sum()


def ece_floor(probabilities: Floats) -> float:
    """Return the mean ECE, were the truth drawn from the probabilities themselves."""
    found = probabilities[np.isfinite(probabilities).all(axis=1)].astype(np.float64)
    found /= found.sum(axis=1, keepdims=True)
    generator = np.random.default_rng(0)
    edges = found.cumsum(axis=1)
    last = len(EMOTIONS) - 1  # rounding may leave the last edge below 1
    draws = ((generator.random((len(found), 1)) > edges).sum(axis=1) for _ in range(DRAWS))
    errors = [expected_calibration_error(truth.clip(max=last), found) for truth in draws]
    return round4(float(np.mean(errors)))


def over_time(folds: Sequence[Fold]) -> dict[str, Any]:
    """Measure ways to smooth: two-sided for recordings, causal for streams."""
    figures: dict[str, Any] = {}
    for name, make in SMOOTHERS.items():
        figures[name] = time_scores(folds, [make(fold) for fold in folds])
    return figures


Smoother = Callable[[Floats, Floats, Floats], Floats]


SMOOTHERS: dict[str, Callable[[Fold], Smoother]] = {
    "none": lambda _: lambda t, p, w: p,
    "linear": lambda fold: lambda t, p, w: smooth(t, p, w, fold.fitted.memory),
    "hmm": lambda fold: lambda t, p, w: forward_backward(fold.fitted.hmm, t, p, w),
    "live linear": lambda fold: lambda t, p, w: leak(fold.fitted.memory, t, p, w),
    "live hmm": lambda fold: lambda t, p, w: forward(fold.fitted.live_hmm, t, p, w),
}


def time_scores(folds: Sequence[Fold], smoothers: Sequence[Smoother]) -> dict[str, Any]:
    found, truth, speakers = [], [], []
    counts = np.zeros(3, np.int64)
    for fold, smoother in zip(folds, smoothers, strict=True):
        for recording, (times, probabilities, weights, true) in fold.tracks:
            smoothed = smoother(times, probabilities, weights)
            found.append(smoothed)
            truth.append(true)
            speakers += [recording.speaker] * len(true)
            changed = times[1:][np.diff(smoothed.argmax(axis=1)) != 0]
            counts += [matched(changed, recording.changes), len(changed), len(recording.changes)]
    figures = scores(np.concatenate(truth), np.concatenate(found), np.array(speakers))
    hits, said, true_changes = counts.tolist()
    return figures | {
        "changes": said,
        "true_changes": true_changes,
        "boundary_f1": round4(2 * hits / (said + true_changes)),
    }


def matched(said: Floats, true: Floats) -> int:
    """Count boundaries that match one to one within the tolerance, the earliest first."""
    free, hits = list(true), 0
    for time in said:
        near = [each for each in free if abs(each - time) <= TOLERANCE]
        if near:
            free.remove(near[0])
            hits += 1
    return hits


def on_incongruence(folds: Sequence[Fold]) -> dict[str, Any]:
    """Tell pairs of different emotions from those of the same by their divergence."""
    parts = [diverging(fold, np.random.default_rng(number)) for number, fold in enumerate(folds)]
    bits, marked, different, speakers = (np.concatenate(each) for each in zip(*parts, strict=True))
    return {
        "auc": interval(lambda rows: roc_auc_score(different[rows], bits[rows]), speakers),
        "false_alarms": interval(lambda rows: marked[rows][~different[rows]].mean(), speakers),
        "hits": interval(lambda rows: marked[rows][different[rows]].mean(), speakers),
        "pairs_same": int((~different).sum()),
        "pairs_different": int(different.sum()),
    }


def diverging(fold: Fold, generator: np.random.Generator) -> tuple[NDArray[Any], ...]:
    """Join a fold's pairs with pairs across emotions.

    Returns:
        How far face and voice diverge, in bits; whether that is marked as incongruent; which pairs
        are of different emotions; and who speaks.
    """
    pairs, speakers = fold.pairs, np.array(fold.speakers)
    other = generator.permutation(len(pairs.truth))
    apart = np.flatnonzero(pairs.truth[other] != pairs.truth)
    across = np.stack([pairs.probabilities[apart, 0], pairs.probabilities[other[apart], 1]], axis=1)
    bits = divergence(np.concatenate([pairs.probabilities, across]))
    different = np.arange(len(bits)) >= len(pairs.truth)
    marked = bits > fold.fitted.incongruence[95]
    return bits, marked, different, np.concatenate([speakers, speakers[other[apart]]])


if __name__ == "__main__":
    main()
