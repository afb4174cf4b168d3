"""What users may import, and that it is quick to."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import emoarc

HEAVY = ("av", "cv2", "onnxruntime", "pyarrow", "plotly", "scipy", "torch", "sklearn", "pandas")


@pytest.mark.parametrize("name", emoarc.__all__)
def test_every_public_name_exists_after_import_emoarc_alone(name):
    # In a process of its own: here other tests have imported the submodules already.
    code = f"import emoarc; assert emoarc.{name} is not None"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        emoarc.analyse  # noqa: B018


@pytest.mark.parametrize(
    "room",
    [
        "arcs",
        "audio",
        "corpora",
        "evaluate",
        "export",
        "fusion",
        "media",
        "packs",
        "vision",
        "models",
    ],
)
def test_every_room_names_what_it_offers(room):
    module = importlib.import_module(f"emoarc.{room}")
    assert module.__doc__
    for name in module.__all__:
        assert hasattr(module, name)


def test_modules_inside_rooms_are_private():
    for room in (
        "arcs",
        "audio",
        "corpora",
        "evaluate",
        "export",
        "fusion",
        "media",
        "packs",
        "vision",
    ):
        package = importlib.import_module(f"emoarc.{room}")
        modules = [m.name for m in pkgutil.iter_modules(package.__path__) if not m.ispkg]
        assert [name for name in modules if not name.startswith("_")] == []


LAYERS = (
    {"types", "labels", "errors", "files", "toml", "sample"},
    {"timeline", "media", "packs"},
    {"fusion", "vision", "audio", "arcs", "nets", "corpora"},
    {"evidence", "analysis", "face_table", "turns", "evaluate"},
    {"stream", "models", "export"},
    {"analyzer", "train"},
    {"cli", "__main__"},
)
LAYER_OF = {room: height for height, rooms in enumerate(LAYERS) for room in rooms}
SOURCES = sorted(Path(emoarc.__file__).parent.glob("*/**/*.py")) + sorted(
    path for path in Path(emoarc.__file__).parent.glob("*.py") if path.name != "__init__.py"
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: "/".join(path.parts[-2:]))
def test_imports_point_downwards_only(path):
    room = path.relative_to(Path(emoarc.__file__).parent).parts[0].removesuffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
    rooms = {name.split(".")[1] for name in imports if name.startswith("emoarc.")} - {room}
    if path.name == "analysis.py":
        rooms -= {"export"}  # Analysis.save reaches up when it is called
    assert all(LAYER_OF[other] <= LAYER_OF[room] for other in rooms), rooms


def _imported_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    return set(subprocess.check_output([sys.executable, "-c", code], text=True).split())


def test_importing_emoarc_imports_nothing_heavy():
    assert _imported_by("import emoarc").isdisjoint(HEAVY)


def test_inference_needs_no_training_libraries():
    loaded = _imported_by("import emoarc.analyzer, emoarc.evaluate, emoarc.export, emoarc.models")
    assert loaded.isdisjoint({"torch", "sklearn", "pandas", "matplotlib", "librosa"})
