"""How long corpora take to scan, and what is in them.

    python bench/corpora.py --data ../shared/corpora -o docs/results/corpora.json

Each corpus is scanned by the command as a user runs it, once without a cache and then again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from emoarc.corpora import find_corpora

PROTOCOL = (
    "`emoarc corpora scan FOLDER --corpus NAME --json`, start-up included, best of 3: cold without "
    "a cache (the files themselves may be in the memory of the system), cached with that of a scan "
    "before"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the corpora")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    found = find_corpora(arguments.data)
    figures = {
        "protocol": PROTOCOL,
        "cores": len(os.sched_getaffinity(0)),
        "corpora": [measure(name, folder) for name, folders in found.items() for folder in folders],
    }
    if arguments.output:
        arguments.output.write_text(json.dumps(figures, indent=2) + "\n")


def measure(name: str, folder: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        caches = [Path(scratch) / f"{run}.sqlite" for run in range(3)]
        cold = [scan(name, folder, cache) for cache in caches]
        cached = [scan(name, folder, cache) for cache in caches]
    report = cold[0][1]
    counts = report["corpora"][name]
    figures = {
        "corpus": name,
        "folder": folder.name,
        "clips": counts["clips"],
        "speakers": counts["speakers"],
        "hours": counts["seconds"] and round(counts["seconds"] / 3600, 2),
        "emotions": {word: each["clips"] for word, each in counts["emotions"].items()},
        "left_out": sum(not problem["kept"] for problem in report["problems"]),
        "copies_kept": sum(problem["kept"] for problem in report["problems"]),
        "cold_seconds": round(min(seconds for seconds, _ in cold), 2),
        "cached_seconds": round(min(seconds for seconds, _ in cached), 2),
    }
    print(figures, flush=True)
    return figures


def scan(name: str, folder: Path, cache: Path) -> tuple[float, dict[str, Any]]:
    """Run the command; its wall-clock seconds and its report."""
    words = ["corpora", "scan", str(folder), "--corpus", name, "--json", "--cache", str(cache)]
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "emoarc.cli", *words], stdout=subprocess.PIPE)
    seconds = time.perf_counter() - start
    if done.returncode not in (0, 3):  # 3: some files were left out
        raise SystemExit(done.returncode)
    return seconds, json.loads(done.stdout)


if __name__ == "__main__":
    main()
