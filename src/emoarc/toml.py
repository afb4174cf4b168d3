"""TOML files read into frozen dataclasses, with errors that name the key."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from emoarc.errors import OptionError

__all__ = ["parse", "read_toml"]

T = TypeVar("T")


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        OptionError: The file cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"{path}: not a TOML file: {error}") from error


def parse(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    """Build the dataclass `kind` from a table, checking names and types on the way.

    Args:
        kind: A dataclass whose fields are numbers, strings, literals, tuples, tables of them,
            or such dataclasses again. A field whose metadata has a `key` goes by that in the file.
        table: The parsed TOML.
        where: What an error message begins with: the file, then the dotted key.

    Raises:
        OptionError: A key is unknown or missing, or a value does not fit.
    """
    hints = get_type_hints(kind)
    known = {field.metadata.get("key", field.name): field for field in fields(cast("Any", kind))}
    for key in table:
        if key not in known:
            raise OptionError(f"{where}.{key}: no such key; there are {', '.join(known)}")
    for key, field in known.items():
        optional = field.default is not MISSING or field.default_factory is not MISSING
        if key not in table and not optional:
            raise OptionError(f"{where}.{key}: missing")
    values = {
        known[key].name: _value(hints[known[key].name], value, f"{where}.{key}")
        for key, value in table.items()
    }
    try:
        return kind(**values)
    except OptionError as error:
        raise OptionError(f"{where}.{error}") from error


def _value(kind: Any, value: Any, where: str) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(value, dict):
        table: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return parse(cast("type[Any]", kind), table, where)
    if origin is Literal and value in args:
        return value
    if origin is tuple and isinstance(value, list):
        return _tuple(args, value, where)  # pyright: ignore[reportUnknownArgumentType]
    if origin is dict and isinstance(value, dict):
        items: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return {key: _value(args[1], item, f"{where}.{key}") for key, item in items.items()}
    if origin in (Union, UnionType):
        return _value(
            _variant([arg for arg in args if arg is not type(None)], value, where), value, where
        )
    if kind is Any:
        return value
    if kind is float and type(value) in (int, float):
        return float(value)
    if kind in (int, str, bool) and type(value) is kind:
        return value
    raise OptionError(f"{where}: {value!r} does not fit; expected {_spoken(kind)}")


def _variant(kinds: list[Any], value: Any, where: str) -> Any:
    """Choose among several dataclasses the one whose literal field `kind` the table names."""
    if len(kinds) == 1:
        return kinds[0]
    named = {get_args(get_type_hints(kind)["kind"])[0]: kind for kind in kinds}
    name = value.get("kind") if isinstance(value, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if name not in named:
        raise OptionError(f"{where}.kind: {name!r} is none; there are {', '.join(named)}")
    return named[name]


def _tuple(kinds: tuple[Any, ...], values: list[Any], where: str) -> tuple[Any, ...]:
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(values)
    if len(kinds) != len(values):
        raise OptionError(f"{where}: {len(values)} values do not fit; expected {len(kinds)}")
    return tuple(_value(kind, value, where) for kind, value in zip(kinds, values, strict=True))


def _spoken(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(repr(choice) for choice in get_args(kind))
    names = {int: "a whole number", float: "a number", str: "a string", bool: "true or false"}
    return names.get(kind, "a list" if get_origin(kind) is tuple else "a table")
