"""From frames to facial expressions: find faces, follow them, frame them, read them.

`FaceBranch` is the whole of it, a stage of the pipeline: push frames, get observations. Its parts
serve alone too: a `FaceDetector` (`NetDetector`, `HaarDetector`), `FaceSearch`, `ShotDetector`,
`Tracker`, `align_face`, `face_quality`.
"""

from emoarc.vision._action_units import (
    ACTION_UNITS,
    action_units,
    eye_opening,
    face_geometry,
    measure_face,
    mouth_opening,
    neutral_of,
)
from emoarc.vision._align import align_face, align_points, framing
from emoarc.vision._branch import ExpressionModel, FaceBranch, FaceBranchOptions
from emoarc.vision._detect import FaceDetector, HaarDetector, HaarOptions
from emoarc.vision._embed import Embedder, Embedding, FaceEmbedder, is_tellable
from emoarc.vision._expression import FaceExpressionModel
from emoarc.vision._follow import Follower
from emoarc.vision._geometry import check_rgb, iou
from emoarc.vision._identify import Identities, IdentityOptions
from emoarc.vision._landmarks import FaceLandmarker, Landmarks
from emoarc.vision._mark import mark_faces
from emoarc.vision._mesh import MESH_POINTS, five_points
from emoarc.vision._net_detect import (
    STRIDES,
    NetDetector,
    NetDetectorOptions,
    cell_grid,
    decode,
    pick_faces,
)
from emoarc.vision._pose import Pose, frontal, head_pose
from emoarc.vision._quality import face_quality
from emoarc.vision._search import FaceSearch, SearchOptions
from emoarc.vision._shots import ShotDetector
from emoarc.vision._temporal import (
    BaselineOptions,
    PersonBaseline,
    PersonBaselines,
    log_ratios,
    peak_mean,
)
from emoarc.vision._track import Tracker, TrackerOptions

__all__ = [
    "ACTION_UNITS",
    "MESH_POINTS",
    "STRIDES",
    "BaselineOptions",
    "Embedder",
    "Embedding",
    "ExpressionModel",
    "FaceBranch",
    "FaceBranchOptions",
    "FaceDetector",
    "FaceEmbedder",
    "FaceExpressionModel",
    "FaceLandmarker",
    "FaceSearch",
    "Follower",
    "HaarDetector",
    "HaarOptions",
    "Identities",
    "IdentityOptions",
    "Landmarks",
    "NetDetector",
    "NetDetectorOptions",
    "PersonBaseline",
    "PersonBaselines",
    "Pose",
    "SearchOptions",
    "ShotDetector",
    "Tracker",
    "TrackerOptions",
    "action_units",
    "align_face",
    "align_points",
    "cell_grid",
    "check_rgb",
    "decode",
    "eye_opening",
    "face_geometry",
    "face_quality",
    "five_points",
    "framing",
    "frontal",
    "head_pose",
    "iou",
    "is_tellable",
    "log_ratios",
    "mark_faces",
    "measure_face",
    "mouth_opening",
    "neutral_of",
    "peak_mean",
    "pick_faces",
]
