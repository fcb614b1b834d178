"""Baked faces on disk: made once per face and size, mapped into memory by every process that shows them."""

import fcntl
import os
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from twins.faces import BROWS, GAZES, LIDS, Box, FaceSheet
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local import nv12
from videos.renderers.local.cutout import cut_out, matte_frame
from videos.renderers.local.encode import storage_failure
from videos.renderers.local.motion import Warp, breathing, pose_loop, warps
from videos.renderers.local.mouth import SHAPES
from videos.renderers.local.rows import Frames, Rows

BAKE_VERSION = 4  # raise when anything baked changes: motion, colours, layout
# luma stays sharp at every fraction of a pixel; in chroma nobody sees the difference, and it is half the time
FILTERS = (cv2.INTER_CUBIC, cv2.INTER_LINEAR)
KEPT_FACES = 4  # faces held open by one process

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class BakedFace:
    """A face ready to be shown: NV12 planes of the base pose, of every mouth and eye picture, and all posed frames.

    name: seeds what is individual about the motion. base: one NV12 frame. poses: NV12 frames with the face at rest.
    mouth_*: (SHAPES, ...), eyes_*: (BROWS, GAZES, LIDS, ...). still: RGB of pose 0. depth, chest: how far each
    pixel moves with the head, and with the breath. mattes: of a face that was cut out of its background, for every byte
    of every posed frame how much of it is the person's; matte: of the base pose.
    """

    name: str
    base: Picture
    poses: Frames
    mouth_luma: Picture
    mouth_chroma: Picture
    eyes_luma: Picture
    eyes_chroma: Picture
    still: Picture
    depth: NDArray[np.float32]
    chest: NDArray[np.float32]
    loop: NDArray[np.float64]
    mouth_box: Box
    eyes_box: Box
    pivot: tuple[float, float]
    mattes: Frames | None = None
    matte: Picture | None = None


PARTS = ("mouth_luma", "mouth_chroma", "eyes_luma", "eyes_chroma")
ARRAYS = ("base", "poses", *PARTS, "still", "depth", "chest", "loop", "places")
MATTES = ("mattes", "matte")  # further arrays of a face that was cut out
FRAMES = ("poses", "mattes")  # those with a whole frame for each pose
Baked = dict[str, "NDArray[np.generic] | Rows"]


