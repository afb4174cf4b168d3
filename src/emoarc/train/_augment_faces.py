"""Face pictures as cameras and detectors hand them over: moved, dim, blurred, noisy, covered.

All on batches of grey pictures in [0, 1], shape (n, 1, h, w), with a generator, so that the same
seed gives the same pictures.
"""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

__all__ = ["FaceAugmentation", "augment_faces"]


@dataclass(frozen=True)
class FaceAugmentation:
    """How strongly pictures are changed; deviations are of normal distributions, cut at 2.5."""

    rotation: float = 8.0
    """Deviation of the turn in degrees."""
    scale: float = 0.1
    """Deviation of the logarithm of the zoom: detectors crop looser or tighter than the corpus."""
    shift: float = 0.04
    """Deviation of the shift as a share of the picture."""
    shear: float = 0.05
    contrast: float = 0.25
    """Deviation of the logarithm of the contrast, and of gamma."""
    blur: float = 0.2
    """Share of pictures blurred."""
    low_resolution: float = 0.15
    """Share of pictures taken down to 16 to 40 pixels and up again."""
    noise: float = 0.3
    """Share of pictures with sensor noise."""
    erase: float = 0.3
    """Share of pictures with a rectangle covered (Zhong et al. 2020, "Random erasing")."""
    sharpen: float = 0.0
    """Share of pictures with edges enhanced, as cameras and studios do."""
    compress: float = 0.0
    """Share of pictures compressed in blocks as JPEG and video codecs do, quality 15 to 80."""
    background: float = 0.0
    """Share of pictures with an even grey, or another picture, around the face's oval."""
    mouth: float = 0.0
    """Share of pictures with the mouth covered: hands, microphones, and talk that tells nothing."""


def augment_faces(
    images: Tensor,
    options: FaceAugmentation,
    generator: Generator,
    side: int,
    frames: Tensor | None = None,
) -> Tensor:
    """Return changed copies of `images`, resampled to squares of `side` pixels.

    Args:
        images: Shape (n, 1, h, w).
        options: How strongly.
        generator: Of all chance.
        side: Of the result.
        frames: What of each picture to show before it is moved, shape (n, 2, 3), as
            `torch.nn.functional.affine_grid` takes it; without, all of it.
    """
    images = _move(images, options, generator, side, frames)
    # What came later draws only where it is wanted: older recipes give the same pictures.
    if options.background:
        images = _replace_background(images, options.background, generator)
    images = _light(images, options, generator)
    images = _blur(images, options.blur, generator)
    images = _coarsen(images, options.low_resolution, generator)
    if options.sharpen:
        images = _sharpen(images, options.sharpen, generator)
    images = _add_noise(images, options.noise, generator)
    if options.compress:
        images = _compress(images, options.compress, generator)
    if options.mouth:
        images = _cover_mouth(images, options.mouth, generator)
    return _erase(images, options.erase, generator)


