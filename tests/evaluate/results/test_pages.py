"""Pages of results, of small evaluations made here."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emoarc.corpora import Clip, Manifest
from emoarc.errors import OptionError
from emoarc.evaluate import Predictions
from emoarc.evaluate.results import result_texts, write_results

LABELS = ("anger", "neutral")


@cache
def figures(right: float) -> dict[str, Any]:
    """The figures of a system that is right this often, on a hundred clips of ten speakers."""
    rows = np.arange(100)
    truth = rows % 2
    decided = np.where(rows % 50 < round(right * 50), truth, 1 - truth)
    clips = tuple(
        Clip(Path(f"{i}.wav"), "ravdess", "audio", speaker=f"ravdess-{i % 10}",
             sex="male" if i % 10 else "female")
        for i in rows
    )  # fmt: skip
    folds = np.full(100, "all")
    return Predictions.of(Manifest(clips), LABELS, truth, np.eye(2)[decided], folds).figures()


def evaluation(right: float, **about: Any) -> dict[str, Any]:
    """What `emoarc evaluate` would write of such a system."""
    return {"kind": "evaluation", "labels": list(LABELS), **about, **figures(right)}


def of_recipe(recipe: str, protocol: str, right: float, **paper: Any) -> dict[str, Any]:
    stated = {
        "source": "Doe 1999", "system": f"net {recipe}", "corpora": ["iemocap"],
        "protocol": "random split", "reproduce": "leaky-random", "measure": "accuracy",
        "figure": 0.7, "note": "smaller", **paper,
    }  # fmt: skip
    return evaluation(
        right, recipe=recipe, version="1.0.0", seed=1, corpora=["ravdess"], paper=stated,
        protocol={"name": protocol, "description": f"as {protocol} says", "source": "here"},
        parameters=12_345, training_seconds_per_fold=33.4, clips=100, dropped_from_training=0,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Results of three recipes of two papers."""
    reports = [
        of_recipe("good", "leaky-random", 0.9, independent=0.5),
        of_recipe("good", "speaker-5fold", 0.6, independent=0.5),
        of_recipe("bad", "leaky-random", 0.58),
        of_recipe("other", "official", 0.8, source="Roe 2001", figure=None, corpora=["ravdess"]),
    ]
    results = tmp_path / "docs" / "results"
    (results / "systems").mkdir(parents=True)
    for report in reports:
        name = f"{report['recipe']}-{report['protocol']['name']}.json"
        (results / "systems" / name).write_text(json.dumps(report))
    return results


