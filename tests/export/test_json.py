import dataclasses
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from emoarc.analysis import FACE_SCHEMA, NOTICE, Analysis
from emoarc.arcs import MEASURES, Arc
from emoarc.errors import InputError
from emoarc.export import SCHEMA_VERSION, read_analysis, to_dict, write_json
from emoarc.media import Coverage, MediaInfo
from emoarc.timeline import TIMELINE_SCHEMA, Timeline


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    name = f"analysis-{SCHEMA_VERSION}.schema.json"
    return json.loads((files("emoarc.export") / "schema" / name).read_text(encoding="utf-8"))


def test_the_schema_is_one(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


def test_an_analysis_fits_the_schema(
    analysis: Analysis, schema: dict[str, Any], tmp_path: Path
) -> None:
    write_json(analysis, tmp_path / "a.json")
    data = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, schema)
    assert data == to_dict(analysis)


def test_segments_and_incongruence_are_told(analysis: Analysis) -> None:
    data = to_dict(analysis)
    assert [s["label"] for s in data["segments"]] == [s.label for s in analysis.segments]
    assert data["segments"]
    assert len(data["incongruence"]["rank"]) == analysis.incongruence.num_rows > 0


def test_an_empty_analysis_of_a_stream_fits_the_schema(
    analysis: Analysis, schema: dict[str, Any]
) -> None:
    empty = dataclasses.replace(
        analysis,
        media=None,
        coverage=None,
        timeline=Timeline(TIMELINE_SCHEMA.empty_table()),
        faces=FACE_SCHEMA.empty_table(),
        subjects=(),
        arcs=(),
        summary=(),
    )
    jsonschema.validate(to_dict(empty), schema)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["timeline", "p_fear", 0], 1.5),
        (["timeline", "label", 0], "boredom"),
        (["timeline", "start", 0], None),
        (["faces", "au12", 0], 5.5),
        (["faces", "eye_opening", 0], -0.1),
        (["media", "path"], 3),
        (["surprise"], 1),
    ],
)
def test_the_schema_refuses_what_is_wrong(
    analysis: Analysis, schema: dict[str, Any], path: list[Any], value: Any
) -> None:
    data = to_dict(analysis)
    entry = data
    for step in path[:-1]:
        entry = entry[step]
    entry[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)


def test_the_schema_names_every_field(schema: dict[str, Any]) -> None:
    properties, definitions = schema["properties"], schema["$defs"]
    assert list(properties["timeline"]["properties"]) == TIMELINE_SCHEMA.names[1:]
    assert list(properties["faces"]["properties"]) == FACE_SCHEMA.names
    points = properties["arcs"]["items"]["properties"]["points"]["properties"]
    assert len(points) == 1 + 3 * len(MEASURES)
    for kind, name in ((MediaInfo, "media"), (Coverage, "coverage")):
        assert list(definitions[name]["properties"]) == [f.name for f in dataclasses.fields(kind)]


def test_what_was_not_observed_is_null(analysis: Analysis) -> None:
    arc = dataclasses.replace(
        analysis.arcs[0], values=np.full_like(analysis.arcs[0].values, np.nan)
    )
    data = to_dict(dataclasses.replace(analysis, arcs=(arc,)))
    assert set(data["arcs"][0]["points"]["valence"]) == {None}
    assert data["notice"] == NOTICE
    json.dumps(data, allow_nan=False)


def test_turning_points_fit_the_schema(analysis: Analysis, schema: dict[str, Any]) -> None:
    times = np.arange(40.0)
    values = np.tile(np.sin(np.pi * times / 39)[:, None], len(MEASURES))
    arc = Arc("all", times, values, values - 0.1, values + 0.1)
    data = to_dict(dataclasses.replace(analysis, arcs=(arc,)))
    jsonschema.validate(data, schema)
    points = data["arcs"][0]["turning_points"]
    assert [point["measure"] for point in points] == list(MEASURES)
    assert {point["kind"] for point in points} == {"maximum"}
    assert points[0]["time"] in (19, 20)


def test_what_no_landmarks_told_is_null(analysis: Analysis) -> None:
    faces = to_dict(analysis)["faces"]
    told = [value is not None for value in faces["yaw"]]
    assert told == [subject == "P1" for subject in faces["subject"]]
    assert told == [value is not None for value in faces["au26"]]


def test_strange_values_in_the_provenance_become_plain(analysis: Analysis) -> None:
    odd = {
        "folder": Path("a"),
        "rate": np.float32(0.5),
        "count": np.int64(3),
        "flag": np.bool_(True),
        "nan": float("nan"),
        3: (1, {2}),
    }
    data = to_dict(dataclasses.replace(analysis, provenance=odd))
    assert data["provenance"] == {
        "folder": "a", "rate": 0.5, "count": 3, "flag": True, "nan": None, "3": [1, [2]]
    }  # fmt: skip
    assert type(data["provenance"]["count"]) is int


def test_a_newer_file_is_refused(analysis: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({**to_dict(analysis), "schema_version": SCHEMA_VERSION + 1}))
    with pytest.raises(InputError, match="newer emoarc"):
        read_analysis(path)
