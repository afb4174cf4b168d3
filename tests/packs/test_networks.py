"""The networks of all shipped packs: what holds however many threads run them."""

import numpy as np
import onnxruntime as ort
import pytest

from emoarc.packs import load_pack, shipped_packs

LENGTHS = {"face-detection": 96}
"""Of dimensions that a network leaves open; others take one picture or sentence at a time."""


def random_inputs(name: str, session: ort.InferenceSession) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    inputs = {}
    for each in session.get_inputs():
        first, *others = each.shape
        shape = [first if isinstance(first, int) else 1]
        shape += [size if isinstance(size, int) else LENGTHS.get(name, 64) for size in others]
        inputs[each.name] = generator.random(shape, np.float32)
    return inputs


@pytest.mark.parametrize("name", shipped_packs())
def test_threads_change_nothing_that_counts(name: str) -> None:
    one, four = (load_pack(name).session(threads) for threads in (1, 4))
    inputs = random_inputs(name, one)
    for single, many in zip(one.run(None, inputs), four.run(None, inputs), strict=True):
        np.testing.assert_allclose(many, single, rtol=1e-5, atol=1e-5)
