import json
from importlib.resources import files

import numpy as np
import pytest

from emoarc.fusion import RULES, load_fitted
from emoarc.packs import load_pack

PROVENANCE = json.loads((files("emoarc.fusion") / "fitted.json").read_text())["provenance"]


@pytest.mark.parametrize("name", ["face-expression", "voice-expression"])
def test_what_ships_was_fitted_to_the_experts_that_ship(name):
    """Where this fails, run `bench/fusion_fit.py` and `bench/fusion.py` anew."""
    assert PROVENANCE["experts"][name] == load_pack(name).manifest.sha256


def test_what_was_fitted_is_as_it_must_be():
    fitted = load_fitted()
    assert 0 < fitted.pool.face_weight < 1
    assert 0 < fitted.pool.hidden < 1
    assert min(fitted.hmm.change_rate, fitted.live_hmm.change_rate, fitted.memory) > 0
    np.testing.assert_allclose(fitted.decisions.confusion.sum(axis=2), 1, atol=1e-3)
    assert set(RULES) == {
        "pool", "mean", "product", "max", "bayes", "decisions", "elm", "stacking",
    }  # fmt: skip
