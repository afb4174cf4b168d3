"""The page on noise, of figures made up for two remedies."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from emoarc.errors import OptionError
from emoarc.evaluate.results import result_texts

RATIOS = ("20", "0")


def spread(value: float, sure: bool = True) -> dict[str, float | None]:
    return {
        "value": value,
        "low": value - 0.1 if sure else None,
        "high": value + 0.1 if sure else None,
    }


def figure(uar: float, gain: float, cleaner: float | None, sure: bool = True) -> dict[str, Any]:
    return {
        "uar": spread(uar, sure), "over_clean": spread(uar - 0.6), "over_none": spread(gain, sure),
        "si_sdr_gain_db": cleaner,
    }  # fmt: skip


def remedy(uar: float, gain: float, time: float, speed: int | None) -> dict[str, Any]:
    at_each = {ratio: figure(uar, gain, 3.5) for ratio in RATIOS}
    return {
        "clean": figure(0.6, 0.0, None), "all": at_each, "rain": at_each,
        "babble": {ratio: figure(0.25, gain, 1.0, sure=False) for ratio in RATIOS},
        "x_real_time": speed, "x_time_of_none": time,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    way = {name: {"uar": spread(0.4), "unheard": 0.125, "speech_seconds": 2.0}
           for name in ("clean", "0")}  # fmt: skip
    quality = {
        "auc_error": spread(0.61),
        "by_quality": [{"from": 0.8, "clips": 12, "accuracy": 0.75}],
        "by_ratio": {"clean": {"quality": 0.9, "accuracy": 0.7},
                     "0": {"quality": 0.5, "accuracy": 0.3}},
    }  # fmt: skip
    figures = {
        "pack": {"name": "voices", "sha256": "ab" * 32}, "protocol": "as measured", "seed": 1,
        "clips": 40, "speakers": ["a", "b"], "noises": {"rain": 8}, "talkers": 4,
        "clips_alone": {"none": remedy(0.5, 0.0, 1.0, None), "gate": remedy(0.45, -0.05, 1.3, 300)},
        "streams": {"clips": 20, "ways": {"none": way, "gate, before the features": way},
                    "quality": quality},
    }  # fmt: skip
    (tmp_path / "noise.json").write_text(json.dumps(figures))
    return tmp_path


def test_each_remedy_has_a_row_under_each_noise(folder: Path) -> None:
    page = result_texts(folder)[folder / "noise.md"]
    assert "| none | 60.0 % (50.0–70.0) | 50.0 % (40.0–60.0) |" in page
    assert (
        "| gate | 60.0 % (50.0–70.0) | 45.0 % (35.0–55.0) | 45.0 % (35.0–55.0) | 1.30 | 300 |"
        in page
    )
    assert "- gate against none, in points of UAR: clean +0.0 (-10.0 to +10.0), 20 dB -5.0" in page
    assert "rises by 3.5 dB at 20, 3.5 dB at 0." in page
    babble = page.split("## In babble")[1].split("## ")[0]
    assert "| gate | 25.0 %; -35.0 (-45.0 to -25.0) |" in babble
    assert "| gate, before the features | 40.0 % (30.0–50.0); 12.5 % |" in page
    assert "| 0.8 to 1.0 | 12 | 75.0 % |" in page
    assert "lower quality in 61.0 % (51.0–71.0) of the pairs" in page
    assert "40 clips of 2 speakers; rain (8 recordings), and babble of 4 talkers; seed 1" in page
    assert "\n- as measured.\n" in page


def test_the_readme_leads_to_it_and_its_tables_are_whole(folder: Path) -> None:
    texts = result_texts(folder)
    assert "[noise.md](noise.md)" in texts[folder / "README.md"]
    blocks = re.findall(r"(?:^\|.*\n?)+", texts[folder / "noise.md"], re.MULTILINE)
    assert len(blocks) == 6
    for block in blocks:
        assert len({line.count("|") for line in block.splitlines()}) == 1


def test_a_file_that_lacks_a_part_is_one_line(folder: Path) -> None:
    figures = json.loads((folder / "noise.json").read_text())
    del figures["streams"]
    (folder / "noise.json").write_text(json.dumps(figures))
    with pytest.raises(OptionError, match="KeyError: 'streams'"):
        result_texts(folder)
