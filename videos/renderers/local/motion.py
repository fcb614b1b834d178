"""Small movements of the head: a closed loop of poses, walked faster or slower, and the warp that shows a pose."""

import functools
import math
import random

import cv2
import numpy as np
from numpy.typing import NDArray

from twins.faces import Box, FaceSheet

POSES = 128
LOOP_SECONDS = 5.12  # 128 poses at 25 a second
REFERENCE = 512.0  # the amplitudes below are pixels of a picture this high

# Pose: yaw and pitch (pixels at the tip of the nose), roll (radians), head x and y, breath (pixels of the shoulders)
AMPLITUDES = (4.2, 2.4, 0.013, 1.6, 1.0)
HARMONICS = (1.0, 0.45, 0.2)  # of the loop's own frequency; their phases differ from face to face
BREATH = 2.2
BELLY = 0.12  # of the picture's height, above the floor: where breath fades out
BESIDE, FADE = 0.02, 0.012  # of the picture's height: what rises with a body beside it, and over what that ends
HEAD_BREATH = 0.35  # how much of the breath the head rises with
HEAD_DEPTH = 0.6  # from this depth on a pixel belongs to the skull, which tilts and shifts as one

CHEST = 0.8  # of a row's pixels move: it belongs to the chest
ACROSS, DOWN = [0, 2, 3], [1, 2, 4, 5]  # of a pose: what moves a pixel sideways, and what up and down

Window = tuple[slice, slice]
WHOLE: Window = (slice(None), slice(None))
Pose = NDArray[np.float64]
Field = NDArray[np.float32]


def pose_loop(seed: str, height: float) -> NDArray[np.float64]:
    """(POSES, 6): one closed round of poses, in pixels; `height`: of the picture that the face would fill."""
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

    def __init__(self, depth: Field, chest: Field, pivot: tuple[float, float], region: Box, scale: int = 1) -> None:
        """`scale` 2 gives maps for the half-size chroma planes of the same region (in luma pixels).

        chest: see `breathing`.
        """
        self._scale = scale
        self.shape = (region.height // scale, region.width // scale)
        centre = (scale - 1) / 2
        xs = region.x + centre + scale * np.arange(self.shape[1], dtype=np.float32)
        ys = region.y + centre + scale * np.arange(self.shape[0], dtype=np.float32)
        place = slice(region.y, region.y + region.height), slice(region.x, region.x + region.width)
        near, rising = _reduced(depth[place], scale), _reduced(chest[place], scale)
        skull = _smooth(near / HEAD_DEPTH)
        tilt_x, tilt_y = (ys - pivot[1])[:, None] * skull, (xs - pivot[0])[None, :] * skull
        # what yaw, roll, head x (first field), and pitch, roll, head y, breath (second) move at each pixel
        self._across = np.stack([near, -tilt_x, skull]).astype(np.float32)
        self._down = np.stack([near, tilt_y, skull, -rising]).astype(np.float32)
        self._grid = np.meshgrid((xs - centre) / scale, (ys - centre) / scale)

    @functools.cached_property
    def windows(self) -> list[Window]:
        """What moves in any pose, in rows and columns of this plane: the head, and the chest across the picture."""
        moving = np.any(self._across != 0, axis=0) | np.any(self._down != 0, axis=0)
        narrow = np.flatnonzero(moving.mean(axis=1) < CHEST)
        chest = int(narrow[-1]) + 1 if len(narrow) else 0
        rows = np.flatnonzero(moving[:chest].any(axis=1))
        found = [(slice(chest, self.shape[0]), slice(None))] if chest < self.shape[0] else []
        if len(rows):
            columns = np.flatnonzero(moving[:chest].any(axis=0))
            found.append((slice(int(rows[0]), chest), slice(int(columns[0]), int(columns[-1]) + 1)))
        return found

    def maps(self, pose: Pose, window: Window = WHOLE) -> tuple[Field, Field]:
        """Those of a window of the region: rows and columns of this plane."""
        across = np.asarray(pose[ACROSS], np.float32) / self._scale
        down = np.asarray(pose[DOWN], np.float32) / self._scale
        # einsum rather than @: BLAS would start threads for so little
        map_x = self._grid[0][window] - np.einsum("k,khw->hw", across, self._across[:, *window])
        map_y = self._grid[1][window] - np.einsum("k,khw->hw", down, self._down[:, *window])
        return map_x.astype(np.float32, copy=False), map_y.astype(np.float32, copy=False)

    def spans(self, poses: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 4): how many pixels anything here moves in each pose: least and most to the right, least and most down.

        Fields are smooth: every eighth pixel tells enough.
        """
        right = np.einsum("nk,khw->nhw", poses[:, ACROSS], self._across[:, ::8, ::8])
        down = np.einsum("nk,khw->nhw", poses[:, DOWN], self._down[:, ::8, ::8])
        return np.stack([edge(axis=(1, 2)) for moved in (right, down) for edge in (moved.min, moved.max)], axis=1)


def warps(depth: Field, chest: Field, pivot: tuple[float, float], region: Box) -> tuple[Warp, Warp]:
    """Those of both planes of an NV12 picture."""
    return Warp(depth, chest, pivot, region), Warp(depth, chest, pivot, region, scale=2)


def breathing(sheet: FaceSheet) -> Field:
    """(height, width), 0 to 1: how far each pixel rises with a breath: shoulders and chest, and nothing of the room.

    All of a row rises alike where nobody can tell the person from the room.
    """
    height, width = sheet.depth.shape
    ys = np.arange(height, dtype=np.float32)
    rows = _smooth((ys - sheet.pivot[1] + 0.04 * height) / (0.22 * height))
    rows *= _smooth(np.asarray((sheet.floor - ys) / (BELLY * height), np.float32))
    if sheet.matte is None:
        return np.repeat(rows[:, None], width, axis=1)
    return rows[:, None] * _body(sheet.matte)


def _body(matte: NDArray[np.uint8]) -> Field:
    """1 on the person and close beside, then falling to 0: a shoulder covers what it rises before."""
    height = len(matte)
    size = 2 * max(round(BESIDE * height), 2) + 1
    grown = cv2.dilate(matte, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    soft = cv2.GaussianBlur(grown.astype(np.float32) / 255, (0, 0), FADE * height, borderType=cv2.BORDER_REPLICATE)
    return _smooth((np.asarray(soft, np.float32) - 0.05) / 0.9)


def _reduced(field: Field, scale: int) -> Field:
    """The field at the centres of blocks of scale x scale pixels."""
    height, width = field.shape
    blocks = field.reshape(height // scale, scale, width // scale, scale)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)


def _smooth(values: NDArray[np.float32]) -> Field:
    u = values.clip(0.0, 1.0)
    return np.asarray(u * u * (3 - 2 * u), np.float32)
