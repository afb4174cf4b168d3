"""GTCRN: a small recurrent network that takes noise from speech, opened from a file."""

from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from emoarc.audio._overlap_add import BINS
from emoarc.errors import ModelError
from emoarc.packs import open_network

__all__ = ["Gtcrn", "open_gtcrn"]

_FRAME: Final = (1, BINS, 1, 2)
_CACHES: Final = {
    "conv_cache": (2, 1, 16, 16, 33),
    "tra_cache": (2, 3, 1, 1, 16),
    "inter_cache": (2, 1, 33, 16),
}
_INPUTS: Final = {"mix": _FRAME, **_CACHES}
_OUTPUTS: Final = {"enh": _FRAME, **{f"{name}_out": shape for name, shape in _CACHES.items()}}


class Gtcrn:
    """Turns spectra of speech and noise into spectra of speech, frame after frame.

    The network takes one frame, `mix`, as real and imaginary parts, and what it remembers: the
    caches of its convolutions, of its attention and of its recurrent layers. It gives `enh`, the
    frame without noise, and the caches for the next one.

    Source: Rong et al. 2024, "GTCRN: a speech enhancement model requiring ultralow computational
    resources", in the streaming form that its authors publish (MIT).
    """

    def __init__(self, session: ort.InferenceSession) -> None:
        """Begin a recording.

        Args:
            session: From `open_gtcrn`; it holds no state of its own, so that many may share it.
        """
        self._session = session
        self._caches = {name: np.zeros(shape, np.float32) for name, shape in _CACHES.items()}

    def __call__(self, spectra: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return the next frames without most of their noise, shape (frames, `BINS`)."""
        frames = np.ascontiguousarray(spectra).view(np.float32).reshape(-1, *_FRAME)
        speech = np.stack([self._enhance(frame) for frame in frames])
        return speech.reshape(-1, 2 * BINS).view(np.complex64)

    def _enhance(self, frame: NDArray[np.float32]) -> NDArray[np.float32]:
        enhanced, *caches = self._session.run([*_OUTPUTS], {"mix": frame, **self._caches})
        self._caches = dict(zip(_CACHES, caches, strict=True))
        return enhanced


def open_gtcrn(file: Path, threads: int = 1) -> ort.InferenceSession:
    """Open the streaming form of GTCRN.

    Raises:
        ModelError: The file is missing, no network, or another one.
    """
    session = open_network(file, threads)
    if (_arrays(session.get_inputs()), _arrays(session.get_outputs())) != (_INPUTS, _OUTPUTS):
        raise ModelError(
            f"{file}: not the streaming form of GTCRN, which takes {', '.join(_INPUTS)}; give "
            "none, gate or such a file"
        )
    return session


def _arrays(nodes: list[ort.NodeArg]) -> dict[str, tuple[int | str, ...]]:
    return {node.name: tuple(node.shape) for node in nodes if node.type == "tensor(float)"}
