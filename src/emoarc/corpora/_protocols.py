"""Protocols as files: those that come with emoarc, and yours."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, Final, get_args

from emoarc.corpora._splits import By, Protocol
from emoarc.errors import OptionError

__all__ = ["protocol_names", "read_protocol"]

_FOLDER = resources.files("emoarc.corpora") / "splits"


def protocol_names() -> list[str]:
    """The names of the protocols that come with emoarc."""
    return sorted(Path(entry.name).stem for entry in _FOLDER.iterdir() if _is_toml(entry.name))


def read_protocol(name: str | Path) -> Protocol:
    """Read a protocol that comes with emoarc by its name, or one of yours by the path of its file.

    Raises:
        OptionError: There is no such protocol, or its file is not as it must be.
    """
    if name in protocol_names():
        path, text = Path(f"{name}.toml"), (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    elif _is_toml(str(name)):
        path = Path(name)
        text = _text(path)
    else:
        raise OptionError(
            f"protocol {str(name)!r}: not known; there are {', '.join(protocol_names())}, "
            "or give the path of a TOML file"
        )
    try:
        return _parsed(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise OptionError(f"{path}: not a TOML file: {error}") from error
    except OptionError as error:
        raise OptionError(f"{path}: {error}") from error


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise OptionError(f"{path}: the protocol cannot be read ({cause})") from error


_KEYS: Final[dict[str, type | tuple[type, ...]]] = {
    "name": str, "description": str, "source": str, "by": str, "corpus": str, "folds": list,
    "leave_one_out": bool, "groups": int, "sentence_groups": int, "test_share": (int, float),
    "repeats": int, "seed": int,
}  # fmt: skip


def _parsed(table: dict[str, Any]) -> Protocol:
    for key, value in table.items():
        kind = _KEYS.get(key)
        if kind is None:
            raise OptionError(f"{key}: no such key; there are {', '.join(_KEYS)}")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise OptionError(f"{key}: {value!r} does not fit")
    missing = [key for key in ("name", "description", "source", "by") if key not in table]
    if missing:
        raise OptionError(f"{missing[0]}: missing")
    if table["by"] not in get_args(By):
        raise OptionError(f"by: {table['by']!r} is none of {', '.join(get_args(By))}")
    folds = table.pop("folds", [])
    if not all(isinstance(group, list) for group in folds):
        raise OptionError("folds: give a list of lists of names")
    return Protocol(**table, folds_of=tuple(tuple(map(str, group)) for group in folds))