def row_of(page: str, system: str) -> list[str]:
    line = next(line for line in page.splitlines() if line.startswith(f"| {system} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_system_has_a_row_beside_the_papers_figure(folder: Path) -> None:
    page = result_texts(folder)[folder / "seed-systems.md"]
    row = row_of(page, "net good")
    assert row[1] == "70.0 %: random split"
    cell = r"`leaky-random`: 90.0 % \(.+–.+\), UAR 90.0 % \(.+\); 100 clips of 10 speakers"
    assert re.fullmatch(cell, row[2])
    assert row[3].startswith("`speaker-5fold`: 60.0 % (")
    assert row[4:] == ["12,345", "33 s", "ravdess (iemocap)"]
    assert row_of(page, "net bad")[3] == "–"
    assert row_of(page, "net other")[1].startswith("no figure")
    assert page.index("## Doe 1999") < page.index("### net bad") < page.index("## Roe 2001")


def test_it_is_plain_about_what_is_worse_and_what_the_leak_is_worth(folder: Path) -> None:
    near = of_recipe("near", "leaky-random", 0.68)
    near["accuracy"] = {"value": 0.68, "low": 0.61, "high": 0.74}
    (folder / "systems" / "near.json").write_text(json.dumps(near))
    page = result_texts(folder)[folder / "seed-systems.md"]
    worse = page.split("## Where ours is worse")[1].split("## Doe 1999")[0]
    assert [line for line in worse.splitlines() if line.startswith("- ")] == [
        "- Doe 1999, net bad: The paper reports 70.0 % accuracy; ours under `leaky-random` is "
        "**worse** by 12.0 points, 58.0 %, on other recordings.",
        "- Doe 1999, net near: The paper reports 70.0 % accuracy; ours under `leaky-random` is "
        "**worse** by 2.0 points, 68.0 %, on other recordings; its interval includes the paper's "
        "figure.",
    ]
    good = page.split("### net good")[1].split("### ")[0]
    assert "ours under `leaky-random` is higher by 20.0 points, 90.0 %, on other" in good
    assert (
        "With speakers apart the paper reports 50.0 %; ours under `speaker-5fold` is higher by "
        "10.0 points" in good
    )
    assert "30.0 points are gone under `speaker-5fold`" in good
    assert "The paper gives no figure" in page.split("### net other")[1]


def test_the_papers_own_figure_with_speakers_apart_may_be_the_better_one(folder: Path) -> None:
    report = of_recipe("good", "leave-one-speaker-out", 0.4, independent=0.5)
    (folder / "systems" / "late.json").write_text(json.dumps(report))
    page = result_texts(folder)[folder / "seed-systems.md"]
    worse = page.split("## Where ours is worse")[1].split("## Doe 1999")[0]
    assert "net good: With speakers apart the paper reports 50.0 %; ours under" in worse


def test_it_says_where_a_system_only_guesses(folder: Path) -> None:
    guesses = of_recipe("guesses", "speaker-5fold", 0.5)
    (folder / "systems" / "guesses.json").write_text(json.dumps(guesses))
    page = result_texts(folder)[folder / "seed-systems.md"]
    assert page.count("**no better than chance**") == 2
    said = r"net guesses: Under `speaker-5fold` ours .+ any constant answer has 50.0 %"
    assert re.search(said, page)


def test_every_row_can_be_made_again(folder: Path) -> None:
    page = result_texts(folder)[folder / "seed-systems.md"]
    for end in (
        "--data ../shared --protocol leaky-random -o runs/good-leaky-random",
        "--data ../shared --protocol speaker-5fold -o runs/good-speaker-5fold",
        "--paper --data DIR -o runs/good-paper   # DIR holds iemocap",
    ):
        assert f"emoarc evaluate --model recipes/systems/good.toml {end}\n" in page
    for protocol in ("leaky-random", "speaker-5fold", "official"):
        assert f"- `{protocol}`: as {protocol} says." in page


def test_few_speakers_are_marked(folder: Path) -> None:
    path = folder / "systems" / "few.json"
    few = of_recipe("few", "leaky-random", 0.75)
    path.write_text(json.dumps(few | {"interval_over": "clips", "speakers": 2}))
    row = row_of(result_texts(folder)[folder / "seed-systems.md"], "net few")
    assert row[2].count(")*") == 2
    assert row[2].endswith("100 clips of 2 speakers")


def test_tables_have_as_many_cells_in_every_row(folder: Path) -> None:
    for text in result_texts(folder).values():
        for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({line.count("|") for line in block.splitlines()}) == 1


def test_any_evaluation_gets_a_section(tmp_path: Path) -> None:
    report = evaluation(
        0.8, corpora=["ravdess"], warning="the pack was trained on this", clips=100, unusable=0,
        pack={"name": "voices", "version": "2", "sha256": "ab" * 32, "prior": "natural"},
        protocol={"name": "every-clip", "description": "all of it", "source": "here"},
    )  # fmt: skip
    (tmp_path / "runs" / "v").mkdir(parents=True)
    (tmp_path / "runs" / "v" / "evaluation.json").write_text(json.dumps(report))
    (tmp_path / "runs" / "v" / "comparison.json").write_text("{}")
    (written,) = write_results(tmp_path / "runs")
    text = written.read_text()
    assert "## voices, every-clip" in text
    assert "`v/evaluation.json`: the model pack voices (version 2, sha256 abababababab" in text
    assert "**The pack was trained on this.**" in text
    assert "| anger | 80 / 80 / 80 | 50 |" in text
    assert re.search(r"^\| female \| 10 \| 1 \| ", text, re.MULTILINE)


def test_a_page_of_somebody_else_is_kept(folder: Path) -> None:
    (folder / "README.md").write_text("# My notes\n")
    with pytest.raises(OptionError, match="not made by `emoarc results`"):
        write_results(folder)
    assert (folder / "README.md").read_text() == "# My notes\n"
    (folder / "README.md").unlink()
    written = write_results(folder)
    assert [path.name for path in written] == ["README.md", "seed-systems.md"]
    assert write_results(folder) == written


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "damaged, or no JSON"),
        ("[1]", "holds no results"),
        ('{"kind": "evaluation"}', "not as `emoarc evaluate`"),
    ],
)
def test_a_damaged_file_is_one_line(folder: Path, content: str, said: str) -> None:
    (folder / "bad.json").write_text(content)
    with pytest.raises(OptionError, match=said) as caught:
        result_texts(folder)
    assert "\n" not in str(caught.value)


