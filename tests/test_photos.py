"""A customer's photo becomes a package, or is refused with the reason and what to do; whatever the file holds."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from avatarsite.core.engines import EngineFailed
from tests.photographs import as_file, astronaut
from twins import photos, portraits
from twins.landmarks import Tracker, measures
from twins.photos.fields import spline

pytestmark = pytest.mark.engine


def refusal(content: bytes) -> EngineFailed:
    with pytest.raises(EngineFailed) as caught:
        photos.make_package(content)
    return caught.value


def points_of(package: bytes) -> np.ndarray:
    return np.load(io.BytesIO(package), allow_pickle=False)["points"]


def image_of(package: bytes) -> np.ndarray:
    return cv2.imdecode(np.load(io.BytesIO(package), allow_pickle=False)["image"], cv2.IMREAD_COLOR)[..., ::-1]


def covered(numbers: list[int], tone: tuple[int, int, int], grown: float = 1.0) -> np.ndarray:
    """The astronaut with a patch over points of her face."""
    face = Tracker().track(astronaut())
    assert face is not None
    picture, hull = np.array(astronaut()), cv2.convexHull(face.points[numbers, :2].astype(np.float32))
    cv2.fillConvexPoly(picture, ((hull - hull.mean(0)) * grown + hull.mean(0)).astype(np.int32), tone)
    return picture


def with_sunglasses() -> np.ndarray:
    glasses = covered([226, 25, 110, 23, 22, 243, 190, 56, 28, 27, 29, 30, 247], (22, 20, 20), 1.6)
    other = covered([446, 255, 339, 253, 252, 463, 414, 286, 258, 257, 259, 260, 467], (22, 20, 20), 1.6)
    return np.minimum(glasses, other)


def turned_away(degrees: float) -> np.ndarray:
    """The astronaut's face with its points moved to where they are seen when the head is turned."""
    face = Tracker().track(astronaut())
    assert face is not None
    points = face.points - face.points.mean(0)
    angle = np.radians(degrees)
    turned = points[:, :1] * np.cos(angle) - points[:, 2:] * np.sin(angle)
    target = np.column_stack([turned, points[:, 1]]) + face.points.mean(0)[:2]
    frame = np.array([[x, y] for x in (0, 256, 512) for y in (0, 256, 512) if (x, y) != (256, 256)], np.float32)
    centres = np.concatenate([target, frame]).astype(np.float32) / 512
    moves = np.concatenate([face.points[:, :2] - target, np.zeros_like(frame)]).astype(np.float32)
    grid = np.stack(np.meshgrid(np.arange(0, 512, 8), np.arange(0, 512, 8)), -1).reshape(-1, 2).astype(np.float32)
    back = cv2.resize((spline(centres, moves, grid / 512) + grid).reshape(64, 64, 2).astype(np.float32), (512, 512))
    return cv2.remap(astronaut(), back[..., 0].copy(), back[..., 1].copy(), cv2.INTER_CUBIC)


NOBODY = np.full((400, 400, 3), (120, 90, 60), np.uint8)
MASK = [234, 454, 152, 172, 397, 150, 379, 4, 50, 280]
MOUTH = [61, 291, 0, 17, 164, 18, 50, 280, 199]
REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "text": ("photo_unsupported", lambda: b"This is my face."),
    "nothing": ("photo_unsupported", lambda: b""),
    "svg": (
        "photo_unsupported",
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    ),
    "gif": ("photo_unsupported", lambda: as_file(astronaut(), "GIF")),
    "tiff": ("photo_unsupported", lambda: as_file(astronaut(), "TIFF")),
    "cut off in the middle": ("photo_broken", lambda: as_file(astronaut(), "JPEG")[:15_000]),
    "rubbish after the first bytes": ("photo_broken", lambda: b"\x89PNG\r\n\x1a\n" + bytes(5_000)),
    "a bomb of pixels": ("photo_too_large", lambda: as_file(Image.new("1", (20_000, 20_000)))),
    "too small": ("photo_too_small", lambda: as_file(Image.fromarray(astronaut()).resize((200, 200)))),
    "nobody": ("face_missing", lambda: as_file(NOBODY)),
    "two people": ("faces_several", lambda: as_file(np.hstack([astronaut()[:300]] * 2))),
    "upside down": ("face_upside_down", lambda: as_file(astronaut()[::-1, ::-1])),
    "lying": ("face_upside_down", lambda: as_file(np.rot90(astronaut()))),
    "turned away": ("face_turned", lambda: as_file(turned_away(45))),
    "far away": ("face_too_small", lambda: as_file(Image.fromarray(astronaut()).resize((300, 300)))),
    "cut by the frame": ("face_cut_off", lambda: as_file(astronaut()[:400, 205:])),
    "in the dark": ("photo_dark", lambda: as_file((astronaut() * 0.13).astype(np.uint8))),
    "in the glare": ("photo_bright", lambda: as_file(np.clip(astronaut() * 1.2 + 90.0, 0, 255).astype(np.uint8))),
    "blurred": ("photo_blurred", lambda: as_file(cv2.GaussianBlur(astronaut(), (0, 0), 2.4))),
    "masked": ("face_covered", lambda: as_file(covered(MASK, (150, 180, 210)))),
    "hand before the mouth": ("face_covered", lambda: as_file(covered(MOUTH, (200, 160, 140)))),
    "sunglasses": ("face_covered", lambda: as_file(with_sunglasses())),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_photo_that_will_not_do_is_refused_with_its_reason(what: str) -> None:
    code, content = REFUSED[what]
    failure = refusal(content())
    assert failure.code == code
    what_is_wrong, what_to_do = str(failure).split(". ", 1)
    assert what_is_wrong and what_to_do.startswith(("Send ", "Turn ", "Cut ", "Come ", "Save "))


