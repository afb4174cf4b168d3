"""The report in a real browser; needs playwright and Chromium, and skips without them."""

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emoarc.analysis import Analysis
from emoarc.export import write_html
from emoarc.media import probe
from emoarc.timeline import Timeline

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)

MARGINS = 46, 16
"""Pixels left and right of the charts' time axis."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    with playwright.sync_playwright() as api:
        chromium = api.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def report(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    write_html(analysis, path)
    return path.as_uri()


@pytest.fixture
def page(browser: Any, report: str) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.extend(_foreign(request.url)))
    page.goto(report)
    page.wait_for_timeout(500)
    yield page
    page.close()
    assert problems == []


def _foreign(address: str) -> list[str]:
    return [] if address.startswith(("file:", "blob:", "data:")) else [address]


def click(page: Any, chart: str, time: float) -> None:
    page.locator(chart).scroll_into_view_if_needed()
    box = page.locator(chart).bounding_box()
    width = box["width"] - sum(MARGINS)
    page.mouse.click(box["x"] + MARGINS[0] + width * time / 12, box["y"] + 60)


def now(page: Any) -> float:
    return page.evaluate("document.getElementById('media').currentTime")


def playhead(page: Any) -> float:
    """Where the playhead stands, in seconds."""
    box = page.locator("#timeline").bounding_box()
    head = page.locator(".playhead").first.bounding_box()
    width = box["width"] - sum(MARGINS)
    return (head["x"] + head["width"] / 2 - box["x"] - MARGINS[0]) / width * 12


@pytest.mark.parametrize("chart", ["#timeline", "#arc"])
def test_a_click_seeks_and_the_playhead_follows(page: Any, chart: str) -> None:
    click(page, chart, 6)
    page.wait_for_timeout(200)
    assert now(page) == pytest.approx(6, abs=0.05)
    assert playhead(page) == pytest.approx(6, abs=0.05)
    assert page.inner_text("#time").startswith("At 0:06.")


def test_a_preview_of_a_part_keeps_the_times_of_the_recording(
    browser: Any, analysis: Analysis, unplayable: Path, tmp_path: Path
) -> None:
    part = {"options": {"start": 4.0, "end": 10.0}}
    path = tmp_path / "report.html"
    write_html(dataclasses.replace(analysis, media=probe(unplayable), provenance=part), path)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(path.as_uri())
    page.wait_for_timeout(500)
    assert now(page) == pytest.approx(0, abs=0.05)
    assert page.evaluate("document.getElementById('media').duration") == pytest.approx(6, abs=0.2)
    click(page, "#timeline", 6)  # the middle of the chart, which holds six seconds
    page.wait_for_timeout(200)
    assert now(page) == pytest.approx(3, abs=0.05)
    assert page.inner_text("#time").startswith("At 0:07.")
    page.evaluate("document.getElementById('media').currentTime = 1")
    page.wait_for_timeout(200)
    assert page.inner_text("#time").startswith("At 0:05.")
    page.locator("#choose").set_input_files(tmp_path / "preview.mp4")
    page.wait_for_timeout(500)
    assert now(page) == pytest.approx(1, abs=0.05)
    page.locator("#choose").set_input_files(unplayable.with_name(analysis.file))
    page.wait_for_timeout(500)
    assert now(page) == pytest.approx(5, abs=0.05)
    page.close()


def test_keys_move_and_play(page: Any) -> None:
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert now(page) == pytest.approx(11, abs=0.05)
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.wait_for_timeout(1000)  # the page's policy forbids playwright to evaluate conditions
    assert playhead(page) > 0.2
    page.keyboard.press("Space")
    assert page.evaluate("document.getElementById('media').paused")


def test_a_drag_zooms_both_charts_and_fit_undoes_it(page: Any) -> None:
    box = page.locator("#timeline").bounding_box()
    for step, x in enumerate((0.25, 0.35, 0.5)):
        page.mouse.move(box["x"] + MARGINS[0] + (box["width"] - sum(MARGINS)) * x, box["y"] + 60)
        if step == 0:
            page.mouse.down()
    page.mouse.up()
    for chart in ("timeline", "arc"):
        shown = page.evaluate(f"document.getElementById('{chart}').layout.xaxis.range")
        assert shown == pytest.approx([3, 6], abs=0.1)
    page.click("#zoom-fit")
    shown = page.evaluate("document.getElementById('timeline').layout.xaxis.range")
    assert shown == pytest.approx([0, 12], abs=0.1)


def test_switching_shows_another_modality_and_subject(page: Any) -> None:
    page.locator("input[value=voice]").check(force=True)
    click(page, "#timeline", 9)
    page.wait_for_timeout(200)
    assert "voice" in page.inner_text("#time")
    assert "not observed" not in page.locator("#now h3").first.inner_text()
    page.select_option("#subject", "P2")
    assert page.locator("#now h3").all_inner_texts() == ["P2\nnot observed"]
    assert page.inner_text("#arc-name") == "of P2"


def test_face_against_voice_shows_who_has_most_of_it_or_is_chosen(
    browser: Any, analysis: Analysis, synthetic: Any, tmp_path: Path
) -> None:
    more = Timeline.from_expressions(synthetic("P2", "voice", ((3.0, 9.0),), 7))
    timeline = Timeline.concatenate(analysis.timeline, more)
    write_html(dataclasses.replace(analysis, timeline=timeline), tmp_path / "report.html")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((tmp_path / "report.html").as_uri())
    seconds = page.evaluate(
        "Object.entries(JSON.parse(document.getElementById('data').textContent).apart)"
        ".map(([name, {start, end}]) => [end.reduce((sum, e, i) => sum + e - start[i], 0), name])"
    )
    assert len(seconds) == 2
    assert page.inner_text("#apart-name").startswith(f"of {max(seconds)[1]}, of whom")
    page.select_option("#subject", "P1")
    assert page.inner_text("#apart-name") == "of P1"
    page.close()


def test_who_is_not_observed_takes_one_line(page: Any) -> None:
    assert page.locator("#now ul:visible").count() == 1  # P1's alone at the beginning
    assert page.locator("#now h3").count() == 3


def test_the_panel_of_a_face_opens_seeks_and_names_what_it_shows(page: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 1600})
    assert page.locator("#face").is_hidden()
    page.click("#fold > summary")
    page.wait_for_timeout(300)
    assert page.inner_text("#face-name") == "of P1"
    click(page, "#face", 6)
    page.wait_for_timeout(200)
    assert now(page) == pytest.approx(6, abs=0.05)
    box = page.locator("#face").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    assert "Head pose" in page.inner_text("#tip")
    assert "to the person’s" in page.inner_text("#tip")
    row = page.locator("#face .y2tick", has_text="AU12").bounding_box()
    page.mouse.move(box["x"] + 200, row["y"] + row["height"] / 2)
    assert "AU12 lip corners pulled" in page.inner_text("#tip")
    assert "of 5" in page.inner_text("#tip")
    page.click("#zoom-in")
    shown = page.evaluate("document.getElementById('face').layout.xaxis.range")
    assert shown == page.evaluate("document.getElementById('timeline').layout.xaxis.range")
    page.select_option("#subject", "V1")
    assert page.inner_text("#face-name") == "of V1"
    assert "no face observed" in page.inner_text("#face")


def test_nothing_overflows_at_any_width(page: Any) -> None:
    page.click("#fold > summary")
    for width, scheme in ((390, "dark"), (820, "light"), (390, "light"), (1600, "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        box = page.locator("#timeline svg").first.bounding_box()
        assert box["x"] + box["width"] <= width
