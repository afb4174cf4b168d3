"""From frames to facial expressions: find faces, follow them, frame them, read them.

`FaceBranch` is the whole of it, a stage of the pipeline: push frames, get observations. Its parts
serve alone too: a `FaceDetector` (today `HaarDetector`), `FaceSearch`, `ShotDetector`, `Tracker`,
`align_face`, `face_quality`.
"""

from emoarc.vision._align import align_face, align_points
from emoarc.vision._branch import ExpressionModel, FaceBranch, FaceBranchOptions
from emoarc.vision._detect import FaceDetector, HaarDetector, HaarOptions
from emoarc.vision._embed import Embedder, Embedding, FaceEmbedder, is_tellable
from emoarc.vision._expression import FaceExpressionModel
from emoarc.vision._follow import Follower
from emoarc.vision._identify import Identities, IdentityOptions
from emoarc.vision._net_detect import NetDetector, NetDetectorOptions
from emoarc.vision._quality import face_quality
from emoarc.vision._search import FaceSearch, SearchOptions
from emoarc.vision._shots import ShotDetector
from emoarc.vision._track import Tracker, TrackerOptions

__all__ = [
    "Embedder",
    "Embedding",
    "ExpressionModel",
    "FaceBranch",
    "FaceBranchOptions",
    "FaceDetector",
    "FaceEmbedder",
    "FaceExpressionModel",
    "FaceSearch",
    "Follower",
    "HaarDetector",
    "HaarOptions",
    "Identities",
    "IdentityOptions",
    "NetDetector",
    "NetDetectorOptions",
    "SearchOptions",
    "ShotDetector",
    "Tracker",
    "TrackerOptions",
    "align_face",
    "align_points",
    "face_quality",
    "is_tellable",
]