def test_a_file_that_is_too_large_is_refused_before_it_is_opened() -> None:
    assert refusal(b"\xff\xd8\xff" + bytes(photos.MOST_BYTES)).code == "photo_too_large"


DEEP = astronaut().astype(np.uint16) * 257
GREY16 = cv2.cvtColor(astronaut(), cv2.COLOR_RGB2GRAY).astype(np.uint16) * 257
KINDS: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: as_file(astronaut(), "JPEG", quality=90),
    "webp": lambda: as_file(astronaut(), "WEBP", quality=90),
    "cmyk": lambda: as_file(Image.fromarray(astronaut()).convert("CMYK"), "JPEG", quality=95),
    "grey": lambda: as_file(Image.fromarray(astronaut()).convert("L")),
    "palette": lambda: as_file(Image.fromarray(astronaut()).convert("P", palette=Image.Palette.ADAPTIVE)),
    "alpha": lambda: as_file(Image.fromarray(astronaut()).convert("RGBA")),
    "16 bits": lambda: cv2.imencode(".png", DEEP[..., ::-1])[1].tobytes(),
    "16 bits grey": lambda: cv2.imencode(".png", GREY16)[1].tobytes(),
    "animated": lambda: as_file(astronaut(), "WEBP", save_all=True, append_images=[Image.new("RGB", (512, 512))]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_gives_the_same_face(kind: str) -> None:
    expected = Tracker().track(astronaut())
    assert expected is not None
    unit = measures.eye_distance(expected.points)
    got = points_of(photos.make_package(KINDS[kind]()))
    shape = got[:468, :2] - got[4, :2] - (expected.points[:, :2] - expected.points[4, :2])
    assert np.abs(shape).mean() < 0.04 * unit


def test_a_photo_is_turned_as_its_camera_was_held_and_its_metadata_are_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 3, "a secret place"
    package = photos.make_package(as_file(astronaut()[::-1, ::-1], "JPEG", exif=exif, quality=95))
    points = points_of(package)
    assert points[152, 1] > points[10, 1]  # the chin is below the forehead
    assert b"a secret place" not in package


def test_transparent_parts_are_light_and_not_whatever_was_hidden_there() -> None:
    rgba = np.dstack([astronaut(), np.full((512, 512), 255, np.uint8)])
    rgba[:40, :40] = (255, 0, 255, 0)
    assert image_of(photos.make_package(as_file(Image.fromarray(rgba))))[5, 5].min() > 200


def test_a_large_photo_is_kept_no_larger_than_clips_can_show() -> None:
    large = Image.fromarray(astronaut()).resize((5_000, 5_000))
    package = photos.make_package(as_file(large, "JPEG"))
    assert measures.eye_distance(points_of(package)) == pytest.approx(200, rel=0.05)


def test_people_who_were_drawn_may_be_photos_too() -> None:
    package = photos.make_package(as_file(portraits.draw("sofia", 400, 400).image))
    assert points_of(package).shape == (478, 3)


def test_the_process_that_opens_photos_can_reach_no_other_file() -> None:
    photos.make_package(as_file(astronaut()))
    with photos._pool.child() as child:
        pid = child.process.pid
    limits = dict(line.split("  ", 1) for line in Path(f"/proc/{pid}/limits").read_text().splitlines()[1:])
    assert limits["Max file size"].split()[0].isdigit()
    assert int(limits["Max open files"].split()[0]) <= len(os.listdir(f"/proc/{pid}/fd")) + 1
    assert int(limits["Max address space"].split()[0]) < 4 << 30


def test_without_the_models_photos_are_refused_with_words(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LANDMARKS_DIR", str(tmp_path))
    failure = refusal(as_file(astronaut()))
    assert failure.code == "landmarks_missing"
    assert "twins.landmarks.install" in str(failure)
