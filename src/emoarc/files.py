"""Writing a file whole or not at all: beside its place first, then into it."""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from emoarc.errors import OutputError

__all__ = ["atomic", "write_bytes", "write_text"]


@contextmanager
def atomic(path: Path) -> Generator[Path]:
    """Yield a temporary path beside `path`; what is written there takes its place at the end.

    The temporary file keeps the suffix, since writers guess formats by it. Whatever ends the
    block early, an interrupt included, removes it and leaves a file already at `path` untouched.

    Raises:
        OutputError: The file cannot be written.
    """
    temporary = path.with_name(f".{secrets.token_hex(6)}.part{path.suffix}")
    try:
        yield temporary
        _flush_to_disk(temporary)
        temporary.replace(path)
    except OSError as error:
        cause = error.strerror or str(error)
        raise OutputError(
            f"{path}: cannot be written ({cause}); check the free space and the permissions, "
            "or choose another output folder"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all."""
    with atomic(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write `content` in UTF-8, line ends as they are; what UTF-8 cannot hold becomes `?`."""
    write_bytes(path, content.encode("utf-8", errors="replace"))


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
