"""What of a corpus a pack has been trained on, as far as the pack says it."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, cast

from emoarc.corpora import SEALED, Clip
from emoarc.packs import Manifest

__all__ = ["trained_corpora", "unseen", "warning_of"]

_OF_ANY_ORIGIN = frozenset({"folders", "table"})
"""Layouts, not corpora: what lies in them may have been copied from a corpus that was learnt."""


def trained_corpora(pack: Manifest, corpora: Iterable[str]) -> list[str]:
    """Return which of some corpora the pack was trained on, going by the names its `corpora` have.

    They are there in words, such as "CREMA-D (Cao et al. 2014), English"; a corpus is meant where
    one of the words is its name: "CREMA-D" is `cremad` and "FER+" `ferplus`.
    """
    words = {
        _plain(word) for corpus in pack.corpora for word in re.split(r"[\s(),;]+", corpus["name"])
    }
    return [name for name in corpora if _plain(name) in words]


def unseen(pack: Manifest, clips: Sequence[Clip], corpus: str) -> frozenset[int] | None:
    """Number the clips of a corpus that a pack trained on it has not learnt; None if not known.

    Nothing in emoarc trains on a corpus's own test split or on the sealed speakers. Where a corpus
    has neither, the speakers are known whom the recipe in the pack held out.
    """
    held_out = _held_out(pack)
    signs: tuple[Callable[[Clip], bool], ...] = (
        lambda clip: clip.split == "test",
        lambda clip: clip.speaker in SEALED,
        lambda clip: clip.speaker in held_out,
    )
    for sign in signs:
        rows = {row for row, clip in enumerate(clips) if clip.corpus == corpus and sign(clip)}
        if rows:
            return frozenset(rows)
    return None


def warning_of(corpora: Iterable[str], seen: Iterable[str], restricted: Iterable[str]) -> str:
    """Say in a line of which corpora tested clips may have been learnt; empty if of none.

    Args:
        corpora: What is tested on.
        seen: The corpora that the pack was trained on.
        restricted: Those of them of which only clips it has not learnt are tested.
    """
    kept, parts = set(restricted), list[str]()
    learnt = [name for name in seen if name not in kept]
    if learnt:
        parts.append(
            f"the pack was trained on {', '.join(learnt)}, and tested clips are among what it "
            "learnt or may be: the figures say nothing of new recordings"
        )
    if kept:
        parts.append(
            f"the pack was trained on {', '.join(sorted(kept))}: only clips that it has not learnt "
            "are tested, recorded like those that it has"
        )
    if own := [name for name in corpora if name in _OF_ANY_ORIGIN]:
        parts.append(
            f"clips read as {', '.join(own)} may come from anywhere: emoarc cannot know whether "
            "the pack has learnt them, so make sure that it has not"
        )
    return "; ".join(parts)


def _held_out(pack: Manifest) -> frozenset[str]:
    with suppress(ValueError):
        recipe = json.loads(pack.recipe)
        if isinstance(recipe, dict):
            names: Any = cast("dict[str, Any]", recipe).get("held_out", ())
            return frozenset(map(str, names))
    return frozenset()


def _plain(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower().replace("+", "plus"))
