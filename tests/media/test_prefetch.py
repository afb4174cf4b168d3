"""Decoding ahead in a thread."""

import itertools
import threading
import time
from contextlib import closing

import pytest

from emoarc.media import prefetch


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "emoarc-decode"]


@pytest.mark.parametrize("depth", [1, 3, 1_000])
def test_the_items_come_in_order(depth):
    assert list(prefetch(range(500), depth)) == list(range(500))
    assert not threads()


def test_an_error_comes_after_the_items_before_it():
    def source():
        yield 1
        yield 2
        raise KeyError("lost")

    seen = []
    with pytest.raises(KeyError, match="lost"):
        seen.extend(prefetch(source()))
    assert not threads()
    items = prefetch(source())
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(KeyError):
        next(items)


def test_it_never_runs_further_ahead_than_its_depth():
    made = []

    def source():
        for i in range(50):
            made.append(i)
            yield i

    with closing(prefetch(source(), depth=4)) as items:
        next(items)
        time.sleep(0.2)
        assert len(made) <= 1 + 4 + 1  # taken, queued, and one waiting to be queued


def test_leaving_early_ends_the_thread():
    with closing(prefetch(itertools.count(), depth=2)) as items:
        assert next(items) == 0
        assert threads()
    assert not threads()


def test_nothing_runs_before_the_first_item_is_asked_for():
    items = prefetch(range(3))
    assert not threads()
    items.close()


def test_an_interruption_of_the_source_reaches_the_caller():
    def source():
        yield 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(prefetch(source()))
    assert not threads()
