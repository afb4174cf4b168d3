"""The architectures by the names that recipes give them, each fitted to its inputs' shapes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from torch import nn

from emoarc.nets import (
    HossainVideoNet,
    HossainVideoOptions,
    HossainVoiceNet,
    HossainVoiceOptions,
    KeropyanAudioNet,
    KeropyanAudioOptions,
    KeropyanHybridNet,
    KeropyanHybridOptions,
    KottayamCkNet,
    KottayamCkOptions,
    KottayamImageNet,
    KottayamImageOptions,
    KottayamVideoNet,
    KottayamVoiceNet,
    KottayamVoiceOptions,
    LayerProbeNet,
    LayerProbeOptions,
    SinghFangNet,
    SinghFangOptions,
    VggTransferNet,
    VggTransferOptions,
)
from emoarc.train._classical import (
    SVM,
    Learner,
    LightGBM,
    LightGBMOptions,
    Logistic,
    LogisticOptions,
    SVMOptions,
)
from emoarc.train._elm import ELM, ELMChain, ELMChainOptions, ELMOptions

__all__ = ["ARCHITECTURES", "Architecture", "Shapes"]

Shapes = tuple[tuple[int, ...], ...]
"""The shape of one clip in each input."""


@dataclass(frozen=True)
class Architecture:
    """A kind of net or learner."""

    options: type[Any]
    """The dataclass that a recipe's `options` are read into."""
    net: Callable[[Any, int, Shapes], nn.Module] | None = None
    """Builds the net from its options, the number of labels, and the shapes of its inputs."""
    learner: Callable[[int, Any], Learner] | None = None
    """Builds a learner that needs no gradients from the number of labels and its options."""
    based: bool = False
    """Whether the net can take its base from elsewhere, by `load_base`."""


def _singh_fang(options: SinghFangOptions, labels: int, shapes: Shapes) -> nn.Module:
    rows, columns = shapes[0]
    return SinghFangNet(labels, replace(options, rows=rows, columns=columns))


def _keropyan_audio(options: KeropyanAudioOptions, labels: int, shapes: Shapes) -> nn.Module:
    return KeropyanAudioNet(labels, _heard(options, shapes))


def _keropyan_hybrid(options: KeropyanHybridOptions, labels: int, shapes: Shapes) -> nn.Module:
    faces, side, _ = shapes[1]
    audio = _heard(options.audio, shapes)
    return KeropyanHybridNet(labels, replace(options, audio=audio, faces=faces, side=side))


def _heard(options: KeropyanAudioOptions, shapes: Shapes) -> KeropyanAudioOptions:
    return replace(options, features=shapes[0][-1], sequence=len(shapes[0]) == 2)


def _kottayam_image(options: KottayamImageOptions, labels: int, shapes: Shapes) -> nn.Module:
    return KottayamImageNet(labels, replace(options, side=shapes[0][-1]))


def _kottayam_video(options: KottayamImageOptions, labels: int, shapes: Shapes) -> nn.Module:
    return KottayamVideoNet(labels, replace(options, side=shapes[0][-1]))


def _kottayam_ck(options: KottayamCkOptions, labels: int, shapes: Shapes) -> nn.Module:
    return KottayamCkNet(labels, replace(options, side=shapes[0][-1]))


def _kottayam_voice(options: KottayamVoiceOptions, labels: int, shapes: Shapes) -> nn.Module:
    return KottayamVoiceNet(labels, replace(options, features=shapes[0][-1]))


def _layer_probe(options: LayerProbeOptions, labels: int, shapes: Shapes) -> nn.Module:
    layers, _, features = shapes[0]
    return LayerProbeNet(labels, replace(options, layers=layers, features=features))


def _free(net: Callable[[int, Any], nn.Module]) -> Callable[[Any, int, Shapes], nn.Module]:
    """Take a net whose inputs may have any size."""
    return lambda options, labels, _: net(labels, options)


ARCHITECTURES: Final[dict[str, Architecture]] = {
    "singh-fang": Architecture(SinghFangOptions, _singh_fang),
    "keropyan-audio": Architecture(KeropyanAudioOptions, _keropyan_audio),
    "keropyan-hybrid": Architecture(KeropyanHybridOptions, _keropyan_hybrid),
    "kottayam-image": Architecture(KottayamImageOptions, _kottayam_image),
    "kottayam-ck48": Architecture(KottayamCkOptions, _kottayam_ck),
    "kottayam-vgg16": Architecture(VggTransferOptions, _free(VggTransferNet), based=True),
    "kottayam-voice": Architecture(KottayamVoiceOptions, _kottayam_voice),
    "kottayam-video": Architecture(KottayamImageOptions, _kottayam_video),
    "hossain-voice": Architecture(HossainVoiceOptions, _free(HossainVoiceNet)),
    "hossain-video": Architecture(HossainVideoOptions, _free(HossainVideoNet)),
    "layer-probe": Architecture(LayerProbeOptions, _layer_probe),
    "lightgbm": Architecture(LightGBMOptions, learner=LightGBM),
    "svm": Architecture(SVMOptions, learner=SVM),
    "logistic": Architecture(LogisticOptions, learner=Logistic),
    "elm": Architecture(ELMOptions, learner=ELM),
    "elm-chain": Architecture(ELMChainOptions, learner=ELMChain),
}
"""Every architecture that a member of a system may have."""
