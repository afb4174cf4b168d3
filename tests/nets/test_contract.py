"""What every network of the papers promises, and what an option cannot be."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from emoarc.errors import OptionError

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")

from torch import Tensor, nn  # noqa: E402

from emoarc.nets import (  # noqa: E402
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

LABELS = 4


@dataclass(frozen=True)
class Case:
    make: Callable[[], Any]
    shapes: Sequence[tuple[int, ...]]
    """Of the inputs, without the number of clips."""
    width: int
    """Of the embedding."""


def _singh_fang(**options: Any) -> Callable[[], nn.Module]:
    return lambda: SinghFangNet(LABELS, SinghFangOptions(rows=64, columns=96, **options))


_AUDIO = KeropyanAudioOptions(features=30, channels=(4, 6), hidden=8)
_SMALL = KottayamImageOptions(side=16, channels=(4, 6, 8), hidden=10)
_VGG = VggTransferOptions(width=1 / 32, hidden=6, frozen=False)

CASES = {
    "singh-fang": Case(_singh_fang(), [(64, 96)], 64),
    "singh-fang-rnn": Case(_singh_fang(recurrent="rnn"), [(64, 96)], 64),
    "singh-fang-lstm": Case(_singh_fang(recurrent="lstm", summary="mean"), [(64, 96)], 64),
    "singh-fang-video": Case(
        _singh_fang(recurrent="rnn", video=True), [(64, 96), (20, 60, 100)], 128
    ),
    "keropyan": Case(lambda: KeropyanAudioNet(LABELS, _AUDIO), [(30,)], 8),
    "keropyan-sequence": Case(
        lambda: KeropyanAudioNet(
            LABELS, KeropyanAudioOptions(features=5, sequence=True, channels=(4, 6), hidden=8)
        ),
        [(17, 5)],
        8,
    ),
    "keropyan-hybrid": Case(
        lambda: KeropyanHybridNet(
            LABELS, KeropyanHybridOptions(audio=_AUDIO, side=20, channels=(4, 6), hidden=9)
        ),
        [(30,), (20, 20, 20)],
        9,
    ),
    "kottayam-image": Case(lambda: KottayamImageNet(LABELS, _SMALL), [(16, 16)], 10),
    "kottayam-image-rgb": Case(
        lambda: KottayamImageNet(
            LABELS,
            KottayamImageOptions(
                side=24, colours=3, channels=(4, 6), hidden=10, dropout=0.5, batch_norm=True
            ),
        ),
        [(3, 24, 24)],
        10,
    ),
    "kottayam-ck": Case(
        lambda: KottayamCkNet(LABELS, KottayamCkOptions(side=16, channels=(4, 6), hidden=10)),
        [(1, 16, 16)],
        10,
    ),
    "kottayam-video": Case(lambda: KottayamVideoNet(LABELS, _SMALL), [(3, 16, 16)], 10),
    "kottayam-voice": Case(lambda: KottayamVoiceNet(LABELS, KottayamVoiceOptions()), [(40, 1)], 32),
    "vgg": Case(lambda: VggTransferNet(LABELS, _VGG), [(32, 32)], 6),
    "layer-probe": Case(
        lambda: LayerProbeNet(LABELS, LayerProbeOptions(3, 6, hidden=8, attention=4)),
        [(3, 9, 6)],
        16,
    ),
    "layer-probe-mean": Case(
        lambda: LayerProbeNet(LABELS, LayerProbeOptions(3, 6, hidden=8, pooling="mean")),
        [(3, 9, 6)],
        8,
    ),
    "hossain-voice": Case(
        lambda: HossainVoiceNet(LABELS, HossainVoiceOptions(channels=(4, 6, 8), hidden=10)),
        [(16, 24)],
        10,
    ),
    "hossain-video": Case(
        lambda: HossainVideoNet(LABELS, HossainVideoOptions(channels=(4, 6), hidden=10)),
        [(5, 24, 20)],
        10,
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Networks this small lose more to threads than they win."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _inputs(case: Case, clips: int = 3) -> list[Tensor]:
    torch.manual_seed(5)
    return [torch.rand(clips, *shape) for shape in case.shapes]


def _seeded(case: Case, seed: int = 1) -> Any:
    torch.manual_seed(seed)
    return case.make()


def test_clips_give_logits_and_embeddings(case: Case) -> None:
    net = _seeded(case).eval()
    logits, embedding = net(*_inputs(case)), net.embed(*_inputs(case))
    assert logits.shape == (3, LABELS)
    assert embedding.shape == (3, case.width)
    assert logits.isfinite().all()


def test_logits_are_classified_embeddings(case: Case) -> None:
    net = _seeded(case).eval()
    inputs = _inputs(case)
    torch.testing.assert_close(net.classifier(net.embed(*inputs)), net(*inputs))


def test_a_clip_is_judged_alike_alone_and_in_a_batch(case: Case) -> None:
    net = _seeded(case).eval()
    inputs = _inputs(case)
    alone = torch.cat([net(*(x[[clip]] for x in inputs)) for clip in range(3)])
    torch.testing.assert_close(alone, net(*inputs), atol=1e-5, rtol=1e-4)


def test_every_parameter_learns(case: Case) -> None:
    net = _seeded(case).train()
    for _ in range(5):  # dropout and ReLU may silence a unit for one batch, not for all
        net(*_inputs(case, clips=8)).square().sum().backward()
    silent = [name for name, x in net.named_parameters() if x.grad is None or not x.grad.any()]
    assert not silent


def test_four_clips_are_learnt_by_heart(case: Case) -> None:
    """What was drawn must be in a range that gradients can work with."""
    net, inputs = _seeded(case).train(), _inputs(case, clips=LABELS)
    inputs = [(x - x.mean()) / x.std() for x in inputs]
    classes = torch.arange(LABELS)
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    losses: list[float] = []
    while len(losses) < 300 and (not losses or min(losses) > 0.5):
        loss = nn.functional.cross_entropy(net(*inputs), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert min(losses) <= 0.5  # by chance it is log 4, about 1.39


def test_the_seed_decides_the_weights(case: Case) -> None:
    inputs = _inputs(case)
    first, again, other = (_seeded(case, seed).eval()(*inputs) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_every_input_matters(case: Case) -> None:
    net = _seeded(case).eval()
    inputs = _inputs(case)
    for number in range(len(inputs)):
        changed = list(inputs)
        changed[number] = inputs[number].flip(-1) * 3 + 1
        assert not torch.allclose(net(*changed), net(*inputs), atol=1e-7)


@pytest.mark.parametrize(
    ("make", "about"),
    [
        (lambda: SinghFangOptions(rows=20), "rows"),
        (lambda: SinghFangOptions(columns=40), "columns"),
        (lambda: SinghFangOptions(channels=(16, 0, 24)), "channels"),
        (lambda: SinghFangOptions(dropout=1.0), "dropout"),
        (lambda: KeropyanAudioOptions(features=7), "features"),
        (lambda: KeropyanAudioOptions(kernel=4), "kernel"),
        (lambda: KeropyanHybridOptions(side=7), "side"),
        (lambda: KottayamImageOptions(side=7), "side"),
        (lambda: KottayamImageOptions(channels=()), "channels"),
        (lambda: KottayamCkOptions(side=3), "side"),
        (lambda: KottayamVoiceOptions(hidden=(64, 0)), "hidden"),
        (lambda: LayerProbeOptions(layers=0), "layers"),
        (lambda: LayerProbeOptions(only=(3, 3)), "only"),
        (lambda: LayerProbeNet(LABELS, LayerProbeOptions(layers=3, only=(3,))), "only: .* 0 to 2"),
        (lambda: VggTransferOptions(width=0), "width"),
        (lambda: VggTransferOptions(width=2), "width"),
        (lambda: HossainVoiceOptions(channels=()), "channels"),
        (lambda: HossainVideoOptions(dropout=-0.1), "dropout"),
    ],
)
def test_options_that_cannot_be_are_refused(make: Callable[[], object], about: str) -> None:
    with pytest.raises(OptionError, match=about):
        make()
