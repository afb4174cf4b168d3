"""The page on fusion, of made figures."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from emoarc.errors import OptionError
from emoarc.evaluate.results import result_texts

ROW = {
    "accuracy": 0.75, "interval_95": [0.6, 0.9], "uar": 0.7, "nll": 0.8, "ece_15": 0.04, "n": 52,
}  # fmt: skip
SHARE = {"value": 0.06, "low": 0.05, "high": 0.0725}
HMM = {"change_rate": 0.3, "evidence_rate": 0.6}
FUSION: dict[str, Any] = {
    "protocols": {
        "validation": "as one validates",
        "ravdess_av": "as one takes",
        "time": "as time goes by",
        "incongruence": "as one differs",
    },
    "validation": {
        "voice": ROW,
        "pool": {
            **ROW, "accuracy": 0.875, "accuracy_without_face": 0.65, "accuracy_without_voice": 0.35,
        },
    },
    "ravdess_av": {
        "voice": ROW | {"ece_floor": 0.1},
        "pool": ROW | {"ece_floor": 0.1},
        "cells": {"hmm": ROW},
    },
    "time": {"hmm": {**ROW, "changes": 30, "true_changes": 25, "boundary_f1": 0.6}},
    "incongruence": {
        "auc": SHARE, "hits": SHARE, "false_alarms": SHARE,
        "pairs_same": 10, "pairs_different": 9,
    },
    "fitted": {
        "pool": {"face_weight": 0.4, "gain": 0.8, "face_temperature": 1.7, "neutral": -1.4},
        "hmm": HMM, "live_hmm": HMM, "memory": 0.6,
    },
}  # fmt: skip


def _page(folder: Path, figures: dict[str, Any]) -> str:
    (folder / "fusion.json").write_text(json.dumps(figures))
    texts = result_texts(folder)
    assert "[fusion.md](fusion.md)" in texts[folder / "README.md"]
    return texts[folder / "fusion.md"]


def test_every_figure_stands_in_its_table(tmp_path: Path) -> None:
    page = _page(tmp_path, FUSION)
    assert "| voice alone | 75.0 % | 60.0–90.0 | 70.0 % | 0.800 | 0.040 | – | – |" in page
    pool = "| log-linear pool (default) | 87.5 % | 60.0–90.0 | 70.0 % | 0.800 | 0.040"
    assert f"{pool} | 35.0 % | 65.0 % |" in page
    assert "| hmm | 75.0 % | 60.0–90.0 | 70.0 % | 0.800 | 0.040 | 30 / 25 | 60.0 % |" in page
    assert "falsely 6.0 % (5.0–7.2)" in page
    for protocol in FUSION["protocols"].values():
        assert f"- {protocol}." in page


def test_without_figures_on_fusion_there_is_no_page(tmp_path: Path) -> None:
    (tmp_path / "speed.json").write_text(json.dumps({"cores": 2, "protocol": "as fast as it goes"}))
    assert tmp_path / "fusion.md" not in result_texts(tmp_path)


def test_figures_of_an_older_bench_are_refused(tmp_path: Path) -> None:
    older = copy.deepcopy(FUSION)
    del older["time"]
    with pytest.raises(OptionError, match="time"):
        _page(tmp_path, older)
