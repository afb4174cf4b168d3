"""`emoarc analyze`: recordings in, timelines, files and reports out."""

import json
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from emoarc.cli._console import complain, err, explain, note, out, plain
from emoarc.errors import NothingToAnalyzeError, OutputError

if TYPE_CHECKING:
    from emoarc.analysis import Analysis, SubjectSummary
    from emoarc.analyzer import Analyzer

__all__ = ["analyze", "analyze_into", "folders_for"]

_DEFAULT_FORMATS: Final = "html,parquet,csv,json"
_HEADINGS: Final = ("subject", "from", "observed", "perceived, on average", "valence", "arousal")
_NUMBERS: Final = ("observed", "valence", "arousal")
_COLOURS: Final = {
    "neutral": "white",
    "happiness": "yellow",
    "sadness": "blue",
    "anger": "red",
    "fear": "magenta",
    "disgust": "green",
    "surprise": "cyan",
}


def analyze(
    inputs: Annotated[list[Path], typer.Argument(help="Video or audio files.", show_default=False)],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Where to make each NAME.emoarc folder.")
    ] = Path(),
    formats: Annotated[
        str, typer.Option("--format", help="Of html, parquet, csv, json, vtt; with commas.")
    ] = _DEFAULT_FORMATS,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the analysis to stdout and write no files.")
    ] = False,
    start: Annotated[float, typer.Option(help="Begin here, in seconds.")] = 0.0,
    end: Annotated[float | None, typer.Option(help="Stop here, in seconds.")] = None,
    fps: Annotated[float, typer.Option(help="Frames analysed per second.")] = 10.0,
    modalities: Annotated[str, typer.Option(help="face, voice or face,voice.")] = "face,voice",
    prior: Annotated[
        str, typer.Option(help="How common each emotion is taken to be: balanced or natural.")
    ] = "balanced",
    audio_track: Annotated[
        str | None, typer.Option(help="Audio track: a number from 1, or a language.")
    ] = None,
    face_detector: Annotated[
        str,
        typer.Option(help="Face detector: a pack's name or folder, haar, or a file like YuNet's."),
    ] = "face-detection",
    face_pack: Annotated[
        str, typer.Option(help="Face expression model: a pack's name or folder.")
    ] = "face-expression",
    face_relative: Annotated[
        float,
        typer.Option(help="How far faces are read relative to the person's own at rest, 0 to 1."),
    ] = 0.0,
    voice_pack: Annotated[
        str, typer.Option(help="Voice expression model: a pack's name or folder.")
    ] = "voice-expression",
    voice_relative: Annotated[
        float,
        typer.Option(help="How far voices are read relative to how they usually sound, 0 to 1."),
    ] = 0.0,
    speakers: Annotated[
        bool, typer.Option(help="Tell voices apart, and leave out overlapped speech and crowds.")
    ] = True,
    denoise: Annotated[
        str,
        typer.Option(help="What takes noise from voices: none, gate, or a file of GTCRN (ONNX)."),
    ] = "none",
    fusion: Annotated[
        str,
        typer.Option(
            help="How face and voice are combined: pool, mean, product, max, bayes, decisions, elm "
            "or stacking."
        ),
    ] = "pool",
    smoothing: Annotated[
        str, typer.Option(help="How what is fused is smoothed over time: hmm, linear or none.")
    ] = "hmm",
    overlay: Annotated[
        bool, typer.Option("--overlay", help="Also write overlay.mp4, the annotated video.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Analyse recordings; the results of talk.mp4 go to the folder talk.emoarc/.

    For example:

        emoarc analyze talk.mp4

        emoarc analyze *.mp4 -o results --format csv,vtt --overlay

        emoarc analyze *.wav --json | jq .summary   (one line of JSON per input)
    """
    # Heavy rooms are imported here, so that `emoarc --help` answers at once.
    from emoarc.analyzer import AnalysisOptions, Analyzer
    from emoarc.export import check_formats
    from emoarc.fusion import FusionOptions

    wanted = _words(formats)
    check_formats(wanted)
    analyzer = Analyzer(
        AnalysisOptions(
            modalities=_words(modalities),  # pyright: ignore[reportArgumentType]  # checked there
            fps=fps,
            start=start,
            end=end,
            prior=prior,  # pyright: ignore[reportArgumentType]  # checked by the models
            audio_track=_track(audio_track),
            face_detector=face_detector,
            face_pack=face_pack,
            face_relative=face_relative,
            voice_pack=voice_pack,
            voice_relative=voice_relative,
            speakers=speakers,
            denoise=denoise,
            fusion=FusionOptions(rule=fusion, smoothing=smoothing),  # pyright: ignore[reportArgumentType]  # checked there
        )
    )
    if not as_json or overlay:
        _check_folder(output)
    order = _Order(analyzer, wanted, as_json=as_json, overlay=overlay, quiet=quiet)
    _serve(order, folders_for(inputs, output))


@dataclass(frozen=True)
class _Order:
    """What is asked of every input."""

    analyzer: "Analyzer"
    formats: tuple[str, ...]
    as_json: bool
    overlay: bool
    quiet: bool

    @property
    def hidden(self) -> bool:
        """Whether nobody would see a progress bar."""
        return self.quiet or self.as_json or not err.is_terminal


def _serve(order: _Order, folders: dict[Path, Path]) -> None:
    """Analyse every input; where there are several, a bad one does not stop the others."""
    failures: list[Exception] = []
    for path, folder in folders.items():
        try:
            _serve_one(order, path, folder)
        except Exception as error:
            if len(folders) == 1:
                raise
            complain(explain(error, path))
            failures.append(error)
    if failures:
        complain(f"{len(failures)} of {len(folders)} inputs could not be analysed")
        empty = all(isinstance(error, NothingToAnalyzeError) for error in failures)
        raise typer.Exit(4 if empty and len(failures) == len(folders) else 3)


def analyze_into(analyzer: "Analyzer", path: Path, folder: Path, *, quiet: bool) -> None:
    """Analyse one input and write what `emoarc analyze` writes of it by default."""
    order = _Order(analyzer, _words(_DEFAULT_FORMATS), as_json=False, overlay=False, quiet=quiet)
    _write(_analyze(order, path), folder, order)


def _analyze(order: _Order, path: Path) -> "Analysis":
    with _bar(path.name, order.hidden) as move:
        return order.analyzer.analyze(path, progress=move)


def _serve_one(order: _Order, path: Path, folder: Path) -> None:
    analysis = _analyze(order, path)
    if order.as_json:
        typer.echo(json.dumps(analysis.to_dict(), allow_nan=False))
    else:
        _write(analysis, folder, order)
    if order.overlay:
        _write_overlay(analysis, path, folder, order)
    if not order.quiet and not order.as_json:
        _report(analysis, folder, order.formats)


@contextmanager
def _bar(label: str, hidden: bool) -> Generator[Callable[[float, float | None], None]]:
    """Show a progress bar, which only a person at a terminal sees; give what moves it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=hidden) as bar:
        task = bar.add_task(plain(label), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _write(analysis: "Analysis", folder: Path, order: _Order) -> None:
    """Write the files; those that need the video anew take a while."""
    stale = _others(folder, order.formats)
    if stale and not order.quiet:
        note(f"{folder}: {', '.join(stale)} stay there from an earlier analysis")
    start, total = _span(analysis)
    with _bar(f"writing {folder.name}", order.hidden) as move:
        analysis.save(folder, order.formats, on_progress=lambda time: move(time - start, total))


def _others(folder: Path, formats: tuple[str, ...]) -> list[str]:
    """Name the results in a folder that are not about to be replaced."""
    from emoarc.export import DEFAULT_FORMATS, FORMATS

    chosen = formats or DEFAULT_FORMATS
    return [
        file
        for name, files in FORMATS.items()
        for file in files
        if name not in chosen and (folder / file).exists()
    ]


def _write_overlay(analysis: "Analysis", source: Path, folder: Path, order: _Order) -> None:
    from emoarc.export import make_folder, write_overlay

    if analysis.media is None or analysis.media.video is None:
        if not order.quiet:
            note(f"{source}: there is no picture to draw on; no overlay was written")
        return
    make_folder(folder)
    start, total = _span(analysis)
    with _bar("drawing overlay.mp4", order.hidden) as move:
        target = folder / "overlay.mp4"
        write_overlay(analysis, source, target, on_progress=lambda time: move(time - start, total))


def _span(analysis: "Analysis") -> tuple[float, float | None]:
    """Return where the analysis starts and how long it is."""
    total = analysis.coverage.declared if analysis.coverage else None
    return analysis.provenance["options"]["start"], total


def _report(analysis: "Analysis", folder: Path, formats: tuple[str, ...]) -> None:
    """Print the summary of one recording."""
    from emoarc.fusion import SEVERAL_VOICES

    out.print(f"[bold]{plain(analysis.file)}[/]", soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right" if heading in _NUMBERS else "left")
    places = analysis.places
    for row in analysis.summary:
        place = places.get(row.subject, "")
        table.add_row(
            f"{row.subject} [dim]{place}[/]" if place else row.subject,
            row.modality,
            f"{row.seconds:.1f} s",
            _describe(row),
            f"{row.valence:+.2f}",
            f"{row.arousal:+.2f}",
        )
    out.print(table)
    for sound, seconds in analysis.several_voices.items():
        out.print(f"{SEVERAL_VOICES[sound]} for {seconds:.1f} s, which counts for nobody")
    for warning in analysis.warnings:
        note(warning)
    name = "report.html" if "html" in formats else ""
    out.print(f"→ {plain(str(folder / name))}\n", soft_wrap=True)


def _describe(row: "SubjectSummary") -> str:
    """Name the two strongest emotions in their colours, and how much is uncertain."""
    means, uncertain = row.probabilities, 1 - sum(row.shares.values())
    strongest = sorted(means, key=lambda emotion: -means[emotion])[:2]
    parts = [f"[{_COLOURS[emotion]}]{emotion}[/] {means[emotion]:.0%}" for emotion in strongest]
    return ", ".join(parts) + (f"; {uncertain:.0%} uncertain" if uncertain > 0.005 else "")


def folders_for(inputs: list[Path], output: Path) -> dict[Path, Path]:
    """Give every input a folder of its own, also where two inputs have the same name."""
    folders: dict[Path, Path] = {}
    for path in dict.fromkeys(inputs):
        names = (
            f"{path.stem}{suffix}.emoarc" for suffix in ["", *(f"-{n}" for n in range(2, 9999))]
        )
        folders[path] = next(f for n in names if (f := output / n) not in folders.values())
    return folders


def _check_folder(folder: Path) -> None:
    """Refuse early, before minutes of work, what could not be written in the end."""
    existing = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    if not existing.is_dir():
        raise OutputError(f"{folder}: {existing} is a file; give a folder with -o")
    if not os.access(existing, os.W_OK):
        raise OutputError(f"{folder}: it cannot be written; give another folder with -o")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _track(text: str | None) -> int | str | None:
    return int(text) if text and text.isdigit() else text
