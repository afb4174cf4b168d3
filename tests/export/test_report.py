import base64
import dataclasses
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pytest

from emoarc.analysis import FACE_SCHEMA, NOTICE, Analysis
from emoarc.export import write_html
from emoarc.fusion import SEVERAL_VOICES, express
from emoarc.media import probe
from emoarc.timeline import TIMELINE_SCHEMA, Timeline

EVIL = "=cmd|' /C calc'!A0 </script><script>alert(1)</script><img src=x onerror=alert(1)>.mp4"


class Page(HTMLParser):
    """Collects elements with their attributes, texts and scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def data(self) -> dict:
        return json.loads(self.scripts[0])


def render(analysis: Analysis, folder: Path) -> Page:
    write_html(analysis, folder / "report.html")
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def test_the_page_says_what_it_must(analysis: Analysis, tmp_path: Path) -> None:
    page = render(analysis, tmp_path)
    text = " ".join(page.text.split())
    for sentence in (
        NOTICE,
        "Article 5(1)(f)",
        "at work or in education",
        "97 % of what the file declares",
        "3 damaged packets",
        "the video is damaged",
        "face-expression 1, sha256 abababababababab…",
        "video 320 × 180",
        "3 subjects",
    ):
        assert sentence in text
    assert page.data["subjects"] == ["P1", "P2", "V1"]
    assert len(page.attributes("tbody")) == 3


def test_of_several_people_it_is_said_where_they_are(analysis: Analysis, tmp_path: Path) -> None:
    assert analysis.places == {"P1": "left", "P2": "middle"}
    page = render(analysis, tmp_path)
    assert page.data["notes"]["P1"].startswith("mostly at the left, seen 11.0")
    assert "mostly in the middle, seen 6.0" in page.text
    assert page.data["notes"]["V1"].startswith("heard")


def test_of_one_person_no_place_is_told_nor_of_who_wanders(analysis: Analysis) -> None:
    alone = analysis.faces.filter(pa.array(analysis.faces["subject"].to_numpy() == "P1"))
    assert dataclasses.replace(analysis, faces=alone).places == {}
    assert dataclasses.replace(analysis, media=None).places == {}
    wide = pa.array(np.linspace(-30, 290, len(analysis.faces)), pa.float32())
    wandering = analysis.faces.set_column(FACE_SCHEMA.get_field_index("x"), "x", wide)
    assert "P1" not in dataclasses.replace(analysis, faces=wandering).places


def test_of_voices_alone_there_is_no_button_for_faces(analysis: Analysis, tmp_path: Path) -> None:
    heard = analysis.timeline.select("V1")
    page = render(dataclasses.replace(analysis, timeline=heard), tmp_path)
    assert [a["value"] for a in page.attributes("input") if a.get("name")] == ["fused", "voice"]
    assert "fused is the voice alone, smoothed" in page.text
    assert "smoothed over time." not in render(analysis, tmp_path).text


def test_several_voices_have_patterns_in_the_key_and_count_for_nobody(
    analysis: Analysis, tmp_path: Path
) -> None:
    flat = np.full(7, 1 / 7)
    rows = [
        express(7.0 + i, 8.0 + i, "V2", modality, flat, 0.0, False, reason)
        for i, reason in enumerate(SEVERAL_VOICES.values())
        for modality in ("voice", "fused")
    ]
    timeline = Timeline.concatenate(analysis.timeline, Timeline.from_expressions(rows))
    page = render(dataclasses.replace(analysis, timeline=timeline), tmp_path)
    swatches = [each["class"] for each in page.attributes("i") if each.get("class")]
    assert {"swatch overlap", "swatch crowd"} <= {*swatches}
    several = "Several people speak at once for 1.0 s and a crowd is heard for 1.0 s"
    assert several in page.text.replace("\u00a0", " ")
    assert page.data["subjects"] == ["P1", "P2", "V1", "V2"]
    why = page.data["lanes"]["fused"]["V2"]["why"]
    assert why == [page.data["several"][sound] for sound in SEVERAL_VOICES]


def test_faces_with_landmarks_get_a_panel_that_is_folded(
    analysis: Analysis, tmp_path: Path
) -> None:
    page = render(analysis, tmp_path)
    (panel,) = [each for each in page.attributes("details") if each.get("id") == "fold"]
    assert "open" not in panel
    assert list(page.data["faces"]) == ["P1"]
    text = " ".join(page.text.split())
    assert "AU12\u00a0lip corners pulled" in text.replace("AU12 ", "AU12\u00a0")
    assert "no FACS coding" in text


def test_without_landmarks_there_is_no_such_panel(analysis: Analysis, tmp_path: Path) -> None:
    other = analysis.faces.filter(analysis.faces["yaw"].is_null())
    page = render(dataclasses.replace(analysis, faces=other), tmp_path)
    assert page.data["faces"] == {}
    assert "FACS" not in page.text
    assert not [each for each in page.attributes("details") if each.get("id") == "fold"]


def test_who_is_seen_and_heard_has_face_held_against_voice(
    analysis: Analysis, tmp_path: Path
) -> None:
    page = render(analysis, tmp_path)
    assert page.data["apart"]
    assert [each for each in page.attributes("div") if each.get("id") == "apart"]
    assert "it is no sign of lying" in " ".join(page.text.split())


def test_where_only_faces_are_seen_there_is_nothing_to_hold_against_them(
    analysis: Analysis, tmp_path: Path
) -> None:
    faces = analysis.timeline.select(modality="face")
    page = render(dataclasses.replace(analysis, timeline=faces), tmp_path)
    assert page.data["apart"] == {}
    assert not [each for each in page.attributes("div") if each.get("id") == "apart"]


def test_the_player_finds_the_recording_from_the_report(
    analysis: Analysis, clip: Path, tmp_path: Path
) -> None:
    (source,) = [video["src"] for video in render(analysis, tmp_path).attributes("video")]
    assert source is not None
    assert re.fullmatch(r"[\w./%~-]+", source)
    assert (tmp_path / unquote(source)).resolve() == clip.resolve()


def test_nothing_in_a_name_becomes_markup(analysis: Analysis, tmp_path: Path) -> None:
    warnings = (f"{EVIL}: <b>odd</b>",)
    subjects = tuple(dataclasses.replace(s, id=f"{s.id}<i>") for s in analysis.subjects)
    page = render(
        dataclasses.replace(analysis, file=EVIL, warnings=warnings, subjects=subjects), tmp_path
    )
    assert len(page.scripts) == 3
    assert not page.attributes("img")
    assert not page.attributes("b")
    assert EVIL in page.text
    assert page.data["subjects"][0] == "P1<i>"


def test_the_policy_allows_these_scripts_and_no_network(analysis: Analysis, tmp_path: Path) -> None:
    page = render(analysis, tmp_path)
    (policy,) = [
        str(meta["content"])
        for meta in page.attributes("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    hashes = [hashlib.sha256(script.encode()).digest() for script in page.scripts[1:]]
    assert rules["script-src"] == " ".join(
        f"'sha256-{base64.b64encode(h).decode()}'" for h in hashes
    )
    assert "http" not in policy
    assert "connect-src" not in policy
    loaded = [a for _, a in page.elements for name in ("src", "href") if (a.get(name) or "")]
    assert [a["src"] for a in loaded] == [page.attributes("video")[0]["src"]]


def test_a_recording_without_picture_gets_a_sound_player(
    analysis: Analysis, tmp_path: Path
) -> None:
    media = dataclasses.replace(analysis.media, video=None, path=tmp_path / "gone.wav")
    page = render(dataclasses.replace(analysis, media=media), tmp_path)
    assert [audio["src"] for audio in page.attributes("audio")] == ["gone.wav"]
    assert not page.attributes("video")


def test_a_name_that_is_no_utf8_is_still_found(analysis: Analysis, tmp_path: Path) -> None:
    media = dataclasses.replace(analysis.media, video=None, path=tmp_path / "caf\udce9.wav")
    page = render(dataclasses.replace(analysis, media=media), tmp_path)
    assert page.attributes("audio")[0]["src"] == "caf%E9.wav"


def test_a_stream_has_nothing_to_play(analysis: Analysis, tmp_path: Path) -> None:
    page = render(dataclasses.replace(analysis, media=None, coverage=None), tmp_path)
    assert "src" not in page.attributes("audio")[0]


def test_nothing_observed_makes_a_page_all_the_same(analysis: Analysis, tmp_path: Path) -> None:
    empty = dataclasses.replace(
        analysis,
        timeline=Timeline(TIMELINE_SCHEMA.empty_table()),
        faces=FACE_SCHEMA.empty_table(),
        subjects=(),
        arcs=(),
        summary=(),
    )
    assert "No expression was observed" in render(empty, tmp_path).text


def test_what_browsers_cannot_play_gets_a_preview(
    analysis: Analysis, unplayable: Path, tmp_path: Path
) -> None:
    page = render(dataclasses.replace(analysis, media=probe(unplayable)), tmp_path)
    assert page.attributes("video")[0]["src"] == "preview.mp4"
    assert page.data["offset"] == 0
    preview = probe(tmp_path / "preview.mp4")
    assert preview.duration == pytest.approx(12, abs=0.2)
    assert preview.video.codec == "h264"


def test_the_preview_shows_what_was_analysed_and_no_more(
    analysis: Analysis, unplayable: Path, tmp_path: Path
) -> None:
    part = {"options": {"start": 4.0, "end": 9.0, "modalities": ("face", "voice")}}
    told: list[float] = []
    path = tmp_path / "report.html"
    write_html(
        dataclasses.replace(analysis, media=probe(unplayable), provenance=part), path, told.append
    )
    assert probe(tmp_path / "preview.mp4").duration == pytest.approx(5, abs=0.2)
    assert Page(path.read_text(encoding="utf-8")).data["offset"] == 4
    assert told


def test_the_offset_is_of_previews_alone(analysis: Analysis, tmp_path: Path) -> None:
    part = {"options": {"start": 4.0, "end": 9.0}}
    assert render(dataclasses.replace(analysis, provenance=part), tmp_path).data["offset"] == 0


def test_an_hour_of_two_people_stays_below_ten_megabytes(
    analysis: Analysis, synthetic: Callable, assembled: Callable, tmp_path: Path
) -> None:
    media = dataclasses.replace(analysis.media, duration=3600.0)
    expressions = [
        row
        for subject in ("P1", "P2")
        for modality in ("voice", "fused", "face")
        for row in synthetic(subject, modality, ((0, 1200), (1300, 3600)), 1)
    ]
    write_html(assembled("talk.mp4", media, expressions), tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size < 7e6
