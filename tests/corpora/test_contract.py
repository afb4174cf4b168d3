"""What every adapter keeps to."""

import re
from pathlib import Path

import pytest
from tests.corpora.trees import PEOPLE, TREES, place

from emoarc.corpora import CORPORA, Corpus, Manifest, find_corpora, read_roots
from emoarc.labels import canonical

corpora = pytest.mark.parametrize("corpus", CORPORA.values(), ids=CORPORA)


@pytest.fixture
def tree(corpus: Corpus, tmp_path: Path) -> Path:
    TREES[corpus.name](tmp_path / "tree")
    return tmp_path / "tree"


def test_every_corpus_has_a_tree() -> None:
    assert set(TREES) == set(CORPORA)


@corpora
def test_clips_are_well_formed(corpus: Corpus, tree: Path) -> None:
    manifest = corpus.read(tree)
    assert manifest.clips
    assert manifest.problems == ()
    for clip in manifest.clips:
        assert clip.corpus == corpus.name
        assert re.sub(r"#\d+$", "", str(clip.file)).startswith(str(tree))
        assert clip.emotion == "" or canonical(clip.emotion) == clip.emotion
        assert clip.speaker == "" or clip.speaker.startswith(
            f"{PEOPLE.get(corpus.name, corpus.name)}-"
        )
        assert clip.sex in ("female", "male", "")
        assert clip.age is None or 0 < clip.age < 120
        assert clip.end is None or clip.end > clip.start >= 0
        assert clip.split in ("train", "validation", "test", "")
        assert clip.language == "" or re.fullmatch("[a-z]{2}", clip.language)
        assert clip.recognition is None or 0 <= clip.recognition <= 1
        for value in (clip.valence, clip.arousal):
            assert value is None or -1 <= value <= 1


@corpora
def test_a_tree_reads_the_same_twice(corpus: Corpus, tree: Path) -> None:
    assert corpus.read(tree) == corpus.read(tree)


@corpora
def test_only_its_own_tree_is_recognised(corpus: Corpus, tmp_path: Path) -> None:
    for name, build in TREES.items():
        build(tmp_path / name)
    assert corpus.recognise(tmp_path / corpus.name)
    found = [name for name in TREES if corpus.name in find_corpora(tmp_path / name)]
    assert found == [corpus.name]


def test_corpora_side_by_side_are_all_found(tmp_path: Path) -> None:
    for name, build in TREES.items():
        build(tmp_path / name)
    found = find_corpora(tmp_path)
    assert found == {name: [tmp_path / name] for name in found}
    assert set(TREES) - set(found) == {"folders", "table"}


@corpora
def test_ravdess_actors_beside_a_corpus_leave_it_alone(corpus: Corpus, tmp_path: Path) -> None:
    if corpus.name in ("ravdess", "folders", "table"):
        pytest.skip("not another corpus with a layout of its own")
    place(tmp_path, "Actor_09/03-01-05-01-01-01-09.wav")
    TREES[corpus.name](tmp_path / "other")
    found = find_corpora(tmp_path)
    assert found == {"ravdess": [tmp_path], corpus.name: [tmp_path / "other"]}
    manifest = read_roots(tmp_path, found)
    assert len(manifest) == 1 + len(corpus.read(tmp_path / "other"))
    assert manifest.problems == ()


@corpora
def test_an_empty_or_missing_folder_has_no_clips(corpus: Corpus, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        assert not corpus.recognise(folder)
        assert corpus.read(folder).clips == ()


@corpora
def test_bad_content_never_raises(corpus: Corpus, tree: Path) -> None:
    whole = corpus.read(tree)
    for path in sorted(tree.rglob("*.*")):
        original = path.read_bytes() if path.is_file() else None
        if original is not None:
            for content in (b"", b"\xff\xfe\x00 \x81\n", b"a,b\n1,2\n", original[:-1]):
                path.write_bytes(content)
                _is_usable(corpus.read(tree))
            path.unlink()
            _is_usable(corpus.read(tree))
            path.write_bytes(original)
    assert corpus.read(tree) == whole
    place(tree, "junk.wav", "junk.png", "junk.mp4", "junk.txt", ".hidden/x.wav", "Ärger/ü #1.wav")
    assert whole.clips == corpus.read(tree).clips


def _is_usable(manifest: Manifest) -> None:
    for problem in manifest.problems:
        assert "\n" not in str(problem)
        assert len(problem.what) > 8
