"""The page on fusion: rules beside one modality, smoothing over time, face against voice."""

from collections.abc import Mapping
from typing import Any

from emoarc.evaluate.results._markdown import bounds, percent, section, spread, table

__all__ = ["fusion_page"]

Files = Mapping[str, Any]

_HEAD = """\
# Fusion

Made by `emoarc results` from `fusion.json`; do not edit. By `python bench/fusion_fit.py --data
../shared -o src/emoarc/fusion/fitted.json` and then `python bench/fusion.py --data ../shared -o
docs/results/fusion.json`. Everything speaks of expression as perceived."""

_RULES = {
    "pool": "log-linear pool (default)",
    "mean": "average",
    "product": "product",
    "max": "max",
    "bayes": "Bayesian sum (Kittler et al. 1998)",
    "decisions": "Bayes on decisions (Xu et al. 1992; Xu & Wang 2018)",
    "elm": "extreme learning machine (after Hossain & Muhammad 2019)",
    "stacking": "stacked logistic regression",
    "face": "face alone",
    "voice": "voice alone",
}


def fusion_page(files: Files) -> str:
    """Return the page, empty where fusion was not measured.

    Args:
        files: What the JSON files hold, by their names without the suffix.
    """
    if "fusion" not in files:
        return ""
    f = files["fusion"]
    sections = (_validation(f), _takes(f), _time(f), _incongruence(f), _numbers(f["fitted"]))
    return "\n\n".join([_HEAD, *sections]) + "\n"


def _validation(f: Files) -> str:
    rows = [
        [
            *_scores(name, row),
            percent(row.get("accuracy_without_voice")),
            percent(row.get("accuracy_without_face")),
        ]
        for name, row in f["validation"].items()
    ]
    heads = [*_HEADS, "without the voice", "without the face"]
    return section(
        "Rules, on validation data",
        "What ships is chosen by this table. A rule is asked only where both are there, so without "
        "one the other stands as it is.",
        table(heads, rows),
        f"- {f['protocols']['validation']}.",
    )


def _takes(f: Files) -> str:
    figures = dict(f["ravdess_av"])
    cells = figures.pop("cells")
    rows = [[*_scores(name, row), f"{row['ece_floor']:.3f}"] for name, row in figures.items()]
    on_cells = [_scores(f"smoothing {name}", row) for name, row in cells.items()]
    return section(
        "On acted takes of a person never seen",
        table([*_HEADS, "its floor"], rows),
        "Cell by cell instead of take by take, by the pool:",
        table(_HEADS, on_cells),
        f"- {f['protocols']['ravdess_av']}.",
    )


def _time(f: Files) -> str:
    rows = [
        [
            *_scores(name, row),
            f"{row['changes']} / {row['true_changes']}",
            percent(row["boundary_f1"]),
        ]
        for name, row in f["time"].items()
    ]
    return section(
        "Over time",
        "A recording is smoothed by the hidden Markov model, both ways; a stream while it runs by "
        "the leaky average.",
        table([*_HEADS, "changes / true", "boundary F1"], rows),
        f"- {f['protocols']['time']}.",
    )


def _incongruence(f: Files) -> str:
    row = f["incongruence"]
    return section(
        "Face against voice",
        f"Of two pairs of a face and a voice, one of the same emotion and one of two, the latter "
        f"diverges more in {spread(row['auc'])} (area under the ROC curve; {row['pairs_same']} "
        f"and {row['pairs_different']} pairs). Marked as further apart than usual are "
        f"{spread(row['hits'])} of those of two emotions, and falsely "
        f"{spread(row['false_alarms'])} of those of one.",
        f"- {f['protocols']['incongruence']}.",
    )


def _numbers(fitted: Files) -> str:
    pool, hmm, live = fitted["pool"], fitted["hmm"], fitted["live_hmm"]
    return section(
        "What was fitted",
        f"The face's weight in the pool is {pool['face_weight']:.2f}; beside a voice its "
        f"logarithms are divided by {pool['face_temperature']:.2f} and {pool['neutral']:+.2f} is "
        f"added to that of neutral; two are surer than their mean by a factor of "
        f"{1 + pool['gain']:.2f}. An expression gives way {hmm['change_rate']:.2f} times a second "
        f"(live {live['change_rate']:.2f}), and a second of evidence is worth "
        f"{hmm['evidence_rate']:.2f} independent estimates (live {live['evidence_rate']:.2f}). The "
        f"leaky average remembers {fitted['memory']:.2f} s.",
    )


_HEADS = ["", "accuracy", "95 %", "UAR", "NLL", "ECE"]


def _scores(name: str, row: Files) -> list[Any]:
    figures = (f"{row['nll']:.3f}", f"{row['ece_15']:.3f}")
    shown = _RULES.get(name, name)
    return [
        shown,
        percent(row["accuracy"]),
        bounds(row["interval_95"]),
        percent(row["uar"]),
        *figures,
    ]
