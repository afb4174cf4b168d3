"""Layers that are weighed, and frames that are averaged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch", reason="the extra `train` is not installed")

import torch

from emoarc.nets import LayerProbeNet, LayerProbeOptions, pool_frames


@given(count=st.integers(1, 40), frames=st.integers(1, 20))
def test_stretches_keep_the_mean(count: int, frames: int) -> None:
    states = torch.randn(2, count, 3, generator=torch.Generator().manual_seed(count))
    pooled = pool_frames(states, frames)
    assert pooled.shape == (2, frames, 3)
    torch.testing.assert_close(pooled.mean(dim=1), states.mean(dim=1), atol=1e-5, rtol=1e-4)


@given(frames=st.integers(1, 12), times=st.integers(1, 5))
def test_stretches_of_whole_frames_are_their_means(frames: int, times: int) -> None:
    states = torch.randn(frames * times, 2, generator=torch.Generator().manual_seed(1))
    expected = states.reshape(frames, times, 2).mean(dim=1)
    torch.testing.assert_close(pool_frames(states, frames), expected, atol=1e-5, rtol=1e-4)


def test_a_single_frame_is_repeated() -> None:
    state = torch.tensor([[3.0, 4.0]])
    torch.testing.assert_close(pool_frames(state, 5), state.repeat(5, 1))


def test_layers_weigh_alike_before_training_whatever_their_scale() -> None:
    net = LayerProbeNet(3, LayerProbeOptions(layers=4, features=6)).eval()
    states = torch.randn(2, 4, 9, 6)
    torch.testing.assert_close(net.layer_weights, torch.full((4,), 0.25))
    scaled = states * torch.tensor([1.0, 100.0, 0.1, 7.0])[:, None, None]
    torch.testing.assert_close(net(scaled), net(states), atol=1e-3, rtol=1e-3)


def test_only_the_chosen_layers_count() -> None:
    net = LayerProbeNet(3, LayerProbeOptions(layers=4, features=6, only=(1, 3))).eval()
    states = torch.randn(2, 4, 9, 6)
    changed = states.clone()
    changed[:, [0, 2]] += torch.randn(2, 2, 9, 6)
    assert torch.equal(net(changed), net(states))
    changed[:, 3] += torch.randn(2, 9, 6)
    assert not torch.allclose(net(changed), net(states))


@pytest.mark.parametrize("planted", [0, 2])
def test_the_layer_that_tells_weighs_most(planted: int) -> None:
    generator = torch.Generator().manual_seed(planted)
    classes = torch.randint(2, (64,), generator=generator)
    states = torch.randn(64, 3, 5, 6, generator=generator)
    states[:, planted, :, 0] += 4.0 * classes[:, None]
    torch.manual_seed(0)
    net = LayerProbeNet(2, LayerProbeOptions(layers=3, features=6, hidden=8, attention=4))
    optimizer = torch.optim.Adam(net.parameters(), 0.02)
    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(net(states), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert net.layer_weights.argmax() == planted
    assert net.layer_weights.max() > 0.5
