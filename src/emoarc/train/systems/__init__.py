"""Systems: classifiers from the literature, each a recipe, measured under honest protocols.

A recipe (`SystemRecipe`) names inputs (what is computed of a clip), members (which architecture
takes which of them) and how they are joined. `evaluate_system` trains it fold by fold and measures
what it says of the clips held out; `train_system` trains it once.
"""

from emoarc.train.systems._evaluate import EvaluateOptions, evaluate_system, train_system
from emoarc.train.systems._recipe import SystemRecipe, read_system

__all__ = ["EvaluateOptions", "SystemRecipe", "evaluate_system", "read_system", "train_system"]
