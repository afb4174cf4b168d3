import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import jsonschema
import numpy as np
import pytest

from emoarc.packs import load_pack
from emoarc.sample import SAMPLE

QUICK = ("--end", "3", "--fps", "3")
"""Enough of the sample to find a face and a voice in it."""


def _files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_the_results_lie_in_a_folder_named_after_the_input(emoarc, tmp_path):
    outcome = emoarc("analyze", SAMPLE, *QUICK)
    assert outcome.code == 0, outcome.err
    assert _files(tmp_path) == [
        "sample.emoarc/analysis.json",
        "sample.emoarc/faces.csv",
        "sample.emoarc/faces.parquet",
        "sample.emoarc/report.html",
        "sample.emoarc/timeline.csv",
        "sample.emoarc/timeline.parquet",
    ]
    assert "P1" in outcome.out
    assert "sample.emoarc/report.html" in outcome.out


def test_json_prints_the_analysis_and_nothing_else(emoarc, tmp_path):
    outcome = emoarc("analyze", SAMPLE, "--json", *QUICK)
    assert outcome.code == 0, outcome.err
    analysis = json.loads(outcome.out)
    import emoarc.export

    schema = next(Path(emoarc.export.__file__).parent.glob("schema/*.json"))
    jsonschema.validate(analysis, json.loads(schema.read_text()))
    assert _files(tmp_path) == []


def test_chosen_formats_and_folder(emoarc, tmp_path):
    outcome = emoarc("analyze", SAMPLE, "-o", "out", "--format", "csv,vtt", "-q", *QUICK)
    assert outcome == (0, "", "")
    assert _files(tmp_path / "out/sample.emoarc") == ["faces.csv", "timeline.csv", "timeline.vtt"]


