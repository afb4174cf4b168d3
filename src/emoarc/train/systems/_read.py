"""The arrays a system learns from, computed once and kept on disk."""

import hashlib
import itertools
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib.format import dtype_to_descr, write_array_header_1_0
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # pyright: ignore[reportMissingTypeStubs]

from emoarc.audio import speech_span
from emoarc.corpora import Clip, read_corpora
from emoarc.errors import InputError, OptionError
from emoarc.files import atomic
from emoarc.media import read_audio
from emoarc.train._augment_signal import SignalBank, augment_signal
from emoarc.train.systems._recipe import SystemRecipe
from emoarc.train.systems._sight import Faces, Picture
from emoarc.train.systems._sound import SpeechModel
from emoarc.types import SAMPLING_RATE

__all__ = ["Told", "read_inputs"]

Told = Callable[[str], None]
"""Is told, in a line, what is being done."""


def read_inputs(
    recipe: SystemRecipe, clips: Sequence[Clip], data: Path, cache: Path, told: Told | None = None
) -> dict[str, NDArray[Any]]:
    """Compute every input of the recipe for every clip, or open what the folder `cache` has.

    The arrays, by the recipe's names, are of shape (clips, 1 + copies, ...); the clip itself comes
    first. They are mapped from disk, so that they cost memory only where they are used.

    Args:
        recipe: Says what to compute.
        clips: Of what.
        data: Where noise and babble for the altered copies are looked for.
        cache: Where the arrays are kept, one file per input.
        told: Is told what is being computed.

    Raises:
        InputError: A recording cannot be read.
        OptionError: A file in `cache` is damaged.
        OutputError: The folder cannot be written to.
    """
    cache.mkdir(parents=True, exist_ok=True)
    paths = {name: cache / f"{name}-{_key(recipe, name, clips)}.npy" for name in recipe.inputs}
    missing = {name: path for name, path in paths.items() if not path.exists()}
    heard = {n: p for n, p in missing.items() if not isinstance(recipe.inputs[n], Picture | Faces)}
    seen = {name: path for name, path in missing.items() if name not in heard}
    if missing and told:
        told(f"computing {', '.join(missing)} of {len(clips)} clips")
    # One thread: the products are so small that starting more costs a multiple of them.
    with threadpool_limits(1):
        _compute(recipe, clips, data, heard, seen)
    return {name: _open(path) for name, path in paths.items()}


def _open(path: Path) -> NDArray[Any]:
    try:
        return np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise OptionError(f"{path}: damaged; delete it to compute it again") from error


def _compute(
    recipe: SystemRecipe,
    clips: Sequence[Clip],
    data: Path,
    heard: Mapping[str, Path],
    seen: Mapping[str, Path],
) -> None:
    if heard:
        bank = _read_bank(recipe, data)
        _store(heard, (_sounds(recipe, heard, clip, bank) for clip in clips), len(clips))
    if seen:
        _store(seen, _pictures(recipe, seen, clips), len(clips))


def _sounds(
    recipe: SystemRecipe, names: Mapping[str, Path], clip: Clip, bank: SignalBank
) -> dict[str, NDArray[Any]]:
    signal = _signal(recipe, clip)
    signals = [signal]
    for copy in range(recipe.sound.copies):
        assert recipe.signal is not None  # the recipe says so
        # Seeded by the clip, so that a copy is the same whatever other clips there are.
        generator = np.random.default_rng([recipe.seed, copy, zlib.crc32(clip.file.stem.encode())])
        signals.append(augment_signal(signal, recipe.signal, bank, generator))
    inputs: dict[str, Any] = {name: recipe.inputs[name] for name in names}
    return {name: np.stack([each(s) for s in signals]) for name, each in inputs.items()}


def _signal(recipe: SystemRecipe, clip: Clip) -> NDArray[np.float32]:
    whole = read_audio(clip.file)
    end = None if clip.end is None else round(clip.end * SAMPLING_RATE)
    signal = whole[round(clip.start * SAMPLING_RATE) : end]
    offset = round(recipe.sound.offset * SAMPLING_RATE)
    signal = signal[offset:] if len(signal) > offset else signal
    if not len(signal):
        raise InputError(f"{clip.file}: no sound between {clip.start} and {clip.end} s")
    start, stop = speech_span(signal) if recipe.sound.trim else (0, len(signal))
    return signal[start:stop]


def _pictures(
    recipe: SystemRecipe, names: Mapping[str, Path], clips: Sequence[Clip]
) -> Iterator[dict[str, NDArray[Any]]]:
    inputs: dict[str, Any] = {name: recipe.inputs[name] for name in names}
    for clip in clips:
        yield {name: each(clip)[None] for name, each in inputs.items()}


def _store(paths: Mapping[str, Path], rows: Iterator[dict[str, NDArray[Any]]], count: int) -> None:
    """Write rows into files that take their places only once all rows are in."""
    first = next(rows)
    shapes = {name: first[name].shape for name in paths}
    with ExitStack() as stack:
        files: dict[str, BinaryIO] = {}
        for name, path in paths.items():
            # One by one: the hidden states of a speech model may be more than memory holds.
            file = stack.enter_context(stack.enter_context(atomic(path)).open("wb"))
            kind = dtype_to_descr(first[name].dtype)
            facts = {"descr": kind, "fortran_order": False, "shape": (count, *shapes[name])}
            write_array_header_1_0(file, facts)
            files[name] = file
        for row in itertools.chain([first], rows):
            for name, file in files.items():
                array = row[name].astype(first[name].dtype, copy=False)
                file.write(array.reshape(shapes[name]).tobytes())


def _read_bank(recipe: SystemRecipe, data: Path) -> SignalBank:
    """Read what the recipe adds to copies: noise (ESC-10), and people who talk (LibriSpeech)."""
    noises: list[Path] = []
    talkers: list[Path] = []
    if recipe.signal and recipe.signal.noise:
        noises = sorted(data.glob("**/esc10/**/*.*"))
        if not noises:
            raise OptionError(f"{data}: signal.noise needs a folder esc10 with recordings of noise")
    if recipe.signal and recipe.signal.babble:
        talkers = [clip.file for clip in read_corpora(data, ["librispeech"]).clips]
    with ThreadPoolExecutor(2) as pool:
        return SignalBank(list(pool.map(read_audio, noises)), list(pool.map(read_audio, talkers)))


def _key(recipe: SystemRecipe, name: str, clips: Sequence[Clip]) -> str:
    options = recipe.inputs[name]
    facts: list[Any] = [
        options,
        [(c.file.name, c.file.stat().st_size, c.start, c.end) for c in clips],
    ]
    if isinstance(options, SpeechModel):
        facts.append(options.fingerprint)
    if not isinstance(options, Picture | Faces):
        facts += [recipe.sound, recipe.signal, recipe.seed if recipe.sound.copies else 0]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