class FaceCache:
    """Resolves a FaceRef to a BakedFace: from memory, else from disk, else by baking it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: OrderedDict[tuple[FaceRef, int, int, bool], BakedFace] = OrderedDict()

    def get(self, face: FaceRef, video_format: VideoFormat, cut: bool = False) -> BakedFace:
        """The face at a size; `cut`: without its own background. Raises EngineFailed face_unusable, no_matte."""
        key = (face, video_format.width, video_format.height, cut)
        baked = self._open.pop(key, None) or self._load(face, video_format, cut)
        self._open[key] = baked
        while len(self._open) > KEPT_FACES:
            self._open.popitem(last=False)
        return baked

    def _load(self, face: FaceRef, video_format: VideoFormat, cut: bool) -> BakedFace:
        version, sheet = _source(face, video_format)
        folder = self._folder / (_key(face, version, video_format) + ("cut" if cut else ""))
        try:
            with _locked(folder):
                if not (folder / "places.npy").exists():
                    _store(folder, _bake(face.name, sheet(), cut))
                os.utime(folder)  # what was not opened for long is the first to go (videos.cleaning)
                try:
                    return _read(face.name, folder, cut)
                except (ValueError, FileNotFoundError):  # cut short when the machine or a person stopped it
                    _store(folder, _bake(face.name, sheet(), cut))
                    return _read(face.name, folder, cut)
        except OSError as error:
            raise storage_failure(error) from error


def _source(face: FaceRef, video_format: VideoFormat) -> tuple[str, Callable[[], FaceSheet]]:
    """What the face is made from: its version, and the function that makes its sheet."""
    if face.kind == "drawn":
        from twins import portraits

        if face.name in portraits.names():
            size = video_format.width, video_format.height
            return str(portraits.VERSION), lambda: portraits.draw(face.name, *size, face.framing)
    if face.kind == "photo":
        from twins import photos

        package = Path(face.package)
        return str(photos.VERSION), lambda: photos.sheet(package, video_format.width, video_format.height)
    raise EngineFailed("This face does not exist.", "face_unusable")


def _key(face: FaceRef, version: str, video_format: VideoFormat) -> str:
    return f"{face.key}-{version}-{BAKE_VERSION}-{video_format.width}x{video_format.height}"


def _bake(name: str, sheet: FaceSheet, cut: bool) -> Baked:
    check(sheet)
    sheet = cut_out(sheet) if cut else sheet
    height, width = sheet.image.shape[:2]
    mouth = np.concatenate([sheet.mouth.reshape(-1, *sheet.mouth.shape[2:]), sheet.press])
    mouth_luma, mouth_chroma = nv12.planes(mouth)
    eyes_luma, eyes_chroma = nv12.planes(sheet.eyes)
    luma, chroma = nv12.planes(sheet.image)
    base = np.concatenate([luma, chroma.reshape(height // 2, width)])
    loop = pose_loop(name, height * sheet.motion)
    whole = Box(0, 0, width, height)
    chest = breathing(sheet)
    both = warps(sheet.depth, chest, sheet.pivot, whole)
    poses = Rows(len(loop), base.shape, (posed(base, both, pose) for pose in loop))
    still = cv2.remap(sheet.image, *both[0].maps(loop[0]), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    places = np.array([*vars(sheet.mouth_box).values(), *vars(sheet.eyes_box).values(), *sheet.pivot])
    made = (base, poses, mouth_luma, mouth_chroma, eyes_luma, eyes_chroma, still, sheet.depth, chest, loop, places)
    baked: Baked = dict(zip(ARRAYS, made, strict=True))
    if cut and sheet.matte is not None:
        matte = matte_frame(sheet.matte)
        mattes = (posed(matte, both, pose) for pose in loop)
        baked |= {"matte": matte, "mattes": Rows(len(loop), matte.shape, mattes)}
    return baked


def posed(base: Picture, both: tuple[Warp, Warp], pose: NDArray[np.float64]) -> Picture:
    """A whole NV12 frame in a pose."""
    result = np.array(base)
    for plane, source, warp, taps in zip(nv12.split(result), nv12.split(base), both, FILTERS, strict=True):
        for window in warp.windows:
            plane[window] = cv2.remap(source, *warp.maps(pose, window), taps, borderMode=cv2.BORDER_REPLICATE)
    return result


def check(sheet: FaceSheet) -> None:
    """EngineFailed unless the sheet keeps its contract as far as memory safety and the warps depend on it."""
    height, width = sheet.image.shape[:2]
    mouth, eyes = sheet.mouth_box, sheet.eyes_box
    sane = (
        sheet.mouth.shape[0] * sheet.mouth.shape[1] + len(sheet.press) == SHAPES
        and sheet.mouth.shape[2:] == sheet.press.shape[1:] == (mouth.height, mouth.width, 3)
        and sheet.eyes.shape == (BROWS, GAZES, LIDS, eyes.height, eyes.width, 3)
        and sheet.depth.shape == (height, width)
        and bool(np.isfinite(sheet.depth).all())
        and all(_inside(box, width, height) for box in (mouth, eyes))
    )
    if not sane:
        raise EngineFailed("This face cannot be animated.", "face_unusable")


def _inside(box: Box, width: int, height: int) -> bool:
    even = not any(number % 2 for number in (box.x, box.y, box.width, box.height))
    return even and 0 <= box.x <= width - box.width and 0 <= box.y <= height - box.height


def _store(folder: Path, arrays: Baked) -> None:
    """All files or none: they are written beside and renamed."""
    shutil.rmtree(folder, ignore_errors=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
    try:
        for name, array in arrays.items():
            path = beside / f"{name}.npy"
            array.save(path) if isinstance(array, Rows) else np.save(path, array)
        beside.rename(folder)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    face, *_, size = folder.name.split("-")
    for other in folder.parent.glob(f"{face}-*-{size}"):  # earlier versions; who has them open may keep them
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _read(name: str, folder: Path, cut: bool) -> BakedFace:
    keys = ARRAYS + MATTES if cut else ARRAYS
    arrays: dict[str, Any] = {key: _open(folder / f"{key}.npy") for key in keys}
    places = arrays.pop("places").tolist()
    boxes = Box(*map(int, places[:4])), Box(*map(int, places[4:8]))
    return BakedFace(name, **arrays, mouth_box=boxes[0], eyes_box=boxes[1], pivot=(places[8], places[9]))


def _open(path: Path) -> Any:
    return Frames(path) if path.stem in FRAMES else np.load(path, mmap_mode="r", allow_pickle=False)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process bakes a face, others wait and then find it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder.with_name(f".{folder.name}.lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
