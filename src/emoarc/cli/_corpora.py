"""`emoarc corpora`: which corpora can be read, what is on disk, and how it is split."""

import json
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from emoarc.cli._console import err, note, out, plain
from emoarc.errors import NothingToAnalyzeError, OptionError

if TYPE_CHECKING:
    from emoarc.corpora import Fold, Manifest, Problem, Protocol, Tally

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="List, scan, count and split corpora.")

_SHOWN = 10
"""How many problems are printed without --verbose."""

_ALLOWS: Final = {
    "any use": "allows any use",
    "share alike": "allows any use, if what is made of it carries the same licence",
    "non-commercial": "allows non-commercial use only",
    "research only": "allows research only",
    "unknown": "what it allows is not clear; ask its makers",
}

_COLUMNS: Final = {
    "sex": ("female", "male"),
    "intensity": ("low", "medium", "high", "normal", "strong"),
    "split": ("train", "validation", "test"),
}
"""What is counted beside speakers, and which of its values come first."""

_Corpora = Annotated[
    list[str] | None,
    typer.Option("--corpus", help="Look for this corpus only; may be given more than once."),
]
_Cache = Annotated[
    Path | None,
    typer.Option("--cache", help="The file that remembers what was scanned.", show_default=False),
]
_NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Look into every file anew, and remember nothing.")
]


@app.command("list")
def list_corpora() -> None:
    """List the corpora that emoarc reads from your disk, and what their licences allow."""
    from emoarc.corpora import CORPORA

    table = _table("name", "corpus and licence", "allows")
    for corpus in CORPORA.values():
        about = f"{plain(corpus.title)}\n[dim]{plain(corpus.licence)}[/]"
        table.add_row(corpus.name, about, corpus.terms)
    out.print(table)


@app.command()
def scan(
    path: Annotated[Path, typer.Argument(help="A corpus's folder, or one that holds several.")],
    corpora: _Corpora = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write the clips here, as .csv or .parquet."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print every problem.")] = False,
    cache: _Cache = None,
    no_cache: _NoCache = False,
) -> None:
    """Read the corpora in a folder, and find files that are missing, broken or there twice.

    For example:

        emoarc corpora scan ~/corpora -o manifest.csv

        emoarc corpora scan ~/mine --corpus folders
    """
    from emoarc.corpora import tally_corpora

    if output and output.suffix.lower() not in (".csv", ".parquet"):
        raise OptionError(f"{output}: clips are written as .csv or .parquet; name the file so")
    if output and not output.parent.is_dir():
        raise OptionError(f"{output}: there is no such folder; make {output.parent} first")
    manifest = _scanned(path, corpora, cache, no_cache)
    if output and output.suffix.lower() == ".csv":
        manifest.write_csv(output)
    elif output:
        manifest.write_parquet(output)
    found = tally_corpora(manifest)
    if as_json:
        typer.echo(json.dumps(_as_json(manifest, found), allow_nan=False))
    else:
        _report(found)
        _report_problems(manifest.problems, verbose)
    if any(not problem.kept for problem in manifest.problems):
        raise typer.Exit(3)


@app.command()
def stats(
    path: Annotated[
        Path, typer.Argument(help="A folder as for scan, or a manifest that scan wrote.")
    ],
    corpora: _Corpora = None,
    cache: _Cache = None,
    no_cache: _NoCache = False,
) -> None:
    """Count the clips of each corpus by emotion, speaker, sex, intensity and split."""
    manifest = _clips_of(path, corpora, cache, no_cache)
    for name, part in _by_corpus(manifest).items():
        _count(name, part)
    lost = sum(not problem.kept for problem in manifest.problems)
    if lost:
        note(f"{lost} files or rows are left out; `emoarc corpora scan` names them")
    if not len(manifest):
        raise NothingToAnalyzeError(f"{path}: holds no clip that can be counted")


@app.command()
def splits(
    protocol: Annotated[
        str | None, typer.Argument(help="A protocol's name or TOML file.", show_default=False)
    ] = None,
    path: Annotated[
        Path | None, typer.Argument(help="Split what is here.", show_default=False)
    ] = None,
    corpora: _Corpora = None,
    cache: _Cache = None,
    no_cache: _NoCache = False,
) -> None:
    """List the protocols that split clips into training and test, or show one and its folds.

    For example:

        emoarc corpora splits ravdess-5fold ~/corpora/ravdess
    """
    from emoarc.corpora import read_protocol

    if protocol is None:
        _list_protocols()
        return
    wanted = read_protocol(protocol)
    out.print(f"[bold]{plain(wanted.name)}[/]  {plain(wanted.description)}")
    out.print(f"[dim]source: {plain(wanted.source)}[/]")
    if path:
        manifest = _clips_of(path, corpora, cache, no_cache)
        _show_folds(wanted.folds(manifest), manifest)
    else:
        _show_names(wanted)


def _scanned(path: Path, names: list[str] | None, cache: Path | None, no_cache: bool) -> "Manifest":
    from emoarc.corpora import find_corpora, read_roots, why_absent
    from emoarc.corpora import scan as look_into

    if not path.is_dir():
        raise OptionError(f"{path}: there is no such folder; give the one that holds the corpora")
    found = find_corpora(path, names)
    if not found:
        raise NothingToAnalyzeError(
            f"{why_absent(path, names)}; `emoarc corpora list` names those that can be read, "
            "`--corpus folders` reads a folder per emotion"
        )
    manifest = read_roots(path, found)
    with _bar() as move:
        return look_into(manifest, None if no_cache else cache or "user", move)