def test_inputs_of_the_same_name_get_folders_of_their_own(emoarc, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(SAMPLE, tmp_path / folder)
    outcome = emoarc("analyze", "a/sample.mp4", "b/sample.mp4", "-o", "out", "--format", "csv",
                     "--modalities", "voice", *QUICK)  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert len(_files(tmp_path / "out")) == 4


def test_one_modality_gives_rows_of_that_one(emoarc):
    outcome = emoarc("analyze", SAMPLE, "--json", "--modalities", "voice", *QUICK)
    modalities = {row["modality"] for row in json.loads(outcome.out)["summary"]}
    assert modalities == {"voice", "fused"}


def test_fusion_and_smoothing_are_chosen_by_name(emoarc):
    words = ("--fusion", "max", "--smoothing", "none", "--end", "3", "--fps", "2", "--json")
    found = json.loads(emoarc("analyze", SAMPLE, *words).out)
    fusion = found["provenance"]["options"]["fusion"]
    assert (fusion["rule"], fusion["smoothing"]) == ("max", "none")


def test_noise_is_taken_away_and_the_provenance_says_by_what(emoarc):
    outcome = emoarc(
        "analyze", SAMPLE, "--json", "--modalities", "voice", "--denoise", "gate",
        "--no-speakers", *QUICK,
    )  # fmt: skip
    models = json.loads(outcome.out)["provenance"]["models"]
    assert [model["name"] for model in models] == ["spectral-gate", "voice-expression"]


def test_the_provenance_has_the_hash_of_a_denoiser_from_a_file(emoarc, shared):
    file = shared.resolve() / "models/denoise_gtcrn_simple.onnx"
    outcome = emoarc(
        "analyze", SAMPLE, "--json", "--modalities", "voice", "--denoise", file, *QUICK
    )
    denoiser, *_ = json.loads(outcome.out)["provenance"]["models"]
    assert denoiser["name"] == file.stem
    assert denoiser["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_voices_are_told_apart_by_models_that_the_provenance_names(emoarc):
    outcome = emoarc("analyze", SAMPLE, "--json", "--modalities", "voice", *QUICK)
    models = json.loads(outcome.out)["provenance"]["models"]
    tasks = {model["task"] for model in models}
    assert tasks == {"voice-expression", "speaker-embedding", "overlap-detection"}


def test_a_denoiser_that_there_is_not_is_one_line(emoarc):
    outcome = emoarc("analyze", SAMPLE, "--denoise", "magic")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1


def test_the_overlay_is_a_video_with_its_sound(emoarc, tmp_path):
    outcome = emoarc("analyze", SAMPLE, "--overlay", "--format", "csv", *QUICK)
    assert outcome.code == 0, outcome.err
    with av.open(tmp_path / "sample.emoarc/overlay.mp4") as video:
        assert {stream.type for stream in video.streams} == {"video", "audio"}


BAD_INPUT = {
    "empty": lambda p: p.touch(),
    "text": lambda p: p.write_text("not a video\n" * 100),
    "moov missing": lambda p: p.write_bytes(_without_index()),
    "folder": lambda p: p.mkdir(),
    "fifo": os.mkfifo,
    "missing": lambda p: None,
    "playlist": lambda p: p.write_text("#EXTM3U\n#EXTINF:1,\nsample.mp4\n#EXT-X-ENDLIST\n"),
    "ffconcat": lambda p: p.write_text("ffconcat version 1.0\nfile sample.mp4\n"),
    "dangling link": lambda p: p.symlink_to("nowhere"),
}


def _without_index() -> bytes:
    """The sample without its index: what a camera leaves behind that lost power."""
    data = SAMPLE.read_bytes()
    start = data.index(b"moov") - 4
    return data[:start] + data[start + int.from_bytes(data[start : start + 4]) :]


@pytest.mark.parametrize("make", BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_one_line_and_leaves_nothing(emoarc, tmp_path, make):
    shutil.copy(SAMPLE, tmp_path)
    make(tmp_path / "bad.mp4")
    before = _files(tmp_path)
    outcome = emoarc("analyze", "bad.mp4")
    assert outcome.code == 3
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert "bad.mp4" in outcome.err
    assert _files(tmp_path) == before


def test_a_file_cut_short_is_analysed_as_far_as_it_goes(emoarc, tmp_path):
    data = SAMPLE.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) // 3])
    outcome = emoarc("analyze", "cut.mp4", "--json", "--fps", "3")
    assert outcome.code == 0, outcome.err
    analysis = json.loads(outcome.out)
    assert analysis["coverage"]["fraction"] < 0.6
    assert analysis["warnings"]


def test_flipped_bits_are_counted_and_not_fatal(emoarc, tmp_path):
    data = bytearray(SAMPLE.read_bytes())
    rng = np.random.default_rng(0)
    media = data.find(b"mdat") + 8
    for place in rng.integers(media, len(data), 60):
        data[place] ^= 1 << int(rng.integers(8))
    (tmp_path / "flipped.mp4").write_bytes(data)
    outcome = emoarc("analyze", "flipped.mp4", "--json", "--fps", "3")
    assert outcome.code == 0, outcome.err
    assert any("damaged" in warning for warning in json.loads(outcome.out)["warnings"])


def test_nothing_to_analyse_has_an_exit_code_of_its_own(emoarc, tmp_path):
    with av.open(tmp_path / "silence.wav", "w") as output:
        stream = output.add_stream("pcm_s16le", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 32_000), np.int16), "s16", "mono")
        frame.sample_rate = 16_000
        output.mux(stream.encode(frame))
    outcome = emoarc("analyze", "silence.wav")
    assert outcome.code == 4
    assert outcome.err.count("\n") == 1
    assert _files(tmp_path) == ["silence.wav"]


def test_one_bad_input_does_not_stop_the_others(emoarc, tmp_path):
    (tmp_path / "bad.mp4").touch()
    outcome = emoarc("analyze", "bad.mp4", SAMPLE, "--format", "csv", *QUICK)
    assert outcome.code == 3
    assert "bad.mp4" in outcome.err
    assert _files(tmp_path / "sample.emoarc") == ["faces.csv", "timeline.csv"]


