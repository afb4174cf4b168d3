import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emoarc.audio._buffer import Buffer


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), max_size=20))
def test_what_is_kept_is_what_was_appended(steps):
    buffer, everything, kept = Buffer(), np.zeros(0, np.float32), 0
    for size, forgotten in steps:
        values = np.arange(len(everything), len(everything) + size, dtype=np.float32)
        everything = np.append(everything, values)
        buffer.append(values)
        kept = max(kept, min(forgotten, len(everything)))
        buffer.forget(kept)
        assert buffer.end == len(everything)
        np.testing.assert_array_equal(buffer.read(kept, buffer.end), everything[kept:])


def test_memory_stays_small_when_the_past_is_forgotten():
    buffer = Buffer()
    for _ in range(1000):
        buffer.append(np.zeros(1000, np.float32))
        buffer.forget(buffer.end - 2000)
    assert len(buffer._values) < 20_000
