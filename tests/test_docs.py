"""Texts say what the files they cite say."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from emoarc.analysis import ACTION_UNIT_COLUMNS
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
    "text",
    [
        "README.md",
        "CONTRIBUTING.md",
        "docs/architecture.md",
        "docs/corpora.md",
        "docs/faces.md",
        "docs/schema/README.md",
    ],
)
def test_links_to_files_lead_somewhere(text):
    source = ROOT / text
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", source.read_text(encoding="utf-8")):
        assert (source.parent / link).exists(), link


def test_the_page_of_recipes_names_every_key_input_and_architecture():
    pytest.importorskip("torch", reason="training needs the extra `train`")
    from emoarc.train.systems._architectures import ARCHITECTURES
    from emoarc.train.systems._recipe import Input, Member, SystemRecipe

    text = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
    keys = {field.name for kind in (SystemRecipe, Member) for field in fields(kind)}
    kinds = {get_args(get_type_hints(kind)["kind"])[0] for kind in get_args(Input)}
    missing = {name for name in keys if not re.search(rf"\b{name}\b", text)}
    assert missing | {n for n in {*kinds, *ARCHITECTURES} if f"`{n}`" not in text} == set()


@pytest.mark.parametrize("name", [*CORPORA, *protocol_names()])
def test_the_page_of_corpora_names_every_corpus_and_protocol(name):
    assert f"| `{name}` |" in (ROOT / "docs/corpora.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("column", ACTION_UNIT_COLUMNS)
def test_the_page_of_faces_names_every_action_unit(column):
    code, name = ACTION_UNIT_COLUMNS[column].split(" ", 1)
    text = (ROOT / "docs/faces.md").read_text(encoding="utf-8")
    assert f"| `{column}` | {code}, {name} |" in text
