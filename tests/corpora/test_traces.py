"""Ratings over time: SEMAINE, RECOLA and Aff-Wild2, and what they share."""

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.corpora.trees import aff_wild2, place, recola, savee, semaine

from emoarc.corpora import CORPORA, Clip, read_trace
from emoarc.corpora._findings import Findings
from emoarc.corpora._trace_files import Ratings, join, mean_over_raters, read_ratings
from emoarc.errors import OptionError


def test_semaine_averages_its_raters(tmp_path: Path) -> None:
    semaine(tmp_path)
    clips = CORPORA["semaine"].read(tmp_path).clips
    assert [(c.kind, c.speaker, c.take) for c in clips] == [
        ("audio", "semaine-1-user", "semaine-2"),
        ("audio-visual", "semaine-1-user", "semaine-2"),
    ]
    trace = read_trace(clips[0])
    np.testing.assert_allclose(trace.times, [0.0, 0.02, 0.04])
    # The second rater stopped after two values.
    np.testing.assert_allclose(trace.valence, [0.3, 0.6, 0.6])
    np.testing.assert_allclose(trace.arousal, [-0.5, -0.5, -0.5])
    assert clips[0].valence == pytest.approx(0.5)
    assert clips[0].arousal == pytest.approx(-0.5)


def test_semaine_names_a_session_whose_sound_is_missing(tmp_path: Path) -> None:
    semaine(tmp_path)
    for path in (tmp_path / "Sessions/2").glob("*_User*"):
        path.unlink()
    manifest = CORPORA["semaine"].read(tmp_path)
    assert manifest.clips == ()
    assert [problem.file.name for problem in manifest.problems] == ["2"]


def test_semaine_knows_the_recording_without_session_xml(tmp_path: Path) -> None:
    semaine(tmp_path)
    (tmp_path / "Sessions/2/session.xml").unlink()
    assert CORPORA["semaine"].read(tmp_path).speakers == ["semaine-1-user"]


def test_semaine_leaves_out_a_rater_that_cannot_be_read(tmp_path: Path) -> None:
    semaine(tmp_path)
    place(tmp_path, "Sessions/2/R6S1TUCPoDV.txt", content="")
    manifest = CORPORA["semaine"].read(tmp_path)
    assert [problem.file.name for problem in manifest.problems] == ["R6S1TUCPoDV.txt"]
    np.testing.assert_allclose(read_trace(manifest.clips[0]).valence, [0.2, 0.4, 0.6])


def test_recola_reads_the_gold_standard_of_the_challenges(tmp_path: Path) -> None:
    recola(tmp_path)
    clips = {c.file.name: c for c in CORPORA["recola"].read(tmp_path).clips}
    assert {name: clip.split for name, clip in clips.items()} == {
        "train_1.wav": "train",
        "dev_2.wav": "validation",
        "test_1.wav": "test",
        "train_1.mp4": "train",
    }
    assert clips["train_1.wav"].valence == pytest.approx(0.35)
    assert clips["train_1.wav"].take == clips["train_1.mp4"].take
    assert clips["test_1.wav"].arousal is None
    trace = read_trace(clips["dev_2.wav"])
    np.testing.assert_allclose(trace.times, [0.0, 0.04, 0.08])
    np.testing.assert_allclose(trace.arousal, [-0.5, -0.4, -0.3])
    assert read_trace(clips["test_1.wav"]).times.size == 0


def test_recola_averages_the_raters_of_its_own_tables(tmp_path: Path) -> None:
    place(tmp_path, "RECOLA-Audio-recordings/P16.wav", "RECOLA-Audio-recordings/P17.wav")
    table = "time;FM1 ;FM2 ;FF1\n0.00;0.1;0.3;\n0.04;0.2;0.4;-0.6\n"
    for dimension in ("arousal", "valence"):
        name = f"RECOLA-Annotation/emotional_behaviour/{dimension}/P16.csv"
        place(tmp_path, name, content=table)
    corpus = CORPORA["recola"]
    assert corpus.recognise(tmp_path)
    manifest = corpus.read(tmp_path)
    (clip,) = manifest.clips
    np.testing.assert_allclose(read_trace(clip).valence, [0.2, 0.0], atol=1e-12)
    assert [problem.file.name for problem in manifest.problems] == ["P17.wav"]


def test_recola_names_bad_ratings_once(tmp_path: Path) -> None:
    recola(tmp_path)
    place(tmp_path, "ratings_gold_standard/arousal/train_1.arff", content="@relation gold\n@data\n")
    manifest = CORPORA["recola"].read(tmp_path)
    assert len(manifest) == 4
    assert [problem.file.name for problem in manifest.problems] == ["train_1.arff"]
    (clip,) = [c for c in manifest.clips if c.file.name == "train_1.wav"]
    assert clip.valence is not None
    assert clip.arousal is None


def test_aff_wild2_has_a_row_per_person_and_split(tmp_path: Path) -> None:
    aff_wild2(tmp_path)
    clips = {c.speaker: c for c in CORPORA["aff-wild2"].read(tmp_path).clips if c.kind != "image"}
    whole = clips["aff-wild2-1-30-1280x720"]
    assert (whole.emotion, whole.split) == ("happiness", "train")
    assert whole.valence == pytest.approx(0.4)
    assert whole.arousal == pytest.approx(0.5)
    left, right = clips["aff-wild2-video5_left"], clips["aff-wild2-video5_right"]
    assert left.file == right.file
    assert left.take == right.take
    assert (left.valence, right.valence, left.split) == (0.5, -0.5, "validation")


