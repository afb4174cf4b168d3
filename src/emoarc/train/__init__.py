"""Training: recipes in, verified model packs and their figures out. Needs the extra `train`.

`train` is the one entry; `emoarc train RECIPE.toml --data DIR -o DIR` calls it. Its parts serve
every task: `Recipe` and `parse` (TOML into frozen dataclasses), `fit` (the resumable loop over a
`Job`), `export_onnx` and `fit_temperature`, `model_card`. `read_voice_clips` lists the recordings
that voices are trained on, for trials as well.
"""

from emoarc.train._train import train
from emoarc.train._voice_clips import read_voice_clips

__all__ = ["read_voice_clips", "train"]
