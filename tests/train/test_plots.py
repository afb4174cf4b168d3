"""Pictures of a training: they hold what was measured."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")
pytest.importorskip("matplotlib", reason="pictures need the extra `train`")

from emoarc.errors import OptionError, OutputError
from emoarc.train._history import read_history, write_history
from emoarc.train._plots import confusion_figure, learning_curves

HISTORY = [
    {"epoch": epoch, "loss": 2.0 / (epoch + 1), "score": min(epoch, 3) / 4, "seconds": 1.0}
    for epoch in range(6)
]
LABELS = ["neutral", "anger", "fear"]
MATRIX = [[90, 7, 3], [0, 2, 998], [0, 0, 0]]


def words(path: Path) -> str:
    """What an SVG says; matplotlib draws letters as paths and keeps the text in comments."""
    text = path.read_text(encoding="utf-8")
    ElementTree.fromstring(text)
    return text


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_pictures_are_written_in_the_format_of_their_suffix(suffix: str, tmp_path: Path) -> None:
    learning_curves(HISTORY, tmp_path / f"curves{suffix}")
    confusion_figure(LABELS, MATRIX, tmp_path / f"confusion{suffix}")
    for path in tmp_path.iterdir():
        assert path.read_bytes()[:4] == {".png": b"\x89PNG", ".svg": b"<?xm"}[suffix]


def test_a_confusion_matrix_says_counts_shares_and_who_is_who(tmp_path: Path) -> None:
    confusion_figure(LABELS, MATRIX, tmp_path / "confusion.svg")
    text = words(tmp_path / "confusion.svg")
    for said in (
        "90 %",
        "&lt; 1 %",
        "998",
        "n = 1000",
        "n = 0",
        "predicted",
        "label in the corpus",
    ):
        assert f"<!-- {said}" in text or f"{said} -->" in text, said
    assert "accuracy 8.4 %, UAR 45.1 %, n = 1100" in text


def test_learning_curves_draw_every_figure_and_the_epoch_kept(tmp_path: Path) -> None:
    learning_curves(HISTORY, tmp_path / "curves.svg")
    text = words(tmp_path / "curves.svg")
    for said in ("training loss", "score", "epoch kept", "measured in validation"):
        assert f"<!-- {said} -->" in text
    assert "seconds" not in text
    learning_curves([{"epoch": 0, "loss": 1.0, "seconds": 1.0}], tmp_path / "alone.svg")
    assert "measured" not in words(tmp_path / "alone.svg")


def test_the_same_figures_give_the_same_file(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        confusion_figure(LABELS, MATRIX, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no epoch has ended"):
        learning_curves([], tmp_path / "curves.png")
    with pytest.raises(OptionError, match=r"2 labels do not fit shape \(3, 3\)"):
        confusion_figure(LABELS[:2], MATRIX, tmp_path / "confusion.png")
    with pytest.raises(OutputError, match="cannot be written"):
        learning_curves(HISTORY, tmp_path / "nowhere" / "curves.png")
    assert not list(tmp_path.iterdir())


def test_a_history_keeps_what_each_epoch_measured(tmp_path: Path) -> None:
    path = tmp_path / "progress.csv"
    history = [{"epoch": 0, "loss": 0.1}, {"epoch": 1, "loss": 1e-9, "uar": 1 / 3}]
    write_history(path, history)
    assert path.read_text().splitlines()[0] == "epoch,loss,uar"
    assert read_history(path) == history
