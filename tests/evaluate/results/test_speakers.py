import re

import numpy as np

from emoarc.evaluate.results._speakers import speakers_page, speakers_section

RATE = {"value": 0.12, "low": 0.08, "high": 0.17, "speech": 1000, "missed": 20,
        "false_alarm": 30, "confusion": 70}  # fmt: skip
WAYS = dict.fromkeys(("live", "live_collar", "final", "final_collar"), RATE)
FIGURES = {
    "protocol": "dialogues composed of recordings",
    "dialogues": {
        "two of one corpus": {"dialogues": 3, **WAYS, "speakers": 2, "speakers_found": [2, 3, 2]}
    },
    "sound": {
        name: {"f1": RATE, "precision": 0.8, "recall": 0.7, "seconds": 40.0}
        for name in ("overlap", "crowd")
    },
    "one_person": {
        "clip.mp4": {"seconds": 9.0, "live_speakers": 1, "speakers": 1, "overlap_seconds": 0.0,
                     "crowd_seconds": 0.0}
    },
    "speed": {"without_speakers": 150, "with_speakers": 60},
}  # fmt: skip


def test_the_section_tells_the_figures_and_how_they_were_taken():
    text = speakers_section(FIGURES)
    assert text.startswith("## Who speaks when\n")
    assert "| two of one corpus | 3 | 12.0 % (8.0–17.0) |" in text
    assert "2 (2), 3 (1)" in text
    assert "| two of one corpus | 2.0 % | 3.0 % | 7.0 % |" in text
    assert "dialogues composed of recordings." in text


def test_the_tables_are_whole():
    rows = [line for line in speakers_section(FIGURES).splitlines() if line.startswith("|")]
    heads = [i for i, row in enumerate(rows) if set(row) <= set("| -")]
    for start, end in zip(heads, [*[h - 1 for h in heads[1:]], len(rows)], strict=True):
        widths = {len(re.findall(r"\|", row)) for row in rows[start - 1 : end]}
        assert np.ptp(list(widths)) == 0


def test_the_page_has_a_section_for_each_file_there_is():
    ways = dict.fromkeys(("lips alone", "live", "end", "less alike"), RATE)
    kind = {"recordings": 4, "seconds": 30.0, **ways}
    attribution = {"protocol": "tiled", "seed": 7, "fps": 10.0, "kinds": {"two": kind}}
    assert speakers_page({"fusion": {}}) == ""
    alone = speakers_page({"speakers": FIGURES})
    both = speakers_page({"speakers": FIGURES, "attribution": attribution})
    files = speakers_page({"attribution-files": attribution})
    assert alone.startswith("# Speakers\n")
    assert both.startswith(alone.rstrip())
    assert re.findall(r"^## .*", both, re.MULTILINE) == ["## Who speaks when", "## Who speaks"]
    assert '--files --kinds "two" --recordings 4 --seed 7 -o' in files
