import shutil
from pathlib import Path

RESULTS = Path(__file__).parents[2] / "docs" / "results"


def test_pages_are_made_again_from_the_json_files(emoarc, tmp_path):
    folder = tmp_path / "docs" / "results"
    shutil.copytree(RESULTS, folder)
    before = {page.name: page.read_text() for page in folder.glob("*.md")}
    for page in folder.glob("*.md"):
        page.write_text("Made by `emoarc results`, stale\n")
    outcome = emoarc("results")
    assert outcome.code == 0
    assert {page.name: page.read_text() for page in folder.glob("*.md")} == before
    assert "README.md" in outcome.out


def test_a_folder_without_results_is_a_usage_error_of_one_line(emoarc, tmp_path):
    outcome = emoarc("results", tmp_path)
    assert outcome.code == 2
    assert "no results here" in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1
