"""How far each pixel of a photo moves with the head: from the mesh of the face and the cut-out of the person."""

import cv2
import numpy as np

from twins.faces import Picture
from twins.photos.fields import FaceFrame, Floats, frame_of, smooth

HEAD, EARS = 0.56, 0.6  # hair and the back of the head; the rim of the face
CROWN, SIDES = 1.9, 1.75  # eye distances from the eyes: a head with its hair ends there at the latest
NECK = 1.15  # eye distances below the chin at which the shoulders stand still
HOLD, FALL = 0.05, 0.16  # eye distances beside the head that move as it does, and over which that ends
SMOOTHING = 0.16  # eye distances


def pivot_of(points: Floats) -> tuple[float, float]:
    """The base of the neck: (x, y) in pixels."""
    frame = frame_of(points)
    x, y = points[152, :2] + frame.axes[1] * 0.75 * frame.unit
    return float(x), float(y)


def relief(points: Floats, matte: Picture) -> Floats:
    """The depth map of a FaceSheet."""
    frame = frame_of(points)
    head = _head(points, matte, frame)
    grown = _blurred(_blurred(head, HOLD * frame.unit), FALL * frame.unit)
    face, cover = _face(points, matte.shape[:2], frame)
    depth = grown * HEAD + (np.maximum(face - HEAD, 0)) * cover
    smoothed = _blurred(depth.astype(np.float32), SMOOTHING * frame.unit * 0.5)
    return np.asarray(np.clip(smoothed / max(float(smoothed.max()), 1e-6), 0, 1), np.float32)


def _head(points: Floats, matte: Picture, frame: FaceFrame) -> Floats:
    """1 where the head and its hair are, less down the neck, 0 at the shoulders."""
    y, x = np.mgrid[0 : matte.shape[0], 0 : matte.shape[1]].astype(np.float32)
    u, v = frame.local(np.stack([x.ravel(), y.ravel()], 1)).T.reshape(2, *matte.shape)
    chin = float(frame.local(points[152:153])[0, 1])
    near = (1 - smooth(np.abs(u), SIDES, SIDES + 0.5)) * (1 - smooth(-v, CROWN + 0.4, CROWN + 0.9))
    down = 1 - smooth(v, chin - 0.1, chin + NECK)
    person = cv2.dilate(matte, np.ones((3, 3), np.uint8), iterations=max(round((HOLD + FALL) * frame.unit / 2), 1))
    return np.asarray(person.astype(np.float32) / 255 * near * down, np.float32)


def _face(points: Floats, shape: tuple[int, int], frame: FaceFrame) -> tuple[Floats, Floats]:
    """Depth of the face from its mesh, EARS at its rim to 1 at the nose, and how much each pixel is face."""
    z = points[:468, 2]
    depth = EARS + (1 - EARS) * np.clip((np.percentile(z, 97) - z) / max(np.percentile(z, 97) - z.min(), 1e-6), 0, 1)
    sums, weights = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    x, y = np.clip(points[:468, :2].round().astype(int).T, 0, np.array([[shape[1] - 1], [shape[0] - 1]]))
    np.add.at(sums, (y, x), depth.astype(np.float32))
    np.add.at(weights, (y, x), 1.0)
    sigma = SMOOTHING * frame.unit
    mean = (_blurred(sums, sigma) / np.maximum(_blurred(weights, sigma), 1e-9)).astype(np.float32)
    hull = np.zeros(shape, np.float32)
    cv2.fillConvexPoly(hull, cv2.convexHull(points[:468, :2].round().astype(np.int32)), 1.0)
    return mean, _blurred(hull, sigma)


def _blurred(values: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), max(sigma, 0.5), borderType=cv2.BORDER_REPLICATE), np.float32)
