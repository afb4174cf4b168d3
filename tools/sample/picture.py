"""The pictures: a portrait warped so that its landmarks lie where a face wants them.

Two layers are warped by thin-plate splines: the upper face with the teeth hanging from its lip,
and over it all that lies below the edge of the lower lip. So the mouth can close and open wide
although the photograph shows it half open.
"""

import sys
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator, RBFInterpolator

from face import FOLDS, LANDMARKS, Face, Points, place

Image = NDArray[np.uint8]
Layer = NDArray[np.float32]

WIDTH, HEIGHT = 640, 480
CORNER, ZOOM = np.array([83.0, 7.0]), 2.3
"""Upper left corner of the view in the portrait, and how far it is enlarged."""
DARK_MOUTH = np.array([58.0, 18.0, 20.0])
"""Colour of the inside of the mouth, RGB."""


def portrait() -> Image:
    """NASA's photograph of Eileen Collins, RGB, shape (512, 512, 3)."""
    try:
        from skimage.data import astronaut  # pyright: ignore
    except ImportError:
        sys.exit("sample: scikit-image carries the portrait; run: pip install scikit-image==0.26.0")
    return cast("Image", astronaut())


class Puppet:
    """A portrait that can be made to hold a face."""

    def __init__(self, image: Image) -> None:
        self._photograph = image.astype(np.float32)
        self._calm = _without_folds(image)
        self._mouth = _mouth_mask()

    def render(self, face: Face, time: float) -> Image:
        """The view of the face at `time`, RGB, shape (HEIGHT, WIDTH, 3)."""
        at = place(face, time)
        skin = (1 - face.calm) * self._photograph + face.calm * self._calm
        upper = skin * (1 - self._mouth) + DARK_MOUTH.astype(np.float32) * self._mouth
        below_lip = _below(_curve(at, "lower_inner"))
        view = _warp(upper, _upper_field(at, 1 - 0.5 * face.calm)) * (1 - below_lip)
        view += _warp(skin, _lower_field(at)) * below_lip
        view *= 1 - _shade(at, face)[..., None] * np.array([0.55, 0.75, 0.75], np.float32)
        return np.clip(np.round(view), 0, 255).astype(np.uint8)


def _without_folds(image: Image) -> Layer:
    """The photograph with the folds of the smile smoothed away."""
    mask = np.zeros(image.shape[:2], np.uint8)
    for fold in FOLDS:
        cv2.polylines(mask, [_sixteenths(fold)], False, 255, 12, cv2.LINE_AA, shift=4)
    filled = cv2.GaussianBlur(cv2.inpaint(image, mask, 4, cv2.INPAINT_TELEA), (0, 0), 1.5)
    soft = cv2.GaussianBlur(mask, (0, 0), 1.5)[..., None] / np.float32(255)
    return image * (1 - soft) + filled * soft


def _mouth_mask() -> Layer:
    """Lower lip and chin of the photograph, (512, 512, 1): behind them the mouth is dark."""
    lip = _curve({n: np.array(p) for n, p in LANDMARKS.items()}, "lower_inner")
    edge = lip[2:-2] - [0, 0.6]  # not quite to the corners, where closed lips would show it
    outline = np.concatenate([edge, [(edge[-1, 0], 185.0), (edge[0, 0], 185.0)]])
    mask = np.zeros((512, 512), np.float32)
    cv2.fillPoly(mask, [_sixteenths(outline)], 1.0, cv2.LINE_AA, shift=4)
    return cv2.GaussianBlur(mask, (0, 0), 0.4)[..., None]


def _curve(at: dict[str, Points], lip: str) -> Points:
    """A smooth line along a lip from corner to corner."""
    points = np.concatenate([at["corners"][:1], at[lip], at["corners"][1:]])
    xs = np.linspace(points[0, 0], points[-1, 0], 25)
    return np.stack([xs, PchipInterpolator(points[:, 0], points[:, 1])(xs)], axis=1)


def _below(edge: Points) -> Layer:
    """The view below an edge as a soft mask, (HEIGHT, WIDTH, 1)."""
    (left, left_y), (right, right_y) = edge[0], edge[-1]
    sides = [
        (right + 40, right_y + 20),
        (right + 40, 240),
        (left - 40, 240),
        (left - 40, left_y + 20),
    ]
    outline = np.concatenate([edge, sides])
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.fillPoly(mask, [_sixteenths((outline - CORNER) * ZOOM)], 1.0, cv2.LINE_AA, shift=4)
    return cv2.GaussianBlur(mask, (0, 0), 1.2)[..., None]


