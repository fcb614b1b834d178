"""Landmarks of faces: where they are, their mesh, and the person cut out of the background.

The models are installed apart (`python -m twins.landmarks.install`); without them everything here but `available`
raises EngineFailed("landmarks_missing"), whose words say what to do.
"""

from twins.landmarks.detection import FaceBox, detect
from twins.landmarks.files import available
from twins.landmarks.irises import refined
from twins.landmarks.matting import matte
from twins.landmarks.tracking import Landmarks, Tracker, landmarks_in

__all__ = ["FaceBox", "Landmarks", "Tracker", "available", "detect", "landmarks_in", "matte", "refined"]
