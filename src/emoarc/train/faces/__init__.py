"""Training of the networks that find, mark and tell faces.

Their teachers are networks of others, `../shared/models`; what those say of each picture is the
truth that is learnt. Nothing here is needed to use the networks.
"""

from emoarc.train.faces._detection import DetectionRecipe
from emoarc.train.faces._detection_pack import train_detection
from emoarc.train.faces._embedding import EmbeddingRecipe
from emoarc.train.faces._embedding_pack import train_embedding
from emoarc.train.faces._landmarks import LandmarkRecipe
from emoarc.train.faces._landmarks_pack import train_landmarks
from emoarc.train.faces._pictures import Picture, Split, read_pictures

__all__ = [
    "DetectionRecipe",
    "EmbeddingRecipe",
    "LandmarkRecipe",
    "Picture",
    "Split",
    "read_pictures",
    "train_detection",
    "train_embedding",
    "train_landmarks",
]