def _upper_field(at: dict[str, Points], teeth: float) -> Layer:
    """The warp of all but the lower lip, below whose counterpart hang the `teeth`, 0 to 1."""
    source, target = _shared(at, "upper")
    lip, edge = np.array(LANDMARKS["upper_inner"]), np.array(LANDMARKS["lower_inner"])
    hung = at["upper_inner"] + teeth * (edge - lip)
    return _field(np.concatenate([source, edge]), np.concatenate([target, hung]))


def _lower_field(at: dict[str, Points]) -> Layer:
    """The warp of all but the upper lip."""
    source, target = _shared(at, "lower", "chin")
    return _field(source, target)


def _shared(at: dict[str, Points], *own: str) -> tuple[Points, Points]:
    """Landmarks that steer both layers and a layer's `own`, in the portrait and at their place."""
    split = ("upper", "lower", "chin")
    names = [name for name in at if not name.startswith(split) or name.startswith(own)]
    source = [np.array(LANDMARKS[name]) for name in names]
    still = _anchors()
    return np.concatenate([*source, still]), np.concatenate([*(at[n] for n in names), still])


def _anchors() -> Points:
    """Points around the head, in the portrait, that never move."""
    xs, ys = np.linspace(60, 390, 8), np.linspace(-15, 235, 6)
    rim = [(x, y) for x in xs for y in (ys[0], ys[-1])]
    rim += [(x, y) for x in (xs[0], xs[-1]) for y in ys[1:-1]]
    return np.array([*rim, (150.0, 215.0), (224.0, 218.0), (300.0, 215.0)])


def _field(source: Points, target: Points, step: int = 8, margin: int = 2) -> Layer:
    """Where each pixel of the view lies in the portrait, (HEIGHT, WIDTH, 2).

    The spline is evaluated at every `step`-th pixel, from `margin` steps outside the view, and
    interpolated between.
    """
    spline = RBFInterpolator(target, source - target, kernel="thin_plate_spline", smoothing=0.02)
    xs, ys = (np.arange(-margin, n // step + margin + 1) * step / ZOOM for n in (WIDTH, HEIGHT))
    nodes = np.stack(np.meshgrid(xs, ys), axis=-1) + CORNER
    coarse = (nodes + spline(nodes.reshape(-1, 2)).reshape(nodes.shape)).astype(np.float32)
    x, y = np.meshgrid(np.arange(WIDTH) / step + margin, np.arange(HEIGHT) / step + margin)
    return cv2.remap(coarse, x.astype(np.float32), y.astype(np.float32), cv2.INTER_CUBIC)


def _warp(image: Layer, field: Layer) -> Layer:
    """Fetch every pixel of the view from the portrait."""
    return cv2.remap(image, field, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def _shade(at: dict[str, Points], face: Face) -> Layer:
    """What warping cannot make: the line of closed lips and the furrows of a frown, 0 to 1."""
    closed = float(np.clip(1 - face.opening / 2, 0, 1))
    seam = _stroke(_curve(at, "upper_inner"), 0.55 * closed, 3, 1.2)
    left, right = at["brow_left"][-1], at["brow_right"][0]
    for along, lean in ((0.36, 0.8), (0.64, -0.8)):
        top = left + along * (right - left) + [lean, -4.0]
        furrow = top + np.array([(0.0, 0.0), (-lean, 4.0), (-lean, 8.0)])
        seam = np.maximum(seam, _stroke(furrow, 0.5 * face.furrow, 4, 2.2))
    return seam


def _stroke(line: Points, depth: float, width: int, blur: float) -> Layer:
    """A soft line over the view, (HEIGHT, WIDTH)."""
    canvas = np.zeros((HEIGHT, WIDTH), np.float32)
    points = _sixteenths((line - CORNER) * ZOOM)
    cv2.polylines(canvas, [points], False, depth, width, cv2.LINE_AA, shift=4)
    return cv2.GaussianBlur(canvas, (0, 0), blur)


def _sixteenths(points: Points | list[tuple[float, float]]) -> NDArray[np.int32]:
    """Coordinates as OpenCV draws them with `shift=4`."""
    return np.round(np.asarray(points) * 16).astype(np.int32)
