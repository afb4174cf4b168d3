"""Valence and arousal over time, for the corpora that were rated so."""

from collections.abc import Callable
from typing import Final

from emoarc.corpora._aff_wild2 import aff_wild2_trace
from emoarc.corpora._clip import Clip
from emoarc.corpora._recola import recola_trace
from emoarc.corpora._semaine import semaine_trace
from emoarc.corpora._trace_files import Trace
from emoarc.errors import OptionError

__all__ = ["Trace", "read_trace"]

_READERS: Final[dict[str, Callable[[Clip], Trace]]] = {
    "aff-wild2": aff_wild2_trace,
    "recola": recola_trace,
    "semaine": semaine_trace,
}


def read_trace(clip: Clip) -> Trace:
    """Read the ratings of a recording over time, averaged over raters.

    A trace is (times, valence, arousal), each of shape (n,), NaN where a value is missing; empty
    where nothing can be read any more.

    Raises:
        OptionError: The clip's corpus has no ratings over time.
    """
    reader = _READERS.get(clip.corpus)
    if reader is None:
        names = ", ".join(_READERS)
        raise OptionError(
            f"{clip.file}: no ratings over time in {clip.corpus!r}; {names} have them"
        )
    return reader(clip)
