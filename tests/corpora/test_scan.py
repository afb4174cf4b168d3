"""Scanning finds what is broken, missing or there twice, and leaves the rest usable."""

import shutil
import sqlite3
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from tests.corpora.tones import write_tone

from emoarc.corpora import CORPORA, Clip, Manifest, scan


def _mp4(path):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        stream.time_base = Fraction(1, 10)
        for shade in range(10):
            picture = np.full((32, 32, 3), 20 * shade, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    return path


def _png(path, shade=9):
    cv2.imwrite(str(path), np.arange(shade, shade + 64, dtype=np.uint8).reshape(8, 8))
    return path


def _clip(file, kind="audio", **more):
    return Clip(file, "x", kind, **more)


def _scan(*clips, cache=None, **more):
    return scan(Manifest(clips), cache, **more)


def _says(manifest):
    return [problem.what for problem in manifest.problems]


def test_files_that_are_whole_get_a_digest_and_an_end(tmp_path):
    found = _scan(
        _clip(write_tone(tmp_path / "a.wav", 0.5)),
        _clip(write_tone(tmp_path / "b.wav", 1.5, 300), start=0.25, end=0.75),
        _clip(_mp4(tmp_path / "c.mp4"), "video"),
        _clip(_png(tmp_path / "d.png"), "image"),
    )
    assert found.problems == ()
    assert [clip.end for clip in found.clips] == [0.5, 0.75, 1.0, None]
    assert len({clip.digest for clip in found.clips}) == 4
    assert all(len(clip.digest) == 64 for clip in found.clips)


def test_a_video_without_sound_is_known_as_one(tmp_path):
    (clip,) = _scan(_clip(_mp4(tmp_path / "c.mp4"), "audio-visual")).clips
    assert clip.kind == "video"


BROKEN = {
    "missing": (lambda path: None, "missing; copy it again"),
    "empty": (lambda path: path.touch(), "empty; copy it again"),
    "garbage": (lambda path: path.write_bytes(b"no sound at all" * 99), "is not a media file"),
    "folder": (lambda path: path.mkdir(), "not a regular file"),
    "silence of length 0": (lambda path: write_tone(path, 0), "holds no sound"),
    "picture": (
        lambda path: shutil.move(_png(path.with_suffix(".png")), path),
        "of a format that is not allowed",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_cannot_be_used_becomes_one_problem_and_the_rest_stays(tmp_path, how):
    make, says = BROKEN[how]
    make(tmp_path / "bad.wav")
    good = _clip(write_tone(tmp_path / "good.wav"))
    found = _scan(_clip(tmp_path / "bad.wav"), good)
    assert [clip.file for clip in found.clips] == [good.file]
    (problem,) = found.problems
    assert problem.file == tmp_path / "bad.wav"
    assert says in problem.what
    assert "\n" not in str(problem)
    assert "bad.wav" not in problem.what
    assert not problem.kept


@pytest.mark.parametrize("content", [None, b"", b"\x89PNG broken"])
def test_a_picture_that_is_none_becomes_a_problem(tmp_path, content):
    if content is not None:
        (tmp_path / "bad.png").write_bytes(content)
    found = _scan(_clip(tmp_path / "bad.png", "image"))
    assert found.clips == ()
    (problem,) = found.problems
    assert "again" in problem.what
    assert "bad.png" not in problem.what


def test_sound_that_is_asked_of_a_mute_video_is_a_problem(tmp_path):
    found = _scan(_clip(_mp4(tmp_path / "mute.mp4"), "audio"))
    assert found.clips == ()
    assert "holds no sound" in found.problems[0].what


def test_of_equal_copies_the_first_is_kept(tmp_path):
    first = write_tone(tmp_path / "a.wav")
    copy = shutil.copy(first, tmp_path / "b.wav")
    found = _scan(_clip(first, take="1"), _clip(copy, take="2"))
    assert [clip.file for clip in found.clips] == [first]
    assert _says(found) == [f"the same content as {first}, which is kept; remove one of them"]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"emotion": "anger"}, "another emotion"),
        ({"speaker": "x-2", "votes": {"fear": 1.0}}, "another speaker, votes"),
        ({"split": "train"}, "another split"),
    ],
)
def test_copies_with_other_facts_are_kept_and_named(tmp_path, facts, why):
    first = write_tone(tmp_path / "a.wav")
    copy = Path(shutil.copy(first, tmp_path / "b.wav"))
    found = _scan(_clip(first), _clip(copy, **facts))
    assert len(found) == 2
    assert _says(found) == [f"the same content as {first}, but {why}; both are kept"]
    assert found.problems[0].kept


