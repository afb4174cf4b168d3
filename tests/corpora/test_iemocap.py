from pathlib import Path

import pytest
from tests.corpora.trees import IEMOCAP_LABELS, iemocap, place

from emoarc.corpora import CORPORA, IEMOCAP_VIEWS, Manifest, iemocap_view
from emoarc.errors import OptionError

IEMOCAP = CORPORA["iemocap"]
EVALUATION = "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    iemocap(tmp_path)
    return IEMOCAP.read(tmp_path)


def test_a_turn_has_what_its_evaluation_says(manifest: Manifest) -> None:
    first, second, third, last = manifest.clips
    assert first.file.name == "Ses01F_impro01_F000.wav"
    assert (first.emotion, first.speaker, first.sex) == ("neutral", "iemocap-Ses01F", "female")
    assert (first.valence, first.arousal) == (-0.25, -0.25)
    assert (first.start, first.end, first.sentence) == (0.0, None, "Excuse me.")
    # The man speaks while the woman wears the markers.
    assert (second.emotion, second.speaker, second.sex) == ("excitement", "iemocap-Ses01M", "male")
    assert second.label == "happiness"
    assert (third.emotion, third.valence, third.arousal) == ("", -1.0, 1.0)
    assert (last.emotion, last.speaker, last.label) == ("frustration", "iemocap-Ses05M", None)


def test_votes_are_those_of_the_raters_alone(manifest: Manifest) -> None:
    assert [clip.votes for clip in manifest.clips] == [
        {"neutral": 3.0, "frustration": 1.0},
        {"excitement": 1.0, "other": 1.0},
        {"anger": 1.0, "sadness": 1.0},
        {"frustration": 1.0},
    ]


def test_views_count_excitement_as_happiness(manifest: Manifest) -> None:
    def words(view: str) -> list[str]:
        return [clip.emotion for clip in iemocap_view(manifest, view).clips]

    assert words("4-class") == ["neutral", "happiness"]
    assert words("4-class-strict") == ["neutral"]
    assert words("5-class") == ["neutral", "happiness", "frustration"]
    assert words("5-class-excitement") == ["neutral", "excitement"]
    assert len(iemocap_view(manifest, "5-class", improvised=True)) == 2
    assert len(iemocap_view(manifest, "5-class", improvised=False)) == 1
    with pytest.raises(OptionError, match="4-class"):
        iemocap_view(manifest, "6-class")


def test_the_views_have_the_sizes_that_the_literature_states() -> None:
    # Labels of the full release, as counted in the literature.
    counts = {"anger": 1103, "happiness": 595, "excitement": 1041, "sadness": 1084}
    counts |= {"neutral": 1708, "frustration": 1849}
    sizes = {view: sum(counts[word] for word in words) for view, words in IEMOCAP_VIEWS.items()}
    assert sizes == {
        "4-class": 5531,
        "4-class-strict": 4490,
        "5-class": 7380,
        "5-class-excitement": 5531,
    }


def test_a_stretch_of_the_dialogue_stands_in_for_a_missing_turn(tmp_path: Path) -> None:
    iemocap(tmp_path)
    (tmp_path / "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_M000.wav").unlink()
    clip = IEMOCAP.read(tmp_path).clips[1]
    assert (clip.file.name, clip.kind) == ("Ses01F_impro01.avi", "audio-visual")
    assert (clip.start, clip.end, clip.take) == (10.01, 11.3925, "iemocap-Ses01F_impro01_M000")


def test_a_turn_without_sound_and_a_bad_line_are_problems(tmp_path: Path) -> None:
    iemocap(tmp_path)
    (tmp_path / "Session5/sentences/wav/Ses05M_script01_1/Ses05M_script01_1_M007.wav").unlink()
    place(tmp_path, EVALUATION, content=IEMOCAP_LABELS.replace("\texc\t[4.5000, ", "\texc\t["))
    manifest = IEMOCAP.read(tmp_path)
    assert [clip.emotion for clip in manifest.clips] == ["neutral", ""]
    bad, missing = manifest.problems
    assert bad.file.name == "Ses01F_impro01.txt"
    assert bad.what.startswith("1 turns are not labelled")
    assert missing.file.name == "Ses05M_script01_1_M007.wav"


def test_turns_without_labels_are_one_problem(tmp_path: Path) -> None:
    iemocap(tmp_path)
    (tmp_path / EVALUATION).unlink()
    manifest = IEMOCAP.read(tmp_path)
    assert len(manifest) == 1
    (problem,) = manifest.problems
    assert problem.file.name == "Ses01F_impro01"


def test_ratings_beyond_the_scale_are_cut(tmp_path: Path) -> None:
    iemocap(tmp_path)
    place(tmp_path, EVALUATION, content=IEMOCAP_LABELS.replace("[4.5000,", "[5.5000,"))
    assert IEMOCAP.read(tmp_path).clips[1].valence == 1.0
