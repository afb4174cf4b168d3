"""Families of arcs written down: `arcs.json`, `arcs.csv` and the page `arcs.html`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from emoarc import __version__
from emoarc.analysis import NOTICE
from emoarc.arcs import Families
from emoarc.export._csv import write_table
from emoarc.export._json import plain
from emoarc.export._page import render
from emoarc.export._save import make_folder
from emoarc.files import write_text

__all__ = ["FAMILIES_SCHEMA_VERSION", "families_to_dict", "save_families"]

FAMILIES_SCHEMA_VERSION: Final = 1
"""Of `arcs.json`; rises when a reader of the old shape would fail."""

_STRUCTURE: Final = ((0.7, "strong"), (0.5, "reasonable"), (0.25, "weak, perhaps by chance"))
"""What a mean silhouette tells of how far families are apart, after
Kaufman & Rousseeuw 1990."""

_COLUMNS: Final = {
    "recording": pa.string(),
    "family": pa.int32(),
    "distance": pa.float64(),
    "silhouette": pa.float64(),
}


def save_families(families: Families, folder: Path, subject: str = "all") -> list[Path]:
    """Write `arcs.json`, `arcs.csv` and `arcs.html` into a folder, which is made if need be.

    Args:
        families: What to write.
        folder: Files of the same names in it are replaced, each whole or not at all.
        subject: Whose arcs they are.

    Returns:
        The files.

    Raises:
        OutputError: The folder or a file cannot be written.
    """
    make_folder(folder)
    data = families_to_dict(families, subject)
    files = [folder / f"arcs.{suffix}" for suffix in ("json", "csv", "html")]
    write_text(files[0], json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n")
    rows = [{name: row[name] for name in _COLUMNS} for row in data["recordings"]]
    write_table(pa.Table.from_pylist(rows, pa.schema(_COLUMNS)), files[1])
    write_text(files[2], _page(data))
    return files


def families_to_dict(families: Families, subject: str = "all") -> dict[str, Any]:
    """Return families as plain data; they count from 1, the largest first.

    Curves have mean 0 and standard deviation 1, at equal distances over relative time; `distance`
    is that of a recording to the medoid of its family.
    """
    comparison = families.comparison
    return {
        "schema_version": FAMILIES_SCHEMA_VERSION,
        "notice": NOTICE,
        "emoarc": __version__,
        "subject": subject,
        "options": plain(comparison.options),
        "silhouette": plain(families.silhouettes.mean()),
        "tried": plain(families.tried),
        "families": list(_families(families)),
        "recordings": list(_recordings(families)),
        "left_out": [
            {"recording": _utf8(name), "reason": reason}
            for name, reason in comparison.left_out.items()
        ],
    }


def _families(families: Families) -> Iterator[dict[str, Any]]:
    for i, medoid in enumerate(families.medoid_names):
        members = families.family == i
        yield {
            "family": i + 1,
            "recordings": int(members.sum()),
            "medoid": _utf8(medoid),
            "silhouette": plain(families.silhouettes[members].mean()),
            "mean": plain(families.means[i]),
        }


def _recordings(families: Families) -> Iterator[dict[str, Any]]:
    comparison, away = families.comparison, families.to_medoid
    order: list[int] = np.lexsort((away, families.family)).tolist()
    for i in order:
        yield {
            "recording": _utf8(comparison.names[i]),
            "family": int(families.family[i]) + 1,
            "distance": plain(away[i]),
            "silhouette": plain(families.silhouettes[i]),
            "curve": plain(comparison.curves[i]),
        }


def _utf8(name: str) -> str:
    """Return a name that JSON and Arrow can hold; on disk it need not be UTF-8."""
    return plain(Path(name))


def _page(data: dict[str, Any]) -> str:
    options = data["options"]
    whose = "all subjects together" if data["subject"] == "all" else data["subject"]
    shown = {name: data[name] for name in ("families", "recordings")}
    return render(
        "arcs",
        shown | {"measure": options["measure"]},
        title="Families of arcs",
        facts=[
            f"{len(data['recordings'])} recordings",
            f"{len(data['families'])} families",
            f"{options['measure']} of {whose}",
            {"dtw": "dynamic time warping", "euclidean": "Euclidean distance"}[options["distance"]],
        ],
        families=data["families"],
        recordings=data["recordings"],
        left_out=data["left_out"],
        tried=data["tried"],
        silhouette=data["silhouette"],
        structure=next((w for least, w in _STRUCTURE if data["silhouette"] >= least), "none"),
    )
