"""TOML files become dataclasses, or one line that names the key."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from emoarc.errors import OptionError
from emoarc.toml import parse, read_toml


@dataclass(frozen=True)
class Inner:
    sizes: tuple[int, ...] = (1, 2)

    def __post_init__(self) -> None:
        if min(self.sizes) < 1:
            raise OptionError("sizes: must be positive")


@dataclass(frozen=True)
class Outer:
    name: str
    rate: float = 0.5
    kind: Literal["a", "b"] = "a"
    pair: tuple[int, float] = (1, 1.0)
    weights: dict[str, float] = field(default_factory=dict)
    limit: int | None = None
    inner: Inner = field(default_factory=Inner)
    twice: int = field(default=0, metadata={"key": "2x"})


def test_every_kind_of_value_is_read() -> None:
    table = {
        "name": "x",
        "rate": 1,
        "kind": "b",
        "pair": [3, 4],
        "weights": {"tess": 1},
        "limit": 7,
        "inner": {"sizes": [4, 5, 6]},
        "2x": 8,
    }
    read = parse(Outer, table, "r.toml")
    assert read == Outer("x", 1.0, "b", (3, 4.0), {"tess": 1.0}, 7, Inner((4, 5, 6)), 8)
    assert type(read.rate) is float


def test_defaults_fill_what_is_not_said() -> None:
    assert parse(Outer, {"name": "x"}, "r.toml") == Outer("x")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "r.toml.name: missing"),
        ({"name": 3}, "r.toml.name: 3 does not fit; expected a string"),
        ({"name": "x", "rate": "fast"}, "r.toml.rate: 'fast' does not fit; expected a number"),
        ({"name": "x", "rate": True}, "r.toml.rate: True does not fit"),
        ({"name": "x", "kind": "c"}, "r.toml.kind: 'c' does not fit; expected 'a' or 'b'"),
        ({"name": "x", "pair": [1]}, "r.toml.pair: 1 values do not fit; expected 2"),
        ({"name": "x", "limit": 1.5}, "r.toml.limit: 1.5 does not fit"),
        ({"name": "x", "nmae": 1}, "r.toml.nmae: no such key; there are name, rate"),
        ({"name": "x", "twice": 1}, "r.toml.twice: no such key"),
        ({"name": "x", "2x": "8"}, "r.toml.2x: '8' does not fit; expected a whole number"),
        ({"name": "x", "inner": 1}, "r.toml.inner: 1 does not fit; expected a table"),
        ({"name": "x", "inner": {"sizes": [0]}}, "r.toml.inner.sizes: must be positive"),
        ({"name": "x", "inner": {"sizes": ["1"]}}, "r.toml.inner.sizes: '1' does not fit"),
        ({"name": "x", "weights": {"tess": "1"}}, "r.toml.weights.tess: '1' does not fit"),
    ],
)
def test_an_error_names_the_key(table: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse(Outer, table, "r.toml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unreadable_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="cannot be read"):
        read_toml(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("a = [1,\n")
    with pytest.raises(OptionError, match="not a TOML file") as caught:
        read_toml(broken)
    assert str(broken) in str(caught.value)