def test_aff_wild2_reads_one_frame_a_second_where_there_is_no_video(tmp_path: Path) -> None:
    aff_wild2(tmp_path)
    frames = [c for c in CORPORA["aff-wild2"].read(tmp_path).clips if c.kind == "image"]
    # The sixty-first frame is unlabelled, the second is between.
    assert [(c.file.name, c.emotion, c.split) for c in frames] == [
        ("00001.jpg", "anger", "validation"),
        ("00031.jpg", "anger", "validation"),
    ]


def test_aff_wild2_keeps_unlabelled_frames_as_missing(tmp_path: Path) -> None:
    aff_wild2(tmp_path)
    clips = CORPORA["aff-wild2"].read(tmp_path).clips
    (clip,) = [c for c in clips if c.speaker == "aff-wild2-1-30-1280x720"]
    trace = read_trace(clip)
    np.testing.assert_allclose(trace.times, np.arange(3) / 30)
    np.testing.assert_array_equal(trace.valence, [0.5, np.nan, 0.3])
    np.testing.assert_array_equal(trace.arousal, [0.25, np.nan, 0.75])


def test_aff_wild2_times_its_frames_as_the_video_states(tmp_path: Path) -> None:
    aff_wild2(tmp_path)
    with av.open(str(tmp_path / "batch1/1-30-1280x720.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        for _ in range(3):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    clips = CORPORA["aff-wild2"].read(tmp_path).clips
    (clip,) = [c for c in clips if c.speaker == "aff-wild2-1-30-1280x720"]
    np.testing.assert_allclose(read_trace(clip).times, [0.0, 0.04, 0.08])


def test_aff_wild2_names_missing_videos_and_bad_annotations(tmp_path: Path) -> None:
    aff_wild2(tmp_path)
    (tmp_path / "batch2/video5.mp4").unlink()
    name = "annotations/VA_Set/Train_Set/1-30-1280x720.txt"
    place(tmp_path, name, content="valence,arousal\n0.5\n")
    manifest = CORPORA["aff-wild2"].read(tmp_path)
    assert sorted(problem.file.name for problem in manifest.problems) == [
        "1-30-1280x720.txt",
        "video5_left.txt",
        "video5_right.txt",
    ]
    (clip,) = [c for c in manifest.clips if c.kind != "image"]
    assert (clip.emotion, clip.valence) == ("happiness", None)


def test_a_corpus_without_ratings_over_time_is_refused(tmp_path: Path) -> None:
    savee(tmp_path)
    with pytest.raises(OptionError, match="aff-wild2, recola, semaine"):
        read_trace(CORPORA["savee"].read(tmp_path).clips[0])


@pytest.mark.parametrize("corpus", ["aff-wild2", "recola", "semaine"])
def test_a_trace_whose_files_are_gone_is_empty(tmp_path: Path, corpus: str) -> None:
    clip = Clip(tmp_path / "train_1.wav", corpus, "audio", speaker=f"{corpus}-1-user")
    assert [part.size for part in read_trace(clip)] == [0, 0, 0]


def test_ratings_beyond_the_scale_are_missing(tmp_path: Path) -> None:
    place(tmp_path, "r.csv", content="time,a\n0.0,0.5\n0.1,7\n0.2,?\n")
    ratings = read_ratings(tmp_path / "r.csv", Findings())
    assert ratings is not None
    np.testing.assert_array_equal(ratings.values, [0.5, np.nan, np.nan])


@given(
    text=st.text("0123456789.,;- \n@datribueTIM'?", max_size=60),
    suffix=st.sampled_from(["arff", "csv", "txt"]),
)
def test_no_text_breaks_the_reading_of_ratings(
    tmp_path_factory: pytest.TempPathFactory, text: str, suffix: str
) -> None:
    folder = tmp_path_factory.mktemp("ratings")
    place(folder, f"r.{suffix}", content=text)
    findings = Findings()
    ratings = read_ratings(folder / f"r.{suffix}", findings)
    if ratings is None:
        assert len(findings.manifest().problems) == 1
    else:
        assert ratings.times.shape == ratings.values.shape
        assert not np.any(np.abs(ratings.values) > 1)


@given(
    arrays(np.float64, (3, 7), elements=st.floats(-1, 1) | st.just(np.nan)),
)
def test_the_mean_over_raters_ignores_what_is_missing(values: np.ndarray) -> None:
    times = np.arange(7) / 25
    mean = mean_over_raters([Ratings(times, row) for row in values]).values
    for got, column in zip(mean, values.T, strict=True):
        present = column[np.isfinite(column)]
        assert np.isnan(got) if not present.size else got == pytest.approx(present.mean())


def test_dimensions_meet_on_the_finer_times() -> None:
    valence = Ratings(np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.5, 1.0]))
    arousal = Ratings(np.array([0.0, 2.0]), np.array([-1.0, 1.0]))
    trace = join(valence, arousal)
    np.testing.assert_allclose(trace.times, valence.times)
    np.testing.assert_allclose(trace.arousal, [-1.0, 0.0, 1.0])
