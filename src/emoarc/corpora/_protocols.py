"""Protocols as files: those that come with emoarc, and yours."""

from pathlib import Path
from typing import Final

from emoarc.corpora._splits import Protocol
from emoarc.errors import OptionError
from emoarc.toml import parse, read_toml

__all__ = ["protocol_names", "read_protocol"]

_FOLDER: Final = Path(__file__).parent / "splits"


def protocol_names() -> list[str]:
    """The names of the protocols that come with emoarc."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def read_protocol(name: str | Path) -> Protocol:
    """Read a protocol that comes with emoarc by its name, or one of yours by the path of its file.

    Raises:
        OptionError: There is no such protocol, or its file is not as it must be.
    """
    if name in protocol_names():
        path = _FOLDER / f"{name}.toml"
    elif Path(name).suffix == ".toml":
        path = Path(name)
    else:
        raise OptionError(
            f"protocol {str(name)!r}: not known; there are {', '.join(protocol_names())}, "
            "or give the path of a TOML file"
        )
    return parse(Protocol, read_toml(path), str(path))