def test_nothing_to_tell_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no results here"):
        result_texts(tmp_path)


def test_headlines_go_between_the_marks_of_a_readme(folder: Path) -> None:
    real = Path(__file__).parents[3] / "docs" / "results"
    for path in real.glob("*.json"):
        (folder / path.name).write_bytes(path.read_bytes())
    readme = folder.parents[1] / "README.md"
    readme.write_text("before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n")
    text = result_texts(folder)[readme]
    assert text.startswith("before\n<!-- figures -->\n| measured on")
    assert text.endswith("\n<!-- /figures -->\nafter\n")
    (folder / "other.md").write_text("no marks")
    with pytest.raises(OptionError, match="has no <!-- figures -->"):
        result_texts(folder, folder / "other.md")


def test_families_of_arcs_have_a_page(tmp_path: Path) -> None:
    def figure(value: float) -> dict[str, float]:
        return {"value": value, "low": value - 0.1, "high": value + 0.1}

    way = {
        "adjusted_rand": figure(0.85), "adjusted_rand_of_four": figure(0.8),
        "silhouette": figure(0.5), "families": [4, 5],
    }  # fmt: skip
    found = {
        "protocol": "recordings composed of utterances", "recordings": 32, "speakers": ["a"],
        "courses": ["rise", "fall"], "options": {}, "correlation": figure(0.86),
        "if_read_right": figure(0.9), "by_distance": {"euclidean": way, "dtw": way},
        "runs": [{"minutes": 50.0}, {"minutes": 51.0}],
    }  # fmt: skip
    (tmp_path / "arcs.json").write_text(json.dumps(found))
    texts = result_texts(tmp_path)
    assert "(arcs.md)" in texts[tmp_path / "README.md"]
    page = texts[tmp_path / "arcs.md"]
    row = row_of(page, "Euclidean")
    assert row[1:] == ["0.85 (0.75–0.95)", "0.80 (0.70–0.90)", "families: 4, 5", "0.50 (0.40–0.60)"]
    assert "2 seeds of 32 recordings each (101 minutes in all)" in page
    assert "- recordings composed of utterances." in page


def voices(right: float) -> dict[str, Any]:
    """What a voice recipe would write under a protocol."""
    readings = {"absolute": figures(right), "relative": figures(right + 0.1)}
    means = {"absolute": "nothing of the speaker", "relative": "all of the speaker"}
    return {
        "recipe": "voice-ravdess", "labels": list(LABELS), "protocol": "folds", "source": "here",
        **{reading: {**found, "means": means[reading]} for reading, found in readings.items()},
    }  # fmt: skip


def test_voices_have_a_page_with_both_readings(tmp_path: Path) -> None:
    (tmp_path / "voice-ravdess.json").write_text(json.dumps(voices(0.7)))
    page = result_texts(tmp_path)[tmp_path / "voice.md"]
    (row,) = (line for line in page.splitlines() if line.startswith("| RAVDESS, 8 classes"))
    assert row.count("70.0 %") == row.count("80.0 %") == 2
    assert "nothing of the speaker" in page
    assert "By fold:" in page
    assert "folds (here); intervals over speakers." in page


def test_what_being_told_of_speakers_is_worth_stands_in_points(tmp_path: Path) -> None:
    compared = {
        "n": 100, "speakers": 10,
        "uar": {"first": 0.72, "second": 0.7, "difference": 0.02, "low": -0.01, "high": 0.05},
    }  # fmt: skip
    pairs = {"RAVDESS": {"told": ["sex"], "readings": {"absolute": compared}}}
    told = {"protocol": "paired", "pairs": pairs}
    (tmp_path / "voice-told.json").write_text(json.dumps(told))
    page = result_texts(tmp_path)[tmp_path / "voice.md"]
    assert "| RAVDESS | sex | absolute | 70.0 % | 72.0 % | +2.0 (-1.0 to +5.0) | 100 | 10 |" in page