def _clips_of(
    path: Path, names: list[str] | None, cache: Path | None, no_cache: bool
) -> "Manifest":
    from emoarc.corpora import read_manifest

    if not path.is_file():
        return _scanned(path, names, cache, no_cache)
    return read_manifest(path).where(lambda clip: not names or clip.corpus in names)


@contextmanager
def _bar() -> Generator[Callable[[int, int], None]]:
    """Show a progress bar, which only a person at a terminal sees; give what moves it."""
    columns = (TextColumn("scanning"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _table(*headings: str, numbers: Iterable[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        table.add_column(heading, justify="right" if heading in numbers else "left")
    return table


def _report(found: "dict[str, Tally]") -> None:
    from emoarc.corpora import CORPORA

    numbers = ("clips", "speakers", "length")
    table = _table("corpus", "kinds", *numbers, numbers=numbers)
    for name, total in found.items():
        table.add_row(
            plain(name),
            ", ".join(total.counts["kind"]),
            str(total.clips),
            _or_dash(total.speakers),
            _length(total.seconds),
        )
    out.print(table)
    for name in found:
        corpus = CORPORA.get(name)
        if corpus:
            out.print(f"{name}: {plain(corpus.licence)}; {_ALLOWS[corpus.terms]}", soft_wrap=True)


def _report_problems(problems: "Iterable[Problem]", verbose: bool) -> None:
    """Print what was left out first, then what was kept all the same."""
    ordered = sorted(problems, key=lambda problem: problem.kept)
    shown = ordered if verbose else ordered[:_SHOWN]
    for problem in shown:
        mark = "[yellow]note:[/]" if problem.kept else "[bold red]left out:[/]"
        err.print(f"{mark} {plain(str(problem))}", soft_wrap=True)
    if len(ordered) > len(shown):
        err.print(f"... and {len(ordered) - len(shown)} more; --verbose prints all", soft_wrap=True)


def _as_json(manifest: "Manifest", found: "dict[str, Tally]") -> dict[str, Any]:
    from emoarc.corpora import CORPORA, tally_by_emotion

    parts = _by_corpus(manifest)
    corpora: dict[str, Any] = {}
    for name, total in found.items():
        known = CORPORA.get(name)
        corpora[name] = asdict(total) | {
            "licence": known.licence if known else None,
            "terms": known.terms if known else None,
            "emotions": {e: asdict(t) for e, t in tally_by_emotion(parts[name]).items()},
        }
    problems = [asdict(each) | {"file": str(each.file)} for each in manifest.problems]
    return {"corpora": corpora, "problems": problems}


def _by_corpus(manifest: "Manifest") -> "dict[str, Manifest]":
    names = dict.fromkeys(clip.corpus for clip in manifest.clips)
    return {name: manifest.where(lambda clip, name=name: clip.corpus == name) for name in names}


def _count(name: str, part: "Manifest") -> None:
    from emoarc.corpora import tally, tally_by_emotion

    total = tally(part.clips)
    values = [
        (field, value)
        for field, order in _COLUMNS.items()
        for value in sorted(total.counts[field], key=(*order, *total.counts[field]).index)
    ]
    people = ["speakers"] if total.speakers else []
    length = [] if total.seconds is None else ["length"]
    numbers = ("clips", *people, *(value for _, value in values), *length)
    table = _table("emotion", *numbers, numbers=numbers)
    for emotion, row in {**tally_by_emotion(part), "all": total}.items():
        table.add_row(
            plain(emotion) or "none given",
            str(row.clips),
            *(_or_dash(row.speakers) for _ in people),
            *(_or_dash(row.counts[field].get(value, 0)) for field, value in values),
            *(_length(row.seconds) for _ in length),
            style="bold" if row is total else None,
        )
    out.print(f"[bold]{plain(name)}[/]")
    out.print(table)
    out.print()


def _list_protocols() -> None:
    from emoarc.corpora import protocol_names, read_protocol

    table = _table("name", "what is tested")
    for name in protocol_names():
        table.add_row(name, read_protocol(name).description)
    out.print(table)


def _show_names(protocol: "Protocol") -> None:
    for number, group in enumerate(protocol.folds_of, 1):
        out.print(f"fold-{number}  {plain(', '.join(group))}")
    if not protocol.folds_of:
        out.print("give a folder or a manifest as well to see the folds")


def _show_folds(folds: "list[Fold]", manifest: "Manifest") -> None:
    numbers = ("train", "dropped", "test", "speakers")
    table = _table("fold", *numbers, "tested", numbers=numbers)
    for fold in folds:
        tested = manifest.take(fold.test)
        corpora = ", ".join(sorted({clip.corpus for clip in tested.clips}))
        sizes = (len(fold.train), fold.dropped, len(fold.test), len(tested.speakers))
        table.add_row(plain(fold.name), *map(str, sizes), plain(corpora))
    out.print(table)


def _or_dash(number: int) -> str:
    return str(number) if number else "-"


def _length(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
