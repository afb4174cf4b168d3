from pathlib import Path

import pytest

from emoarc.errors import OutputError
from emoarc.files import atomic, write_text


def test_the_file_appears_with_its_content(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "one\r\ntwo\n")
    assert (tmp_path / "a.txt").read_bytes() == b"one\r\ntwo\n"
    assert len(list(tmp_path.iterdir())) == 1


def _fail_halfway(path: Path, error: type[BaseException]) -> None:
    path.write_text("half")
    raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, MemoryError])
def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(error), atomic(target) as temporary:
        _fail_halfway(temporary, error)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_the_temporary_file_lies_beside_and_keeps_the_suffix(tmp_path: Path) -> None:
    with atomic(tmp_path / "a.mp4") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".mp4"
        temporary.touch()


def test_a_missing_folder_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"nowhere.a\.txt: cannot be written \(No such") as caught:
        write_text(tmp_path / "nowhere" / "a.txt", "")
    assert "\n" not in str(caught.value)


def test_a_folder_in_the_way_is_an_error_and_the_temporary_file_goes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(OutputError):
        write_text(tmp_path / "a.txt", "")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_what_utf8_cannot_hold_is_replaced(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "caf\udce9")
    assert (tmp_path / "a.txt").read_text() == "caf?"
