"""The parts of the page on faces that say how well their expressions are read."""

from collections.abc import Iterator, Mapping
from typing import Any

from emoarc.evaluate.results._markdown import percent, section, spread, table

__all__ = ["expression_sections", "quality_section"]

Files = Mapping[str, Any]


def expression_sections(f: Files) -> str:
    """Return how well expressions are read, of which, and how much is left of it in bad pictures.

    Args:
        f: What the training of the face model measured.
    """
    test, original = f["ferplus_test"], f["fer2013_private_test"]
    parts = [
        table(["measured on", "accuracy", "UAR", "macro-F1", "n"], _accuracies(f)),
        "Rows: the truth; columns: what is read. First FER+ test, then FER2013's PrivateTest by "
        "the outputs for its labels.",
        _confusions(test),
        _confusions(original),
        _copies(f["fer2013_copies"]) if "fer2013_copies" in f else "",
        _robustness(f["robustness"]) if "robustness" in f else "",
    ]
    command = (
        "`emoarc train recipes/face-expression.toml --data ../shared -o runs/face-expression`, "
        "after the recipes `face-expression-first` and `face-expression-second`"
    )
    note = "Intervals and protocols, and acted takes, are in [README.md](README.md)."
    return section("Reading them", f"By {command}.", note, *parts)


def quality_section(f: Files) -> str:
    """Return how often a reading is wrong at each quality of the face."""
    rows = [
        [f"{row['from']:.1f} to {row['from'] + 0.1:.1f}", row["faces"], percent(row["error"])]
        for row in f["by_quality"]
    ]
    return section(
        "What the quality says",
        "By `python bench/face_quality.py ../shared docs/results/face-quality.json --each 2`.",
        table(["quality", "faces", "read wrongly"], rows),
        f"Of two faces, one read wrongly and one rightly, the wrong one has the lower quality in "
        f"{percent(f['auc_error'])} of the pairs (area under the ROC curve).",
        f"- {f['protocol']}.",
        level=2,
    )


def _accuracies(f: Files) -> Iterator[list[Any]]:
    names = {
        "ferplus_test": "FER+ test, 8 classes",
        "fer2013_private_test": "FER2013 PrivateTest, 7 classes, original labels",
    }
    for key, words in names.items():
        row = f[key]
        yield [
            words,
            spread(row["accuracy"]),
            percent(row["uar"]),
            percent(row["macro_f1"]),
            row["pictures"],
        ]


def _copies(f: Files) -> str:
    return (
        f"FER2013's own training split holds copies of {f['pictures']} of the PrivateTest "
        "pictures, with the same labels. They were left out of ours, and "
        f"{percent(f['accuracy'])} of those pictures are read rightly; whoever leaves them in "
        "knows nearly all of them, and published figures are to be compared with that in mind."
    )


def _confusions(f: Files) -> str:
    labels = list(f["recall"])
    rows = [[name, *row] for name, row in zip(labels, f["confusion"], strict=True)]
    return table(["", *labels], rows)


def _robustness(f: Files) -> str:
    rows = [["none", "", *_shares(f["none"])]]
    for fault, degrees in f.items():
        if isinstance(degrees, Mapping) and fault != "none":
            rows += [
                [fault.replace("_", " "), degree, *_shares(figures)]  # pyright: ignore[reportUnknownArgumentType]
                for degree, figures in degrees.items()  # pyright: ignore[reportUnknownVariableType]
            ]
    heads = ["fault", "degree", "accuracy", "macro-F1"]
    return section("In bad pictures", table(heads, rows), f"- {f['protocol']}.", level=3)


def _shares(figures: Mapping[str, float]) -> list[str]:
    return [percent(figures["accuracy"]), percent(figures["macro_f1"])]
