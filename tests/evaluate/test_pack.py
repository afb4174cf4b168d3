import json
import wave
from pathlib import Path

import cv2
import numpy as np
import pytest

from emoarc.errors import ModelError, OptionError
from emoarc.evaluate import PackOptions, evaluate_pack, read_predictions
from emoarc.labels import EMOTIONS
from emoarc.media import read_audio
from emoarc.packs import load_pack, write_pack
from emoarc.types import SAMPLING_RATE
from emoarc.vision import FaceExpressionModel

WORDS = ("happy", "sad", "angry", "contempt")


def write_wav(path: Path, seconds: float = 1.0, seed: int = 0) -> Path:
    noise = np.random.default_rng(seed).normal(0, 3000, round(seconds * SAMPLING_RATE))
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, SAMPLING_RATE, 0, "NONE", ""))
        file.writeframes(noise.astype(np.int16).tobytes())
    return path


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Four pictures a word, in a folder for each; one is broken."""
    folder = tmp_path / "pictures"
    generator = np.random.default_rng(0)
    for word in WORDS:
        (folder / word).mkdir(parents=True)
        for number in range(4):
            picture = generator.integers(0, 256, (48, 48), np.uint8)
            cv2.imwrite(str(folder / word / f"{number}.png"), picture)
    (folder / "sad" / "3.png").write_bytes(b"no picture")
    return folder


@pytest.fixture
def ravdess(tmp_path: Path) -> Path:
    """Three actors, two takes each, one of them also as 48 kHz copy; and a song."""
    folder = tmp_path / "ravdess"
    for actor in (1, 2, 5):
        for emotion in (3, 5):
            name = f"03-01-{emotion:02}-01-01-01-{actor:02}.wav"
            write_wav(folder / f"Actor_{actor:02}" / name, seed=10 * actor + emotion)
    write_wav(folder / "Actor_01" / "03-02-03-01-01-01-01.wav", seed=99)
    return folder


def test_a_face_pack_is_measured_as_it_is_used(pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = evaluate_pack("face-expression", pictures, out)
    assert json.loads((out / "evaluation.json").read_text()) == report
    assert (report["kind"], report["n"], report["unusable"]) == ("evaluation", 11, 1)
    assert report["left_out"] == 1
    assert report["labels"] == list(EMOTIONS)
    assert "read as folders may come from anywhere" in report["warning"]
    pack = load_pack("face-expression")
    assert report["pack"]["sha256"] == pack.manifest.sha256
    written = read_predictions(out / "predictions.csv")
    assert written.figures()["confusion"] == report["confusion"]
    first = pictures / written.file[0].split("/")[0] / written.file[0].split("/")[1]
    expected = FaceExpressionModel(pack).predict([cv2.imread(str(first), cv2.IMREAD_GRAYSCALE)])
    np.testing.assert_allclose(written.probabilities[:1], expected, rtol=1e-6)


def test_the_prior_is_the_users_choice_and_stated(pictures: Path, tmp_path: Path) -> None:
    found = {}
    for prior in ("balanced", "natural"):
        report = evaluate_pack("face-expression", pictures, tmp_path, PackOptions(prior=prior))
        assert report["pack"]["prior"] == prior
        found[prior] = read_predictions(tmp_path / "predictions.csv").probabilities
    disgust = EMOTIONS.index("disgust")  # rare in the training data
    assert found["natural"][:, disgust].sum() < found["balanced"][:, disgust].sum()


def test_only_speakers_that_the_pack_has_not_learnt_are_tested(
    ravdess: Path, tmp_path: Path
) -> None:
    report = evaluate_pack("voice-expression", ravdess, tmp_path / "out")
    tested = read_predictions(tmp_path / "out" / "predictions.csv")
    assert set(tested.speaker.tolist()) == {"ravdess-01", "ravdess-05"}
    assert (report["n"], report["clips"], report["speakers"]) == (4, 6, 2)
    assert "trained on ravdess: only clips that it has not learnt" in report["warning"]
    options = PackOptions(unseen_only=False, protocol="leave-one-speaker-out")
    everything = evaluate_pack("voice-expression", ravdess, tmp_path / "all", options)
    assert everything["n"] == 6
    assert everything["folds"] == ["ravdess-01", "ravdess-02", "ravdess-05"]
    assert "the figures say nothing of new recordings" in everything["warning"]


def test_what_was_learnt_under_another_name_is_not_tested(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    words = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
    for place in (tmp_path / split / word for split in ("train", "test") for word in words):
        place.mkdir(parents=True)
        cv2.imwrite(str(place / "1.png"), generator.integers(0, 256, (48, 48), np.uint8))
    same = cv2.imread(str(tmp_path / "train" / "sad" / "1.png"))
    cv2.imwrite(str(tmp_path / "test" / "fear" / "1.bmp"), same)
    report = evaluate_pack("face-expression", tmp_path, tmp_path / "out")
    assert (report["corpora"], report["n"], report["unusable"]) == (["fer2013"], 7, 1)
    options = PackOptions(protocol="official", unseen_only=False)
    assert evaluate_pack("face-expression", tmp_path, tmp_path / "all", options)["n"] == 8


def test_parts_of_a_recording_and_short_words_are_judged(tmp_path: Path) -> None:
    write_wav(tmp_path / "long.wav", 3.0)
    table = "file,emotion,start,end\nlong.wav,sadness,0,1.5\nlong.wav,anger,1.5,1.7\n"
    (tmp_path / "table.csv").write_text(table)
    report = evaluate_pack("voice-expression", tmp_path, tmp_path / "out")
    assert report["n"] == 2
    tested = read_predictions(tmp_path / "out" / "predictions.csv")
    assert [name.split("/")[1] for name in tested.file] == ["long.wav", "long.wav#t=1.5"]
    assert len(read_audio(tmp_path / "long.wav")) == 3 * SAMPLING_RATE
    assert not np.allclose(tested.probabilities[0], tested.probabilities[1])


def test_what_cannot_be_tested_is_one_line(pictures: Path, ravdess: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="nothing to test among the 0 clips"):
        evaluate_pack("voice-expression", pictures, tmp_path / "out")
    with pytest.raises(OptionError, match="no corpus that is known; name with --corpus"):
        evaluate_pack("voice-expression", ravdess / "Actor_01" / "none", tmp_path / "out")
    facts = load_pack("voice-expression").manifest
    other = write_pack(
        tmp_path / "other", b"net", "", name="other", version="1", task="gait", labels=facts.labels,
        input={}, temperature=1.0, prior=facts.prior,
    )  # fmt: skip
    with pytest.raises(ModelError, match="a pack for gait; give one for faces or voices"):
        evaluate_pack(other.folder, ravdess, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_on_real_voices_it_agrees_with_the_pack(shared: Path, tmp_path: Path) -> None:
    options = PackOptions(corpora=("ravdess",), prior="natural")
    report = evaluate_pack("voice-expression", shared / "corpora" / "ravdess", tmp_path, options)
    stated = load_pack("voice-expression").manifest.metrics["sealed_speakers"]
    assert report["n"] == stated["clips"] == 120
    # Stated of whole clips, while the pack as it is used pools windows of four seconds.
    assert report["uar"]["value"] == pytest.approx(stated["uar"]["value"], abs=0.03)