@pytest.mark.parametrize("output", ["file", "file/below", "/proc/nowhere"])
def test_an_output_that_cannot_be_written(emoarc, tmp_path, output):
    (tmp_path / "file").touch()
    outcome = emoarc("analyze", SAMPLE, "-o", output, *QUICK)
    assert outcome.code == 3
    assert outcome.err.count("\n") == 1
    assert _files(tmp_path) == ["file"]


@pytest.mark.parametrize("kind", ["face", "voice"])
def test_a_corrupted_pack_is_refused(emoarc, tmp_path, kind):
    pack = shutil.copytree(load_pack(f"{kind}-expression").folder, tmp_path / "pack")
    with (pack / "model.onnx").open("r+b") as network:
        network.seek(1000)
        network.write(b"\0damage\0")
    outcome = emoarc("analyze", SAMPLE, f"--{kind}-pack", pack)
    assert outcome.code == 5
    assert outcome.err.count("\n") == 1
    assert "reinstall" in outcome.err


@pytest.mark.parametrize(
    "words",
    [("--fps", "0"), ("--fps", "nan"), ("--start", "5", "--end", "2"), ("--format", "pdf"),
     ("--modalities", "smell"), ("--prior", "mine"), ("--fusion", "vote"), ("--smoothing", "much"),
     ("--end", "nan"), ("--audio-track", "9")],
    ids=" ".join,
)  # fmt: skip
def test_options_that_cannot_be_are_usage_errors(emoarc, tmp_path, words):
    outcome = emoarc("analyze", SAMPLE, *words)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert _files(tmp_path) == []


def test_names_that_are_not_utf8_or_hold_control_characters(emoarc, tmp_path):
    for name in (b"bad\xff.mp4", b"esc\x1b[31m.mp4"):
        path = tmp_path / os.fsdecode(name)
        shutil.copy(SAMPLE, path)
        outcome = emoarc("analyze", path.name, *QUICK)
        assert outcome.code == 0, outcome.err
        assert "\x1b[31m" not in outcome.out
        assert len(_files(tmp_path / f"{path.stem}.emoarc")) == 6
        assert json.loads(emoarc("analyze", path.name, "--json", *QUICK).out)["file"]


def test_results_of_an_earlier_analysis_that_stay_are_named(emoarc):
    assert emoarc("analyze", SAMPLE, "--format", "csv,vtt", *QUICK).err == ""
    assert "timeline.vtt" in emoarc("analyze", SAMPLE, "--format", "csv", *QUICK).err


def test_the_same_input_twice_is_analysed_once(emoarc, tmp_path):
    outcome = emoarc("analyze", SAMPLE, SAMPLE, "--format", "csv", "--modalities", "voice", *QUICK)
    assert outcome.code == 0
    assert _files(tmp_path / "sample.emoarc") == ["faces.csv", "timeline.csv"]


def test_ctrl_c_leaves_nothing_half_written(tmp_path):
    command = [sys.executable, "-m", "emoarc.cli", "analyze", str(_looped(tmp_path, 60)), "-q"]
    before = _files(tmp_path)
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(4)  # the clip lasts 24 minutes, so the analysis is under way
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert _files(tmp_path) == before


def _looped(folder: Path, times: int) -> Path:
    """The sample again and again, its packets copied."""
    target = folder / "long.mp4"
    with av.open(target, "w") as output, av.open(SAMPLE) as source:
        copies = {s.index: output.add_stream_from_template(s) for s in source.streams}
        for turn in range(times):
            source.seek(0)
            for packet in (p for p in source.demux() if p.dts is not None):
                shift = round(turn * 24.2 / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                packet.stream = copies[packet.stream_index]
                output.mux(packet)
    return target