def test_an_official_split_keeps_its_copies(tmp_path):
    first = _png(tmp_path / "a.png")
    copy = Path(shutil.copy(first, tmp_path / "b.png"))
    found = _scan(_clip(first, "image", split="test"), _clip(copy, "image", split="test"))
    assert len(found) == 2
    assert "and both in the official split; both are kept" in _says(found)[0]


def test_stretches_of_one_file_are_no_copies(tmp_path):
    file = write_tone(tmp_path / "a.wav", 1.0)
    clips = (_clip(file, end=0.5), _clip(file, start=0.5), _clip(file, end=0.5, emotion="fear"))
    found = _scan(*clips)
    assert len(found) == 3
    assert found.problems == ()


def test_one_picture_in_two_formats_is_one_content(tmp_path):
    png = _png(tmp_path / "a.png")
    table = tmp_path / "fer2013.csv"
    pixels = " ".join(str(value) for value in range(9, 73))
    table.write_text(f"emotion,pixels,Usage\n0,{pixels},Training\n")
    row = tmp_path / "fer2013.csv#0"
    found = _scan(_clip(png, "image"), replace(_clip(row, "image"), corpus="fer2013"))
    assert found.clips[0].digest == found.clips[1].digest
    assert "another corpus" in _says(found)[0]


def test_a_file_is_looked_into_again_only_once_it_has_changed(tmp_path):
    cache, file = tmp_path / "cache" / "facts.sqlite", write_tone(tmp_path / "a.wav")
    first = _scan(_clip(file), cache=cache)
    calls = []
    again = _scan(_clip(file), cache=cache, progress=lambda *call: calls.append(call))
    assert again == first
    assert calls == []
    write_tone(file, 1.0)
    changed = _scan(_clip(file), cache=cache, progress=lambda *call: calls.append(call))
    assert changed.clips[0].end == 1.0
    assert calls == [(1, 1)]


def test_a_fault_is_remembered_and_forgotten_with_the_file(tmp_path):
    cache, file = tmp_path / "facts.sqlite", tmp_path / "a.wav"
    file.write_bytes(b"nonsense")
    assert _says(_scan(_clip(file), cache=cache)) == _says(_scan(_clip(file), cache=cache))
    write_tone(file)
    assert _scan(_clip(file), cache=cache).problems == ()


@pytest.mark.parametrize("content", [b"no database" * 100, None])
def test_a_cache_that_cannot_be_used_is_no_error(tmp_path, content):
    cache, file = tmp_path / "facts.sqlite", write_tone(tmp_path / "a.wav")
    if content is None:
        cache.mkdir()
    else:
        cache.write_bytes(content)
    assert len(_scan(_clip(file), cache=cache)) == 1
    assert content is None or cache.read_bytes() == content


def test_a_strange_database_is_left_alone(tmp_path):
    cache, file = tmp_path / "facts.sqlite", write_tone(tmp_path / "a.wav")
    with sqlite3.connect(cache) as base:
        base.execute("CREATE TABLE facts_1 (colour TEXT)")
    base.close()
    assert len(_scan(_clip(file), cache=cache)) == 1


def test_the_users_cache_folder_is_used_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    file = write_tone(tmp_path / "a.wav")
    scan(Manifest((_clip(file),)), cache=None)
    assert not (tmp_path / "caches").exists()
    scan(Manifest((_clip(file),)))
    assert (tmp_path / "caches" / "emoarc" / "corpora.sqlite").is_file()


def test_nothing_is_scanned_without_error():
    assert scan(Manifest(()), None) == Manifest(())


def test_real_clips_are_whole(shared, tmp_path):
    manifest = CORPORA["ravdess"].read(shared / "corpora/ravdess/Actor_07")
    found = scan(manifest, tmp_path / "facts.sqlite")
    assert (len(found), found.problems) == (60, ())
    assert all(2 < clip.end < 6 for clip in found.clips)
