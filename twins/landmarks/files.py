"""Where the model files lie, and which ones exactly: each is known by its SHA-256."""

import hashlib
import os
import sys
from pathlib import Path

from avatarsite.core.diagnosis import Diagnosis

WHEEL = "mediapipe==0.10.21"  # the last release that carries its models
NOTICE = "LICENSE"  # the Apache-2.0 licence of the models, kept beside them
MODELS = {  # name -> (path inside the wheel, SHA-256)
    "detect_near": (
        "mediapipe/modules/face_detection/face_detection_short_range.tflite",
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    ),
    "detect_far": (
        "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
    ),
    "mesh": (
        "mediapipe/modules/face_landmark/face_landmark.tflite",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    ),
    "iris": (
        "mediapipe/modules/iris_landmark/iris_landmark.tflite",
        "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
    ),
    "person": (
        "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
        "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
    ),
}
MISSING = (
    "Photo and video replicas need the landmark models, which are not installed on this server. "
    "Run: python -m twins.landmarks.install"
)


class LandmarkModels:
    """What `manage.py doctor` tells of them."""

    def diagnosis(self) -> Diagnosis:
        return Diagnosis(
            missing="" if available() else MISSING,
            licence="Apache-2.0",
            source=f"the wheel {WHEEL}, by python -m twins.landmarks.install",
            cost="2 ms a frame and 2 MB on disk",
        )


def folder() -> Path:
    """The setting LANDMARKS_DIR, which helper processes find in their environment."""
    return Path(os.environ.get("LANDMARKS_DIR") or Path(sys.prefix) / "share" / "avatarsite" / "landmarks")


def path_of(name: str) -> Path:
    return folder() / f"{name}.tflite"


def available() -> bool:
    """All models are there; that they are the right ones was checked when they were installed."""
    return all(path_of(name).is_file() for name in MODELS)


def is_genuine(content: bytes, name: str) -> bool:
    return hashlib.sha256(content).hexdigest() == MODELS[name][1]
