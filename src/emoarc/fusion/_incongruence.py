"""How far face and voice are read differently, moment by moment.

Acting, sarcasm, a smile at sad news, a dubbed or manipulated recording, and errors of either model
all make it large. It says nothing of truthfulness.
"""

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from emoarc.fusion._cells import Cell, Cells
from emoarc.fusion._combine import EXPERTS
from emoarc.fusion._fitted import load_fitted
from emoarc.fusion._fuse import FusionOptions
from emoarc.labels import EMOTIONS
from emoarc.timeline import Timeline

__all__ = ["INCONGRUENCE_SCHEMA", "divergence", "incongruence"]

INCONGRUENCE_SCHEMA: Final = pa.schema(
    [
        pa.field("start", pa.float64(), metadata={"unit": "s"}),
        pa.field("end", pa.float64(), metadata={"unit": "s"}),
        pa.field("subject", pa.string()),
        pa.field("divergence", pa.float32(), metadata={"unit": "bit", "range": "0 to 1"}),
        pa.field(
            "rank",
            pa.float32(),
            metadata={"doc": "share of faces and voices of one emotion that are read less apart"},
        ),
    ]
)


def divergence(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return the Jensen-Shannon divergence of pairs of distributions in bits, shape (n,).

    Lin 1991, "Divergence measures based on the Shannon entropy": 0 where they are equal, 1 where
    they have nothing in common.

    Args:
        probabilities: Shape (n, 2, classes).
    """
    pairs = np.asarray(probabilities, np.float64)
    middle = pairs.mean(axis=1, keepdims=True)
    ratios = np.log2(np.maximum(pairs, 1e-12) / np.maximum(middle, 1e-12))
    return np.clip((pairs * ratios).sum(axis=2).mean(axis=1), 0.0, 1.0)


def incongruence(timeline: Timeline, options: FusionOptions | None = None) -> pa.Table:
    """Compare face and voice wherever both were read well enough for a label.

    Args:
        timeline: Of a recording; its face and voice rows are used.
        options: Whose grid and quality floor hold.

    Returns:
        Columns as in `INCONGRUENCE_SCHEMA`, in order of time. A rank above 0.95 occurs in one of
        twenty moments even where face and voice show the same emotion, for the models err.
    """
    options = options or FusionOptions()
    cells = Cells(options.step).sort(row for row in timeline if row.modality != "fused")
    found = [cell for cell in cells if (cell.qualities >= options.quality_floor).all()]
    return _table(found)


def _table(found: list[Cell]) -> pa.Table:
    pairs = np.array([cell.probabilities for cell in found])
    apart = divergence(pairs.reshape(-1, len(EXPERTS), len(EMOTIONS)))
    usual = load_fitted().incongruence
    ranks = np.interp(apart, usual, np.linspace(0, 1, len(usual)))
    # Beyond three digits nothing means anything, and rows read back from a file have lost some.
    apart, ranks = apart.round(3), ranks.round(3)
    columns = {
        "start": [cell.start for cell in found],
        "end": [cell.end for cell in found],
        "subject": [cell.subject for cell in found],
        "divergence": apart,
        "rank": ranks,
    }
    return pa.Table.from_pydict(columns, INCONGRUENCE_SCHEMA)
