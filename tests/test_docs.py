"""Texts say what the files they cite say."""

import re
from pathlib import Path

import pytest

from emoarc.cli._app import app
from emoarc.corpora import CORPORA, protocol_names
from emoarc.evaluate.results import result_texts

ROOT = Path(__file__).parents[1]


def test_figures_in_texts_come_from_the_files():
    for path, text in result_texts(ROOT / "docs/results").items():
        assert path.read_text(encoding="utf-8") == text, "run `emoarc results`"


@pytest.mark.parametrize("verb", [c.name for c in app.registered_commands])
def test_the_readme_names_every_verb(verb):
    assert f"emoarc {verb}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/corpora.md"]
)
def test_links_to_files_lead_somewhere(text):
    source = ROOT / text
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", source.read_text(encoding="utf-8")):
        assert (source.parent / link).exists(), link


@pytest.mark.parametrize("name", [*CORPORA, *protocol_names()])
def test_the_page_of_corpora_names_every_corpus_and_protocol(name):
    assert f"| `{name}` |" in (ROOT / "docs/corpora.md").read_text(encoding="utf-8")
