"""Training of the networks that tell speakers apart and hear when several speak at once.

They learn from recordings of single people, mixed so that it is known who is heard when. Nothing
here is needed to use the networks.
"""

from emoarc.train.speakers._embedding import SpeakerEmbeddingRecipe
from emoarc.train.speakers._embedding_pack import train_speaker_embedding
from emoarc.train.speakers._overlap import OverlapRecipe
from emoarc.train.speakers._overlap_pack import train_overlap_detection

__all__ = [
    "OverlapRecipe",
    "SpeakerEmbeddingRecipe",
    "train_overlap_detection",
    "train_speaker_embedding",
]
