import json
import shutil

import numpy as np
import pytest

from emoarc.errors import ModelError, OptionError
from emoarc.labels import EMOTIONS
from emoarc.packs import ProbabilityHead, load_pack, resolve_prior, shipped_packs, write_pack
from emoarc.packs._pack import Manifest

FACTS = {
    "name": "toy",
    "version": "1",
    "task": "face-expression",
    "labels": (*EMOTIONS, "contempt"),
    "input": {"shape": [1, 48, 48]},
    "temperature": 2.0,
    "prior": dict.fromkeys(EMOTIONS, 0.1) | {"neutral": 0.3, "contempt": 0.1},
}


@pytest.fixture
def pack(tmp_path):
    return write_pack(tmp_path / "toy", b"not really a network", "# A card", **FACTS)


def test_a_pack_is_read_as_it_was_written(pack):
    again = load_pack(pack.folder, "face-expression")
    assert again.manifest == pack.manifest
    assert again.manifest.labels == FACTS["labels"]
    assert again.card == "# A card"


def test_there_are_shipped_packs_and_they_are_whole():
    assert {"face-expression", "voice-expression"} <= set(shipped_packs())
    for name in shipped_packs():
        assert load_pack(name).session().get_inputs()


@pytest.mark.parametrize("name", ["face-expression", "voice-expression"])
def test_shipped_cards_say_what_users_must_know(name):
    card = load_pack(name).card.lower()
    for word in ("licen", "perceived", "limits", "at work", "calibration"):
        assert word in card


def _flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGE = {
    "flipped network": lambda f: _flip(f / "model.onnx"),
    "truncated network": lambda f: (f / "model.onnx").write_bytes(b"not"),
    "no network": lambda f: (f / "model.onnx").unlink(),
    "no manifest": lambda f: (f / "model.json").unlink(),
    "no json": lambda f: (f / "model.json").write_text("{"),
    "missing field": lambda f: (f / "model.json").write_text('{"name": "toy", "labels": []}'),
    "a list": lambda f: (f / "model.json").write_text("[]"),
    "no folder": shutil.rmtree,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_pack_is_refused_in_one_line(pack, damage):
    damage(pack.folder)
    with pytest.raises(ModelError) as caught:
        load_pack(pack.folder)
    assert "\n" not in str(caught.value)
    assert str(pack.folder) in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [{"temperature": 0}, {"temperature": None}, {"temperature": "1"}, {"temperature": float("nan")},
     {"prior": {"neutral": 1.0}}, {"prior": FACTS["prior"] | {"fear": 0}}, {"input": ["x"]},
     {"labels": ["fear", "joy"]}, {"labels": 7}],
    ids=str,
)  # fmt: skip
def test_a_manifest_that_cannot_be_is_refused(pack, change):
    path = pack.folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError, match="reinstall"):
        load_pack(pack.folder)


def test_a_shipped_name_means_the_shipped_pack(tmp_path, monkeypatch):
    (tmp_path / "face-expression").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_pack("face-expression").folder.parent.name == "shipped"
    with pytest.raises(ModelError, match="no model pack"):
        load_pack("./face-expression")


def test_a_pack_for_another_job_is_refused(pack):
    with pytest.raises(ModelError, match="for face-expression, not for voice-expression"):
        load_pack(pack.folder, "voice-expression")


def test_a_network_that_is_none_is_a_model_error(pack):
    with pytest.raises(ModelError, match="cannot be opened"):
        pack.session()


@pytest.fixture
def manifest():
    return Manifest(sha256="", **FACTS)


def test_the_natural_prior_leaves_the_calibrated_distribution(manifest):
    logits = np.array([[1.0, 2, 3, 0, 0, 0, 0, 9]])
    expected = np.exp(logits[0, :7] / 2)
    found = ProbabilityHead(manifest, "natural")(logits)[0]
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-5)


def test_the_balanced_prior_divides_the_training_prior_out(manifest):
    natural = ProbabilityHead(manifest, "natural")(np.zeros((1, 8)))[0]
    balanced = ProbabilityHead(manifest, "balanced")(np.zeros((1, 8)))[0]
    assert balanced[0] / balanced[1] == pytest.approx(natural[0] / natural[1] / 3)


def test_a_prior_of_ones_own(manifest):
    table = dict.fromkeys(EMOTIONS, 1.0) | {"fear": 5.0}
    found = ProbabilityHead(manifest, table)(np.zeros((1, 8)))[0]
    assert found[EMOTIONS.index("fear")] / found[1] == pytest.approx(5)


@pytest.mark.parametrize(
    "prior",
    ["even", {"neutral": 1.0}, dict.fromkeys(EMOTIONS, 0.0), dict.fromkeys(EMOTIONS, float("nan"))],
)
def test_an_impossible_prior_is_refused(prior):
    with pytest.raises(OptionError, match="prior"):
        resolve_prior(prior, FACTS["prior"])
