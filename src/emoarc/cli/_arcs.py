"""`emoarc arcs`: many recordings in, families of arcs out."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table

from emoarc.cli._analyze import analyze_into, folders_for
from emoarc.cli._console import check_folder, complain, explain, note, out, plain
from emoarc.errors import InputError, NothingToAnalyzeError, OptionError

if TYPE_CHECKING:
    from emoarc.arcs import Arc, Families

__all__ = ["arcs"]

_MEDIA: Final = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".flv", ".mpg", ".mpeg", ".ts", ".wmv"}
    | {".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".aac", ".wma", ".3gp"}
)
"""Suffixes of what is taken for a recording; a folder may hold other files."""
_TIMELINES: Final = ("timeline.parquet", "timeline.csv", "analysis.json")
"""From what an arc can be built, the quickest to read first."""


def arcs(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="Holds NAME.emoarc folders, recordings, or both.",
            show_default=False,
        ),
    ],
    measure: Annotated[
        str, typer.Option(help="What is compared: valence, arousal or an emotion.")
    ] = "valence",
    subject: Annotated[
        str, typer.Option(help="Whose arcs: P1, V1 and so on, or all subjects together.")
    ] = "all",
    distance: Annotated[
        str, typer.Option(help="euclidean, or dtw, which lets one recording run ahead of another.")
    ] = "euclidean",
    families: Annotated[
        str, typer.Option(help="How many families; auto chooses by the silhouette.")
    ] = "auto",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Where to write; DIR itself unless given."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Compare the arcs of many recordings and find families of them.

    Recordings in DIR that have no NAME.emoarc folder there are analysed first, as by `emoarc
    analyze RECORDING -o DIR`. Writes arcs.html, arcs.csv and arcs.json.

    For example:

        emoarc arcs interviews

        emoarc arcs films --measure happiness --distance dtw --families 5 -o families
    """
    # Heavy rooms are imported here, so that `emoarc --help` answers at once.
    from emoarc.arcs import CompareOptions, cluster_arcs, compare_arcs
    from emoarc.export import save_families

    options = CompareOptions(measure=measure, distance=distance)  # pyright: ignore[reportArgumentType]  # checked there
    number = _number(families)
    if not folder.is_dir():
        raise OptionError(f"{folder}: there is no such folder; give one that holds recordings")
    check_folder(output or folder)
    failed = _analyze_missing(folder, quiet)
    found, left_out = _read(folder, subject, failed)
    comparison = compare_arcs(found, options)
    left_out |= comparison.left_out
    if not quiet:
        for name, reason in left_out.items():
            note(f"{name}: left out, {reason}")
    comparison = replace(comparison, left_out=failed | left_out)
    if len(comparison.names) < 3:
        raise NothingToAnalyzeError(
            f"{folder}: arcs that can be compared: {len(comparison.names)}; families need three"
        )
    result = cluster_arcs(comparison, number)
    files = save_families(result, output or folder, subject)
    if not quiet:
        _report(result, files[-1])
    if failed:
        complain(f"{len(failed)} input{'s' if len(failed) > 1 else ''} could not be used")
        raise typer.Exit(3)


def _number(families: str) -> int | None:
    if families != "auto" and not (families.isdecimal() and int(families) >= 2):
        raise OptionError(f"--families: give auto or a number from 2, not {families}")
    return None if families == "auto" else int(families)


def _analyze_missing(folder: Path, quiet: bool) -> dict[str, str]:
    """Analyse what has not been analysed yet; return what could not be, and why."""
    media = sorted(p for p in folder.iterdir() if p.suffix.lower() in _MEDIA and p.is_file())
    todo = {p: to for p, to in folders_for(media, folder).items() if not _timeline(to)}
    if not todo:
        return {}
    from emoarc.analyzer import Analyzer

    analyzer = Analyzer()
    failed: dict[str, str] = {}
    for i, (path, target) in enumerate(todo.items(), start=1):
        if not quiet:
            note(f"{path}: not analysed yet, so this is done first ({i} of {len(todo)})")
        _try(
            path, failed, lambda path=path, to=target: analyze_into(analyzer, path, to, quiet=quiet)
        )
    return failed


def _read(
    folder: Path, subject: str, failed: dict[str, str]
) -> "tuple[dict[str, Arc], dict[str, str]]":
    """Build the arc of every saved analysis; say why of which there is none."""
    found: dict[str, Arc] = {}
    left_out: dict[str, str] = {}

    def read(saved: Path) -> None:
        from emoarc.arcs import build_arc
        from emoarc.export import read_timeline

        source = _timeline(saved)
        if source is None:
            raise InputError(f"{saved}: holds none of {', '.join(_TIMELINES)}; analyse it again")
        fused = read_timeline(source).select(modality="fused")
        if subject in ("all", *fused.subjects):
            rows = fused if subject == "all" else fused.select(subject)
            found[saved.stem] = build_arc(subject, rows)
        else:
            left_out[saved.stem] = f"there is no {subject} in it"

    for saved in sorted(p for p in folder.glob("*.emoarc") if p.is_dir()):
        _try(saved, failed, lambda saved=saved: read(saved))
    return found, left_out


def _try(path: Path, failed: dict[str, str], act: Callable[[], None]) -> None:
    """Do something with one input; where it fails, say so, note why and go on."""
    try:
        act()
    except Exception as error:
        complain(explain(error, path))
        why = explain(error).removeprefix(f"{path}: ")
        failed[path.name] = why.replace(str(path), path.name)


def _timeline(saved: Path) -> Path | None:
    return next((saved / name for name in _TIMELINES if (saved / name).is_file()), None)


def _report(families: "Families", page: Path) -> None:
    """Print the families."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("family", "recordings", "silhouette"):
        table.add_column(heading, justify="right")
    table.add_column("medoid")
    for i, medoid in enumerate(families.medoid_names):
        members = families.family == i
        silhouette = families.silhouettes[members].mean()
        table.add_row(str(i + 1), str(members.sum()), f"{silhouette:.2f}", plain(medoid))
    out.print(table)
    out.print(f"→ {plain(str(page))}", soft_wrap=True)
