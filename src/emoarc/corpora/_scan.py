"""Looking into every file of a manifest: is it whole, how long is it, and is it a copy?"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path
from typing import Literal

from emoarc.corpora._clip import Clip, Manifest, Problem
from emoarc.corpora._facts import Facts, FactsCache, Stamp, examine, stamp, user_cache

__all__ = ["scan"]

Progress = Callable[[int, int], None]

_THREADS = min(8, os.cpu_count() or 1)


def scan(
    manifest: Manifest,
    cache: Path | Literal["user"] | None = "user",
    progress: Progress | None = None,
) -> Manifest:
    """Look into the files of a manifest.

    Clips get their digest and, where it was open, their end. Those whose file is missing or cannot
    be decoded become problems. Of files with equal content the first is kept, and others of which
    the corpus says something else or which are in its official split; each copy is a problem that
    names its twin.

    Args:
        manifest: What adapters read.
        cache: The file that keeps what was found, for files that do not change; "user" is
            `corpora.sqlite` in the user's cache folder, None keeps nothing. One that cannot be
            used is no error.
        progress: Called with how many files are done, of how many.
    """
    place = FactsCache(user_cache() if cache == "user" else cache)
    stamps = [stamp(clip) for clip in manifest.clips]
    facts = _gather(dict(zip(stamps, manifest.clips, strict=True)), place, progress)
    clips: list[Clip] = []
    problems = list(manifest.problems)
    for clip, key in zip(manifest.clips, stamps, strict=True):
        known = facts[key] if key else Facts(fault="missing; copy it again, or remove its row")
        if known.fault:
            problems.append(Problem(clip.file, known.fault))
        else:
            clips.append(_informed(clip, known))
    unique, copies = _without_copies(clips)
    return Manifest(tuple(unique), (*problems, *copies))


def _gather(
    clips: dict[Stamp | None, Clip], cache: FactsCache, progress: Progress | None
) -> dict[Stamp, Facts]:
    """Look up what is known, and examine the rest, several files at once."""
    wanted = {key: clip for key, clip in clips.items() if key}
    facts = cache.get(wanted)
    new = {key: clip for key, clip in wanted.items() if key not in facts}
    found: dict[Stamp, Facts] = {}
    pool = ThreadPoolExecutor(_THREADS)
    try:
        for key, known in zip(new, pool.map(examine, new.values()), strict=True):
            found[key] = known
            if progress:
                progress(len(facts) + len(found), len(wanted))
    finally:  # an interrupted scan goes on where it was
        pool.shutdown(cancel_futures=True)
        cache.put(found)
    return facts | found


def _informed(clip: Clip, facts: Facts) -> Clip:
    return replace(
        clip,
        digest=facts.digest,
        end=facts.duration if clip.end is None else clip.end,
        kind="video" if facts.silent else clip.kind,
    )


def _without_copies(clips: Iterable[Clip]) -> tuple[list[Clip], list[Problem]]:
    first: dict[tuple[str, float], Clip] = {}
    kept: list[Clip] = []
    problems: list[Problem] = []
    for clip in clips:
        twin = first.setdefault((clip.digest, clip.start), clip)
        why = _why_keep(clip, twin)
        if twin.file == clip.file or why:
            kept.append(clip)
        if twin.file != clip.file:
            what = f"{why}; both are kept" if why else "which is kept; remove one of them"
            problems.append(
                Problem(clip.file, f"the same content as {twin.file}, {what}", bool(why))
            )
    return kept, problems


def _why_keep(clip: Clip, twin: Clip) -> str:
    """Say why a copy is more than that: it has other facts, or an official split counts it."""
    news = _differences(twin, clip)
    if news:
        return f"but another {', '.join(news)}"
    return "and both in the official split" if clip.split else ""


def _differences(clip: Clip, other: Clip) -> list[str]:
    """Name the fields in which two clips differ, other than what each file has of its own."""
    names = [field.name for field in fields(Clip) if field.name not in ("file", "take")]
    return [name for name in names if getattr(clip, name) != getattr(other, name)]
