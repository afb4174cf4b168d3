import subprocess
import sys

import pytest

from emoarc import __version__


def test_version(emoarc):
    assert emoarc("--version") == (0, f"emoarc {__version__}\n", "")


@pytest.mark.parametrize("verb", ["analyze", "train", "doctor", "models"])
def test_every_verb_explains_itself(emoarc, verb):
    outcome = emoarc(verb, "--help")
    assert outcome.code == 0
    assert "Usage" in outcome.out


def test_an_unknown_verb_is_a_usage_error(emoarc):
    assert emoarc("analyse").code == 2


def test_help_does_not_load_the_heavy_rooms():
    code = "import sys, emoarc.cli; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert {"av", "cv2", "onnxruntime", "pyarrow", "torch"}.isdisjoint(loaded)


def test_debug_shows_the_traceback(emoarc):
    with pytest.raises(Exception, match="missing"):
        emoarc("analyze", "missing.mp4", "--debug")
