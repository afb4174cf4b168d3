"""The face table: a row for each face observed, with how it was turned and shaped."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emoarc.analysis import ACTION_UNIT_COLUMNS, FACE_SCHEMA
from emoarc.labels import EMOTIONS
from emoarc.timeline import TableBuilder
from emoarc.types import FaceObservation
from emoarc.vision import action_units, neutral_of

__all__ = ["FaceTable"]

_NEUTRAL: Final = EMOTIONS.index("neutral")
_UNITS: Final = tuple(ACTION_UNIT_COLUMNS)

_RAW_SCHEMA: Final = pa.unify_schemas(
    [FACE_SCHEMA, pa.schema([("person", pa.int32()), ("weight", pa.float32())])]
)
"""While a stream runs, the columns of the action units hold the measures they are told from."""


class FaceTable:
    """Collects observed faces and tells their action units when all have been seen.

    Action units count from the person's own neutral, and that is known at the end only: the
    measures of all frames of that person together, each weighted by its quality times its
    probability of being neutral. A person who is seen briefly, or is never near neutral, is
    measured against the frames nearest to it, and so comes out less expressive than they were.
    """

    def __init__(self) -> None:
        self._rows = TableBuilder(_RAW_SCHEMA)

    def append(self, face: FaceObservation) -> None:
        """Add a face."""
        self._rows.append(_raw_row(face))

    def build(self, subjects: Mapping[int, str]) -> pa.Table:
        """Return all faces so far, in the order they came: columns as in `FACE_SCHEMA`.

        Args:
            subjects: The subject that each person is; null where they are none yet.
        """
        raw = self._rows.build()
        columns: dict[str, Any] = {name: raw[name] for name in FACE_SCHEMA.names}
        columns["subject"] = [subjects.get(person) for person in raw["person"].to_numpy().tolist()]
        for name, values in zip(_UNITS, _intensities(raw).T, strict=True):
            columns[name] = pa.array(values, pa.float32(), from_pandas=True)  # NaN becomes null
        return pa.Table.from_pydict(columns, FACE_SCHEMA)


def _raw_row(face: FaceObservation) -> dict[str, Any]:
    box, shape = face.box, face.geometry
    row: dict[str, Any] = {
        "time": face.time,
        "track": face.track,
        "x": box.x,
        "y": box.y,
        "width": box.width,
        "height": box.height,
        "score": face.score,
        "quality": face.quality,
        "person": face.person,
        "weight": face.quality * float(face.probabilities[_NEUTRAL]),
    }
    if shape is None:
        return row
    return row | {
        "yaw": shape.yaw,
        "pitch": shape.pitch,
        "roll": shape.roll,
        "eye_opening": shape.eye_opening,
        "mouth_opening": shape.mouth_opening,
        **dict(zip(_UNITS, shape.measures.tolist(), strict=True)),
    }


def _intensities(raw: pa.Table) -> NDArray[np.float32]:
    """Return the action units, shape (rows, 8); NaN where no landmarks were looked for."""
    measures = np.column_stack([raw[name].to_numpy() for name in _UNITS])
    weights, persons = raw["weight"].to_numpy(), raw["person"].to_numpy()
    told = ~np.isnan(measures).any(axis=1)
    units = np.full(measures.shape, np.nan, np.float32)
    for person in np.unique(persons[told]):
        own = told & (persons == person)
        units[own] = action_units(measures[own], neutral_of(measures[own], weights[own]))
    return units
