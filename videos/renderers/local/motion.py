"""Small movements of the head: a closed loop of poses, walked faster or slower, and the warp that shows a pose."""

import math
import random

import numpy as np
from numpy.typing import NDArray

from twins.faces import Box

POSES = 128
LOOP_SECONDS = 5.12  # 128 poses at 25 a second
REFERENCE = 512.0  # the amplitudes below are pixels of a picture this high

# Pose: yaw and pitch (pixels at the tip of the nose), roll (radians), head x and y, breath (pixels of the shoulders)
AMPLITUDES = (4.2, 2.4, 0.013, 1.6, 1.0)
HARMONICS = (1.0, 0.45, 0.2)  # of the loop's own frequency; their phases differ from face to face
BREATH = 2.2
HEAD_BREATH = 0.35  # how much of the breath the head rises with
HEAD_DEPTH = 0.6  # from this depth on a pixel belongs to the skull, which tilts and shifts as one

Pose = NDArray[np.float64]
Field = NDArray[np.float32]


def pose_loop(seed: str, height: int) -> NDArray[np.float64]:
    """(POSES, 6): one closed round of poses, in pixels of a picture of that height."""
    randomness = random.Random(seed)
    turn = np.linspace(0.0, 2 * math.pi, POSES, endpoint=False)
    loop = np.zeros((POSES, 6))
    for column, amplitude in enumerate(AMPLITUDES):
        for number, share in enumerate(HARMONICS, 1):
            phase = randomness.uniform(0.0, 2 * math.pi)
            loop[:, column] += amplitude * share * np.sin(number * turn + phase)
    loop[:, 5] = BREATH * (0.5 - 0.5 * np.cos(turn)) ** 1.4  # breathing in takes less of the time than rest
    loop[:, 4] -= HEAD_BREATH * loop[:, 5]
    loop[:, [0, 1, 3, 4, 5]] *= height / REFERENCE
    return loop


class Walk:
    """Walks the loop from pose 0: `step` gives the number of each frame's pose; `home` the poses that lead back."""

    def __init__(self, loop: NDArray[np.float64], fps: int) -> None:
        self._loop = loop
        self._stride = POSES / (LOOP_SECONDS * fps)
        self._phase = 0.0
        self._energy = 0.0

    def step(self, loudness: float = 0.0, liveliness: float = 0.0) -> int:
        """The pose of this frame; `liveliness` is how much loud speech hastens the walk."""
        number = round(self._phase) % POSES
        self._energy += 0.12 * (loudness - self._energy)
        self._phase += self._stride * (1 + liveliness * self._energy)
        return number

    def home(self, steps: int) -> list[Pose]:
        """Poses of `steps` frames that join the loop at its last pose, so that pose 0 may follow; smooth in speed."""
        here, speed = self._at(self._phase - self._stride), self._stride * (self._slope(self._phase))
        goal, end_speed = self._loop[-1], self._stride * self._slope(-1.0)
        poses = []
        for number in range(1, steps + 1):
            u = number / steps
            h = (2 * u**3 - 3 * u**2 + 1, u**3 - 2 * u**2 + u, -2 * u**3 + 3 * u**2, u**3 - u**2)
            poses.append(h[0] * here + h[1] * steps * speed + h[2] * goal + h[3] * steps * end_speed)
        return poses

    def _at(self, phase: float) -> Pose:
        return np.asarray(self._loop[round(phase) % POSES], np.float64)

    def _slope(self, phase: float) -> Pose:
        return (self._at(phase + 1) - self._at(phase - 1)) / 2


class Warp:
    """Where the pixels of a region come from in a given pose (backward maps for cv2.remap)."""

    def __init__(self, depth: Field, pivot: tuple[float, float], region: Box, scale: int = 1) -> None:
        """`scale` 2 gives maps for the half-size chroma planes of the same region (in luma pixels)."""
        self._scale = scale
        self.shape = (region.height // scale, region.width // scale)
        centre = (scale - 1) / 2
        xs = region.x + centre + scale * np.arange(self.shape[1], dtype=np.float32)
        ys = region.y + centre + scale * np.arange(self.shape[0], dtype=np.float32)
        near = _reduced(depth[region.y : region.y + region.height, region.x : region.x + region.width], scale)
        skull = _smooth(near / HEAD_DEPTH)
        height = depth.shape[0]
        chest = np.broadcast_to(_smooth((ys - pivot[1] + 0.04 * height) / (0.22 * height))[:, None], self.shape)
        tilt_x, tilt_y = (ys - pivot[1])[:, None] * skull, (xs - pivot[0])[None, :] * skull
        # rows: what yaw, roll, head x (first field), and pitch, roll, head y, breath (second) move at each pixel
        self._across = np.stack([near, -tilt_x, skull]).reshape(3, -1).astype(np.float32)
        self._down = np.stack([near, tilt_y, skull, -chest]).reshape(4, -1).astype(np.float32)
        self._grid = np.meshgrid((xs - centre) / scale, (ys - centre) / scale)

    def maps(self, pose: Pose) -> tuple[Field, Field]:
        across = np.array([pose[0], pose[2], pose[3]], np.float32) / self._scale
        down = np.array([pose[1], pose[2], pose[4], pose[5]], np.float32) / self._scale
        # einsum rather than @: BLAS would start threads for so little
        map_x = self._grid[0] - np.einsum("k,kn->n", across, self._across).reshape(self.shape)
        map_y = self._grid[1] - np.einsum("k,kn->n", down, self._down).reshape(self.shape)
        return map_x.astype(np.float32, copy=False), map_y.astype(np.float32, copy=False)

    def reach(self, pose: Pose) -> float:
        """The largest displacement in pixels."""
        map_x, map_y = self.maps(pose)
        return float(max(np.abs(map_x - self._grid[0]).max(), np.abs(map_y - self._grid[1]).max())) * self._scale


def _reduced(field: Field, scale: int) -> Field:
    """The field at the centres of blocks of scale x scale pixels."""
    height, width = field.shape
    blocks = field.reshape(height // scale, scale, width // scale, scale)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)


def _smooth(values: NDArray[np.float32]) -> Field:
    u = values.clip(0.0, 1.0)
    return np.asarray(u * u * (3 - 2 * u), np.float32)
