"""Decoding ahead, in a thread of its own."""

from collections.abc import Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

__all__ = ["prefetch"]

_T = TypeVar("_T")

_PATIENCE = 0.05
"""Seconds between two looks at whether the consumer is gone."""


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


def prefetch(items: Iterable[_T], depth: int = 8) -> Generator[_T, None, None]:
    """Run an iterator in one thread, at most `depth` items ahead of the caller.

    An error of the iterator is raised in the caller, after the items before it. The thread has
    ended whenever this generator has: wrap it in `contextlib.closing` where the loop may be left
    early.

    Args:
        items: What to run; only the thread touches it meanwhile.
        depth: Items held, which bounds the memory.

    Yields:
        The items, in order.
    """
    queue: Queue[_T | _End] = Queue(depth)
    left = Event()
    thread = Thread(target=_fill, args=(items, queue, left), name="emoarc-decode", daemon=True)
    thread.start()
    try:
        while not isinstance(item := queue.get(), _End):
            yield item
        if item.error:
            raise item.error
    finally:
        left.set()
        _drain(queue)
        thread.join()


def _fill(items: Iterable[_T], queue: "Queue[_T | _End]", left: Event) -> None:
    end = _End()
    try:
        for item in items:
            if not _put(queue, item, left):
                return
    except BaseException as error:  # handed over whole, to be raised in the caller
        end = _End(error)
    _put(queue, end, left)


def _put(queue: "Queue[_T | _End]", item: "_T | _End", left: Event) -> bool:
    while not left.is_set():
        with suppress(Full):
            queue.put(item, timeout=_PATIENCE)
            return True
    return False


def _drain(queue: "Queue[_T | _End]") -> None:
    with suppress(Empty):
        while True:
            queue.get_nowait()
