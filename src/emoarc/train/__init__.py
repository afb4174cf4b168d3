"""Training: recipes in, verified model packs and their figures out. Needs the extra `train`.

`train` is the one entry; `emoarc train RECIPE.toml --data DIR -o DIR` calls it. Its parts serve
every task: `Recipe` and `parse` (TOML into frozen dataclasses), `fit` (the resumable loop over a
`Job`), `export_onnx` and `fit_temperature`, `model_card`. `read_clips` lists
the clips of the speech corpora, for trials as well.
"""

from emoarc.train._train import train
from emoarc.train._voice_corpora import Clip, read_clips

__all__ = ["Clip", "read_clips", "train"]
