import shutil

from emoarc.packs import load_pack


def test_list_names_the_shipped_packs(emoarc):
    outcome = emoarc("models", "list")
    assert outcome.code == 0
    assert "face-expression" in outcome.out
    assert "voice-expression" in outcome.out


def test_show_prints_the_card(emoarc):
    outcome = emoarc("models", "show", "voice-expression")
    assert outcome.code == 0
    assert "RAVDESS" in outcome.out


def test_verify_passes_whole_packs_and_refuses_damaged_ones(emoarc, tmp_path):
    assert emoarc("models", "verify").code == 0
    pack = shutil.copytree(load_pack("face-expression").folder, tmp_path / "pack")
    (pack / "model.onnx").write_bytes(b"damaged")
    outcome = emoarc("models", "verify", pack)
    assert outcome.code == 5
    assert outcome.err.count("\n") == 1


def test_an_unknown_pack_is_a_model_error(emoarc):
    assert emoarc("models", "show", "nowhere").code == 5
