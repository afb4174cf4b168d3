"""The processes that train together, each on a GPU of its own or on the CPU.

`accelerate launch --multi_gpu -m emoarc.cli train RECIPE.toml ...` starts several; started as
usual, there is one. No recipe says how many, and none needs to.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
# accelerate is annotated in part only.

import atexit
import time

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list
from torch import nn

__all__ = ["accelerator", "agreed", "is_main", "synchronised"]


def accelerator() -> Accelerator:
    """Return this process's view of all of them: CUDA where there is any, else the CPU.

    Multiplying in bfloat16 is the recipe's choice, and none of the launcher's.
    """
    machine = Accelerator(cpu=not torch.cuda.is_available(), mixed_precision="no")
    if machine.num_processes > 1:
        atexit.unregister(_part)  # it may stand there from the training before
        atexit.register(_part)
    return machine


def is_main() -> bool:
    """Say whether this process is the one that writes files and tells of progress."""
    return bool(accelerator().is_main_process)


def agreed(figures: dict[str, float] | None) -> dict[str, float]:
    """Return what the main process measured to every process; the others give None."""
    shared: list[dict[str, float] | None] = [figures]
    broadcast_object_list(shared)
    return shared[0] or {}


def synchronised(net: nn.Module, processes: int, device: torch.device) -> nn.Module:
    """Let batch normalisations see the rows of all processes, where torch can (on CUDA)."""
    if processes == 1 or device.type != "cuda":
        return net
    return nn.SyncBatchNorm.convert_sync_batchnorm(net)


def _part() -> None:
    # Threads of gloo outlive the group. One that lets go of the last sum only after Python has
    # ended aborts the process, and the launcher then ends all others: it gets time to do so now.
    time.sleep(0.5)
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
