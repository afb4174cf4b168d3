"""From a folder of JSON files to the pages about them."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from emoarc.errors import OptionError
from emoarc.evaluate.results._arcs import arcs_page
from emoarc.evaluate.results._evaluations import evaluation_section
from emoarc.evaluate.results._faces import faces_page
from emoarc.evaluate.results._fusion import fusion_page
from emoarc.evaluate.results._models import headlines, model_sections
from emoarc.evaluate.results._noise import noise_page
from emoarc.evaluate.results._speakers import speakers_page
from emoarc.evaluate.results._systems import systems_page
from emoarc.evaluate.results._voices import voices_page
from emoarc.files import write_text

__all__ = ["result_texts", "write_results"]

_PAGE = "README.md"
_SYSTEMS = "seed-systems.md"
_FOLDER = "systems"
_MARKED = re.compile(r"<!-- figures -->.*<!-- /figures -->", re.DOTALL)
_MADE = "Made by `emoarc results`"
_HEAD = f"""\
# Results

{_MADE} from the JSON files in this folder; do not edit. Intervals are 95 % intervals
over what the protocol names, by bootstrap unless it says otherwise. Shipped weights never train on
RAVDESS actors 01 and 05, nor on the FER2013 PrivateTest pictures. Everything speaks of expression
as perceived."""

Report = Mapping[str, Any]

_PAGES: Final[dict[str, tuple[str, Callable[[Report], str]]]] = {
    "voice.md": ("How well voices are read", voices_page),
    "arcs.md": ("Whether families of arcs are found again", arcs_page),
    "fusion.md": ("How face and voice are fused, and smoothed over time,", fusion_page),
    "speakers.md": ("Who speaks when, and which face it is,", speakers_page),
    "noise.md": ("What noise costs the voice", noise_page),
    "face.md": ("How faces are found, marked and followed", faces_page),
}
"""The pages beside it: what each is about, and what makes it of the files; empty without any."""


def write_results(folder: Path, readme: Path | None = None) -> list[Path]:
    """Write the pages of a folder of results; see `result_texts`.

    Returns:
        What was written.

    Raises:
        OptionError: There are no results, one is damaged, or a page would replace another's text.
        OutputError: A page cannot be written.
    """
    texts = result_texts(folder, readme)
    page = folder / _PAGE
    if page.exists() and _MADE not in page.read_text(encoding="utf-8"):
        raise OptionError(f"{page}: not made by `emoarc results`; move it, so that it is kept")
    for path, text in texts.items():
        write_text(path, text)
    return list(texts)


def result_texts(folder: Path, readme: Path | None = None) -> dict[Path, str]:
    """Return what the pages about a folder of results should say.

    `README.md` has a section for each result that the shipped models and benches leave there, and
    for every evaluation in the folder (`*.json`) or below it (`evaluation.json`); those in
    `systems/` make the page `seed-systems.md`.

    Args:
        folder: Holds the JSON files.
        readme: A text with a block of headline figures, between `<!-- figures -->` and
            `<!-- /figures -->`; None is the one two folders up, if it has such a block.

    Raises:
        OptionError: There are no results, or one is damaged.
    """
    try:
        return _texts(folder, readme)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise OptionError(
            f"{folder}: a JSON file is not as `emoarc evaluate` or the benches write it "
            f"({type(error).__name__}: {error}); write it anew, or remove it"
        ) from error


def _texts(folder: Path, readme: Path | None) -> dict[Path, str]:
    files = {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}
    systems = [_read(path) for path in sorted((folder / _FOLDER).glob("*.json"))]
    sections = list(model_sections(files))
    sections += [evaluation_section(report, name) for name, report in _evaluations(folder)]
    if systems:
        sections.insert(0, f"The systems of the source papers are in [{_SYSTEMS}]({_SYSTEMS}).")
    pages = {name: page(files) for name, (_, page) in _PAGES.items()}
    for name, (about, _) in _PAGES.items():
        if pages[name]:
            sections.insert(0, f"{about} is in [{name}]({name}).")
    if not sections:
        raise OptionError(
            f"{folder}: no results here; `emoarc evaluate` and the benches write them"
        )
    texts = {folder / _PAGE: "\n\n".join([_HEAD, *sections]) + "\n"}
    if systems:
        texts[folder / _SYSTEMS] = systems_page(systems)
    texts |= {folder / name: text for name, text in pages.items() if text}
    return texts | _marked(readme, folder, files)


def _marked(readme: Path | None, folder: Path, files: Mapping[str, Any]) -> dict[Path, str]:
    """Return the text with the headline figures put in, if there are both."""
    path = readme or Path(os.path.normpath(folder / ".." / ".." / _PAGE))
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if readme and not _MARKED.search(text):
        raise OptionError(f"{readme}: has no <!-- figures --> and <!-- /figures --> to fill")
    figures = headlines(files)
    if not figures or not _MARKED.search(text):
        return {}
    block = f"<!-- figures -->\n{figures}\n<!-- /figures -->"
    return {path: _MARKED.sub(lambda _: block, text)}


def _evaluations(folder: Path) -> Iterator[tuple[str, Report]]:
    """Yield every evaluation outside `systems/`, with its path below the folder."""
    below = (p for p in folder.rglob("evaluation.json") if folder / _FOLDER not in p.parents)
    for path in sorted({*folder.glob("*.json"), *below}):
        report = _read(path)
        if report.get("kind") == "evaluation":
            yield path.relative_to(folder).as_posix(), report


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OptionError(f"{path}: damaged, or no JSON; write it anew or remove it") from error
    if not isinstance(found, dict):
        raise OptionError(f"{path}: holds no results; remove it")
    return cast("dict[str, Any]", found)
