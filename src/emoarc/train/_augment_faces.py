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


def augment_faces(
    images: Tensor, options: FaceAugmentation, generator: Generator, side: int
) -> Tensor:
    """Return changed copies of `images`, resampled to squares of `side` pixels."""
    images = _move(images, options, generator, side)
    images = _light(images, options, generator)
    images = _blur(images, options.blur, generator)
    images = _coarsen(images, options.low_resolution, generator)
    images = _add_noise(images, options.noise, generator)
    return _erase(images, options.erase, generator)


def _normal(count: int, deviation: float, generator: Generator) -> Tensor:
    return torch.randn(count, generator=generator).clamp(-2.5, 2.5) * deviation


def _chosen(count: int, share: float, generator: Generator) -> Tensor:
    return (torch.rand(count, generator=generator) < share).nonzero().flatten()


def _uniform(shape: tuple[int, ...], low: float, high: float, generator: Generator) -> Tensor:
    return torch.rand(shape, generator=generator) * (high - low) + low


def _move(images: Tensor, options: FaceAugmentation, generator: Generator, side: int) -> Tensor:
    n = len(images)
    angle = _normal(n, math.radians(options.rotation), generator)
    zoom = _normal(n, options.scale, generator).exp()
    shear = _normal(n, options.shear, generator)
    flip = torch.randint(0, 2, (n,), generator=generator) * 2 - 1
    cos, sin = angle.cos() * zoom, angle.sin() * zoom
    x, y = _normal(n, 2 * options.shift, generator), _normal(n, 2 * options.shift, generator)
    top = torch.stack([cos * flip, -sin + shear, x], dim=1)
    bottom = torch.stack([sin * flip, cos, y], dim=1)
    grid = functional.affine_grid(torch.stack([top, bottom], dim=1), [n, 1, side, side], False)
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
    kernel = (-(torch.arange(-3, 4) ** 2) / (2 * sigma**2)).exp()
    kernel = kernel / kernel.sum(dim=1, keepdim=True)
    padded = functional.pad(images[rows], (3, 3, 3, 3), mode="replicate").transpose(0, 1)
    blurred = functional.conv2d(padded, kernel[:, None, None, :], groups=len(rows))
    blurred = functional.conv2d(blurred, kernel[:, None, :, None], groups=len(rows))
    return images.index_copy(0, rows, blurred.transpose(0, 1))


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
