from pathlib import Path

from tests.corpora.trees import cfe, place

from emoarc.corpora import CORPORA

CFE = CORPORA["cfe"]


def test_codes_mean_what_the_exported_sheet_says(tmp_path: Path) -> None:
    cfe(tmp_path)
    clips = CFE.read(tmp_path).clips
    assert [(c.file.name, c.speaker, c.emotion) for c in clips] == [
        ("01_126_3963.jpg", "cfe-126", "neutral"),
        ("02_339_3470.jpg", "cfe-339", "happiness"),
        ("08_140.jpg", "cfe-140", ""),
        ("126_02.png.jpg", "cfe-126", "happiness"),
    ]


def test_without_the_sheet_only_neutral_is_known(tmp_path: Path) -> None:
    cfe(tmp_path)
    (tmp_path / "emotions.csv").unlink()
    manifest = CFE.read(tmp_path)
    assert [c.emotion for c in manifest.clips] == ["neutral"]
    (problem,) = manifest.problems
    assert problem.file == tmp_path / "emotions.csv"
    assert problem.what.endswith(": 3")


def test_folders_may_name_the_expression(tmp_path: Path) -> None:
    place(tmp_path, "AU_annotation_all_subjects.xls", "Sad/03_126_1.jpg", "Hatred/21_126_2.jpg")
    place(tmp_path, "happily_disgusted/09_127_3.jpg", "Sad/photo.jpg")
    assert CFE.recognise(tmp_path)
    manifest = CFE.read(tmp_path)
    assert sorted(c.emotion for c in manifest.clips) == ["", "", "sadness"]
    assert [p.file.name for p in manifest.problems] == ["photo.jpg"]
