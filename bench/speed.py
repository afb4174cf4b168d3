"""Speed and memory, as ratios to real time: `python bench/speed.py CLIP.mp4 -o speed.json`.

Each figure is the best of several runs in one process, so that it says what the code costs and
not what else the machine was doing. `--hour` adds an hour-long file made by looping the clip.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil

from emoarc import Analyzer
from emoarc.analyzer import AnalysisOptions

PROTOCOL = (
    "best of 5 analyses after one that warms up, in one process, models loaded once, nothing "
    "written; voice alone on the clip looped to five minutes; the hour by the command, with "
    "loading and writing, its memory sampled twice a second, the largest value of each tenth of "
    "the run (the last one writes the files)"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--hour", action="store_true", help="also measure an hour of video")
    arguments = parser.parse_args()
    figures = measure(arguments.clip, arguments.hour)
    for name, value in figures.items():
        print(f"{name:32} {value}")
    if arguments.output:
        arguments.output.write_text(json.dumps(figures, indent=2) + "\n")


def measure(clip: Path, hour: bool) -> dict[str, Any]:
    figures: dict[str, Any] = {"protocol": PROTOCOL, "clip": clip.name}
    figures["cores"] = len(os.sched_getaffinity(0))
    figures["import_seconds"] = round(min(import_time() for _ in range(5)), 3)
    figures["analysis_x_real_time"] = real_time_factor(clip, AnalysisOptions())
    with tempfile.TemporaryDirectory() as folder:
        minutes = loop(clip, Path(folder) / "loop.mp4", 300.0)
        voice = AnalysisOptions(modalities=("voice",))
        figures["voice_alone_x_real_time"] = real_time_factor(minutes, voice)
        if hour:
            figures |= hour_figures(loop(clip, Path(folder) / "hour.mp4", 3600.0))
    return figures


def import_time() -> float:
    code = "import time; t = time.perf_counter(); import emoarc; print(time.perf_counter() - t)"
    return float(subprocess.check_output([sys.executable, "-c", code]))


def real_time_factor(clip: Path, options: AnalysisOptions, runs: int = 5) -> float:
    analyzer = Analyzer(options)
    seconds = analyzer.analyze(clip).coverage.declared
    return round(seconds / min(timed(lambda: analyzer.analyze(clip)) for _ in range(runs)), 1)


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def loop(clip: Path, target: Path, seconds: float) -> Path:
    """Repeat a clip's packets, without decoding them, until the file is long enough."""
    with av.open(target, "w") as output, av.open(clip) as source:
        length = source.duration / av.time_base + 0.2  # sound may start before zero
        copies = {s.index: output.add_stream_from_template(s) for s in source.streams}
        for turn in range(int(seconds / length) + 1):
            source.seek(0)
            for packet in source.demux():
                if packet.dts is None:
                    continue
                shift = round(turn * length / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                packet.stream = copies[packet.stream_index]
                output.mux(packet)
    return target


def hour_figures(clip: Path) -> dict[str, Any]:
    """Analyse an hour in a process of its own and watch its memory."""
    command = [sys.executable, "-m", "emoarc.cli", "analyze", str(clip), "-o", str(clip.parent)]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        samples = list(watch_memory(process))
    if process.returncode:
        raise SystemExit(f"the analysis of an hour failed with {process.returncode}")
    tenths = [round(max(part)) for part in np.array_split(samples, 10)]
    return {
        "hour_x_real_time": round(3600 / (time.perf_counter() - start), 1),
        "hour_rss_max_mb": max(tenths),
        "hour_rss_mb_by_tenth": tenths,
    }


def watch_memory(process: subprocess.Popen[bytes]) -> Any:
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        yield watched.memory_info().rss / 1e6
        time.sleep(0.5)


if __name__ == "__main__":
    main()