_LUMINANCE = torch.tensor(
    [
        [16.0, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
"""Steps of the quantisation at quality 50, in grey levels of 255."""

_PLACES = torch.arange(8)
_COSINES = (math.pi / 8 * (_PLACES + 0.5) * _PLACES[:, None]).cos() / 2
_COSINES[0] /= math.sqrt(2)
"""The orthonormal discrete cosine transform of 8 values, shape (8, 8)."""


def _normal(count: int, deviation: float, generator: Generator) -> Tensor:
    return torch.randn(count, generator=generator).clamp(-2.5, 2.5) * deviation


def _chosen(count: int, share: float, generator: Generator) -> Tensor:
    return (torch.rand(count, generator=generator) < share).nonzero().flatten()


def _uniform(shape: tuple[int, ...], low: float, high: float, generator: Generator) -> Tensor:
    return torch.rand(shape, generator=generator) * (high - low) + low


def _move(
    images: Tensor,
    options: FaceAugmentation,
    generator: Generator,
    side: int,
    frames: Tensor | None,
) -> Tensor:
    n = len(images)
    angle = _normal(n, math.radians(options.rotation), generator)
    zoom = _normal(n, options.scale, generator).exp()
    shear = _normal(n, options.shear, generator)
    flip = torch.randint(0, 2, (n,), generator=generator) * 2 - 1
    cos, sin = angle.cos() * zoom, angle.sin() * zoom
    x, y = _normal(n, 2 * options.shift, generator), _normal(n, 2 * options.shift, generator)
    top = torch.stack([cos * flip, -sin + shear, x], dim=1)
    bottom = torch.stack([sin * flip, cos, y], dim=1)
    move = torch.stack([top, bottom], dim=1)
    if frames is not None:
        move = frames[:, :, :2] @ move
        move[:, :, 2] += frames[:, :, 2]
    grid = functional.affine_grid(move, [n, 1, side, side], False)
    # What lies outside a face's crop varies, so the fill varies too.
    fill = ("zeros", "border", "reflection")[int(torch.randint(0, 3, (), generator=generator))]
    return functional.grid_sample(images, grid, padding_mode=fill, align_corners=False)


def _light(images: Tensor, options: FaceAugmentation, generator: Generator) -> Tensor:
    shape = (len(images), 1, 1, 1)
    gamma = _normal(len(images), options.contrast, generator).exp().view(shape)
    contrast = _normal(len(images), options.contrast, generator).exp().view(shape)
    brightness = _normal(len(images), options.contrast / 2, generator).view(shape)
    images = images.clamp(1e-4, 1) ** gamma
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return ((images - mean) * contrast + mean + brightness).clamp(0, 1)


def _blur(images: Tensor, share: float, generator: Generator) -> Tensor:
    rows = _chosen(len(images), share, generator)
    if not len(rows):
        return images
    sigma = _uniform((len(rows), 1), 0.4, 1.6, generator)
    return images.index_copy(0, rows, _smooth(images[rows], sigma))


def _sharpen(images: Tensor, share: float, generator: Generator) -> Tensor:
    rows = _chosen(len(images), share, generator)
    if not len(rows):
        return images
    sigma = _uniform((len(rows), 1), 0.5, 1.5, generator)
    gain = _uniform((len(rows), 1, 1, 1), 0.2, 1.5, generator)
    edges = images[rows] - _smooth(images[rows], sigma)
    return images.index_copy(0, rows, (images[rows] + gain * edges).clamp(0, 1))


def _smooth(images: Tensor, sigma: Tensor) -> Tensor:
    """Convolve each picture with a Gaussian of its own deviation, sigma of shape (n, 1)."""
    kernel = (-(torch.arange(-3, 4) ** 2) / (2 * sigma**2)).exp()
    kernel = kernel / kernel.sum(dim=1, keepdim=True)
    padded = functional.pad(images, (3, 3, 3, 3), mode="replicate").transpose(0, 1)
    blurred = functional.conv2d(padded, kernel[:, None, None, :], groups=len(images))
    blurred = functional.conv2d(blurred, kernel[:, None, :, None], groups=len(images))
    return blurred.transpose(0, 1)


def _coarsen(images: Tensor, share: float, generator: Generator) -> Tensor:
    rows = _chosen(len(images), share, generator)
    if not len(rows):
        return images
    side = int(torch.randint(16, 41, (), generator=generator))
    small = functional.interpolate(images[rows], (side, side), mode="bilinear", antialias=True)
    coarse = functional.interpolate(small, images.shape[-2:], mode="bilinear")
    return images.index_copy(0, rows, coarse)


def _add_noise(images: Tensor, share: float, generator: Generator) -> Tensor:
    rows = _chosen(len(images), share, generator)
    level = _uniform((len(rows), 1, 1, 1), 0.0, 0.05, generator)
    noise = torch.randn(images[rows].shape, generator=generator) * level
    return images.index_add(0, rows, noise).clamp(0, 1)


def _compress(images: Tensor, share: float, generator: Generator) -> Tensor:
    """Round the cosine coefficients of blocks of 8 x 8 pixels, coarser for finer patterns.

    The steps are those for luminance that ITU-T T.81 (JPEG) gives as an example in annex K, scaled
    by quality as libjpeg does.
    """
    rows = _chosen(len(images), share, generator)
    if not len(rows):
        return images
    quality = _uniform((len(rows), 1, 1, 1, 1), 15, 80, generator)
    steps = _LUMINANCE * torch.where(quality < 50, 50 / quality, 2 - quality / 50) / 255
    coarse = _from_blocks((_blocks(images[rows]) / steps).round() * steps, images.shape[-2:])
    return images.index_copy(0, rows, coarse.clamp(0, 1))


def _blocks(images: Tensor) -> Tensor:
    """Return the cosine coefficients of each block, shape (n, rows, columns, 8, 8)."""
    height, width = images.shape[-2:]
    padded = functional.pad(images, (0, -width % 8, 0, -height % 8), mode="replicate")
    rows, columns = (int(side) // 8 for side in padded.shape[-2:])
    blocks = padded.reshape(len(images), rows, 8, columns, 8).transpose(2, 3)
    return _COSINES @ blocks @ _COSINES.T


def _from_blocks(coefficients: Tensor, size: tuple[int, ...]) -> Tensor:
    blocks = _COSINES.T @ coefficients @ _COSINES
    images = blocks.transpose(2, 3).flatten(3, 4).flatten(1, 2)
    return images[:, None, : size[0], : size[1]]


def _replace_background(images: Tensor, share: float, generator: Generator) -> Tensor:
    rows = _chosen(len(images), share, generator)
    if not len(rows):
        return images
    level = _uniform((len(rows), 1, 1, 1), 0.0, 1.0, generator)
    even = torch.rand(len(rows), 1, 1, 1, generator=generator) < 0.7
    others = images[torch.randperm(len(images), generator=generator)[: len(rows)]]
    behind = torch.where(even, level, others)
    y, x = (torch.linspace(-1, 1, side) for side in images.shape[-2:])
    width, height = _uniform((2, len(rows), 1, 1), 0.75, 1.15, generator)
    radius = ((x / width) ** 2 + (y[:, None] / (height + 0.1)) ** 2).sqrt()[:, None]
    outside = ((radius - 1) * 10).clamp(0, 1)
    return images.index_copy(0, rows, images[rows] * (1 - outside) + behind * outside)


def _cover_mouth(images: Tensor, share: float, generator: Generator) -> Tensor:
    """Cover what lies about two thirds down, where framed faces have their mouths."""
    n, (height, width) = len(images), images.shape[-2:]
    top = _uniform((n, 1), 0.55, 0.68, generator)
    left, right = (_uniform((n, 1), low, low + 0.2, generator) for low in (0.1, 0.7))
    y, x = (torch.arange(height) + 0.5) / height, (torch.arange(width) + 0.5) / width
    inside_y = (y > top) & (y < top + _uniform((n, 1), 0.2, 0.45, generator))
    covered = inside_y[:, :, None] & ((x > left) & (x < right))[:, None, :]
    covered &= torch.rand(n, 1, 1, generator=generator) < share
    return torch.where(covered[:, None], torch.rand(n, 1, 1, 1, generator=generator), images)


def _erase(images: Tensor, share: float, generator: Generator) -> Tensor:
    n, _, height, width = images.shape
    box = _uniform((n, 2), 0.15, 0.5, generator)
    center = _uniform((n, 2), 0.0, 1.0, generator)
    y = (torch.arange(height) + 0.5) / height
    x = (torch.arange(width) + 0.5) / width
    inside_y = (y - center[:, :1]).abs() < box[:, :1] / 2
    inside_x = (x - center[:, 1:]).abs() < box[:, 1:] / 2
    chosen = torch.rand(n, 1, 1, generator=generator) < share
    covered = (inside_y[:, :, None] & inside_x[:, None, :] & chosen)[:, None]
    return torch.where(covered, torch.rand(n, 1, 1, 1, generator=generator), images)
