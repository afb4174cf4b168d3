"""Making the next batch while a net learns from this one."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from emoarc.train._loop import Batch

__all__ = ["made_ahead"]


def made_ahead(make: Callable[[int], Batch], steps: int) -> Iterator[Batch]:
    """Yield `make(0)` to `make(steps - 1)`, each made by another thread while the last is used."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(make, 0)
        for step in range(1, steps + 1):
            batch = coming.result()
            if step < steps:
                coming = pool.submit(make, step)
            yield batch
