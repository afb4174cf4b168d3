"""Speech made on the fly, and a small network to judge it."""

import numpy as np
import pytest
from scipy.signal import lfilter

from emoarc.audio import VoiceExpressionModel, VoiceInput
from emoarc.labels import EMOTIONS
from emoarc.packs import load_pack, shipped_packs, write_pack

RATE = 16_000
VOWELS = (
    ((730, 90), (1090, 110), (2440, 170)),
    ((270, 60), (2290, 100), (3010, 150)),
    ((300, 60), (870, 90), (2240, 150)),
    ((530, 70), (1840, 100), (2480, 150)),
)


def vowel(rng, samples):
    """A glottal pulse train of gliding pitch through three formants."""
    pitch = np.linspace(*rng.uniform(100, 160, 2), samples)
    sound = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0)
    for frequency, bandwidth in VOWELS[rng.integers(len(VOWELS))]:
        radius = np.exp(-np.pi * bandwidth / RATE)
        turn = 2 * radius * np.cos(2 * np.pi * frequency / RATE)
        sound = lfilter([1], [1, -turn, radius**2], sound)
    return sound / np.abs(sound).max() * np.hanning(samples) ** 0.5


def make_speech(seconds, seed=0):
    rng = np.random.default_rng(seed)
    parts, wanted = [], round(seconds * RATE)
    while sum(map(len, parts)) < wanted:
        parts.append(vowel(rng, rng.integers(2000, 4000)))
        parts.append(rng.normal(0, 0.02, rng.integers(300, 900)))
    return (0.3 * np.concatenate(parts)[:wanted]).astype(np.float32)


@pytest.fixture(scope="session")
def speech():
    """A function: vowels for so many seconds, which voice activity takes for speech."""
    return make_speech


@pytest.fixture(scope="session")
def scene():
    """9.5 s: silence, a short utterance, silence, a long one, silence; and where they lie."""
    rng = np.random.default_rng(7)
    silence = [rng.normal(0, 1e-4, round(s * RATE)).astype(np.float32) for s in (0.5, 1.0, 1.0)]
    sound = np.concatenate(
        [silence[0], make_speech(1.0, 1), silence[1], make_speech(6.0, 2), silence[2]]
    )
    return sound, ((0.5, 1.5), (2.5, 8.5))


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory):
    """A function: a pack whose network averages 8 bands over time and weighs seven of them."""
    onnx = pytest.importorskip("onnx", reason="onnx is not installed; it comes with [train]")
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    weights = np.random.default_rng(3).normal(0, 1, (8, 7)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["sound", "time"], ["mean"], keepdims=0),
            helper.make_node("MatMul", ["mean", "weights"], ["logits"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("sound", onnx.TensorProto.FLOAT, ["batch", "frames", 8])],
        [helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["batch", 7])],
        [
            numpy_helper.from_array(np.array([1]), "time"),
            numpy_helper.from_array(weights, "weights"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    section = VoiceInput(min_seconds=0.3).to_manifest()
    section["features"] |= {"bands": 8}

    def made(task="voice-expression", **change):
        return write_pack(
            tmp_path_factory.mktemp("tiny"),
            model.SerializeToString(),
            "# tiny",
            name="tiny",
            version="1",
            task=task,
            labels=EMOTIONS,
            input=section | change,
            temperature=1.0,
            prior=dict.fromkeys(EMOTIONS, 1 / 7),
        )

    return made


@pytest.fixture(scope="session")
def model(request):
    """The shipped model where there is one, else the tiny one."""
    if "voice-expression" in shipped_packs():
        return VoiceExpressionModel(load_pack("voice-expression"))
    return VoiceExpressionModel(request.getfixturevalue("tiny_pack")())
