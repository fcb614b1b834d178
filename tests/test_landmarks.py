"""Landmarks: found where the geometry of drawn faces is known, followed through frames, and honest when missing."""

import io
import threading
import zipfile
from functools import cache

import cv2
import numpy as np
import pytest

from avatarsite.core.engines import EngineFailed
from tests.photographs import astronaut
from twins import landmarks, portraits
from twins.faces import OPENINGS, WIDTHS, FaceSheet, Picture
from twins.landmarks import Tracker, detect, install, landmarks_in, matte, measures, refined
from twins.landmarks.files import MODELS, is_genuine, path_of
from twins.portraits.pen import Frame
from twins.portraits.people import PEOPLE
from twins.portraits.person import AXIS

pytestmark = pytest.mark.engine

SIZE = 384
DRAWN = ("amara", "kenji", "walter")


@cache
def drawn(name: str) -> FaceSheet:
    return portraits.draw(name, SIZE, SIZE)


def in_pixels(x: float, y: float) -> np.ndarray:
    frame = Frame(SIZE, SIZE)
    return np.array([x * frame.scale + frame.left, y * frame.scale + frame.top])


def middle(points: np.ndarray, *numbers: int) -> np.ndarray:
    return points[list(numbers), :2].mean(0)


def found(picture: Picture) -> landmarks.Landmarks:
    face = Tracker().track(picture)
    assert face is not None
    return face


def test_the_installed_models_are_the_ones_we_know() -> None:
    assert landmarks.available()
    assert [name for name in MODELS if not is_genuine(path_of(name).read_bytes(), name)] == []


@pytest.mark.parametrize("name", DRAWN)
def test_eyes_and_mouth_are_found_where_they_were_drawn(name: str) -> None:
    person, points = PEOPLE[name], found(drawn(name).image).points
    unit = measures.eye_distance(points)
    eye_y = person.shape.brow_y + 52
    places = {
        "right eye": (middle(points, 33, 133), in_pixels(AXIS - person.eyes.spacing, eye_y)),
        "left eye": (middle(points, 263, 362), in_pixels(AXIS + person.eyes.spacing, eye_y)),
        "mouth": (middle(points, 13, 14), in_pixels(AXIS, person.shape.mouth_y)),
    }
    errors = {what: np.linalg.norm(seen - true) / unit for what, (seen, true) in places.items()}
    assert {what: error for what, error in errors.items() if error > 0.08} == {}


@pytest.mark.parametrize("name", DRAWN)
def test_irises_are_found_within_the_eyes(name: str) -> None:
    picture = drawn(name).image
    points = refined(picture, found(picture)).points
    assert points.shape == (478, 3)
    for iris, corners in ((468, (33, 133)), (473, (263, 362))):
        assert np.linalg.norm(points[iris, :2] - middle(points, *corners)) < 0.1 * measures.eye_distance(points)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_a_mouth_that_opens_measures_wider_and_wider(width: int) -> None:
    sheet = drawn("kenji")
    box, seen = sheet.mouth_box, []
    for opening in range(0, OPENINGS, 2):
        picture = np.array(sheet.image)
        picture[box.y : box.y + box.height, box.x : box.x + box.width] = sheet.mouth[opening, width]
        seen.append(measures.mouth_opening(found(picture).points))
    assert seen[0] < 0.06
    assert all(after > before - 0.01 for before, after in zip(seen, seen[1:], strict=False))
    assert seen[-1] > 0.2


def test_a_spread_mouth_measures_wider_than_a_rounded_one() -> None:
    sheet, seen = drawn("kenji"), []
    box = sheet.mouth_box
    for width in (0, WIDTHS - 1):
        picture = np.array(sheet.image)
        picture[box.y : box.y + box.height, box.x : box.x + box.width] = sheet.mouth[2, width]
        seen.append(measures.mouth_width(found(picture).points))
    assert seen[1] > seen[0] + 0.1


def test_a_tilted_head_is_measured_in_degrees() -> None:
    turn = cv2.getRotationMatrix2D((SIZE / 2, SIZE / 2), -20, 1.0)
    picture = cv2.warpAffine(drawn("amara").image, turn, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE)
    pose = measures.pose(found(picture).points)
    assert pose.roll == pytest.approx(20, abs=3)
    assert abs(pose.yaw) < 8 and abs(pose.pitch) < 8


def test_a_face_is_followed_through_the_frames_of_a_film() -> None:
    tracker = Tracker()
    for shift in range(0, 60, 4):
        picture = np.roll(astronaut(), shift, axis=1)
        face = tracker.track(picture)
        assert face is not None
        fresh = found(picture)
        assert np.abs(face.points[:, :2] - fresh.points[:, :2]).max() < 0.12 * measures.eye_distance(fresh.points)


def test_after_a_cut_the_face_is_looked_for_anew() -> None:
    tracker = Tracker()
    assert tracker.track(astronaut()) is not None
    moved = np.roll(astronaut(), 220, axis=1)
    face = tracker.track(moved)
    assert face is not None
    assert np.abs(face.points - found(moved).points).max() < 12


def test_where_there_is_no_face_none_is_tracked() -> None:
    tracker = Tracker()
    assert tracker.track(astronaut()) is not None
    assert tracker.track(np.full((512, 512, 3), 128, np.uint8)) is None
    assert detect(np.full((200, 300, 3), 90, np.uint8)) == []


def test_every_face_of_a_picture_is_detected() -> None:
    pair = np.hstack([astronaut()[:300], drawn("amara").image[:300]])
    boxes = [box for box in detect(pair) if landmarks_in(pair, box)]
    assert sorted(box.x // 512 for box in boxes) == [0.0, 1.0]


def test_the_matte_holds_the_person_and_leaves_the_background() -> None:
    picture = drawn("amara").image
    points, cover = found(picture).points, matte(picture)
    x, y = points[[4, 152, 10, 50, 280], :2].round().astype(int).T
    assert cover.shape == picture.shape[:2]
    assert (cover[y, x] == 255).all()
    assert cover[:60, :60].max() == 0 and cover[:60, -60:].max() == 0


def test_threads_do_not_share_their_models() -> None:
    expected = found(astronaut()).points
    wrong: list[float] = []

    def follow() -> None:
        for _ in range(5):
            wrong.append(float(np.abs(found(astronaut()).points - expected).max()))

    threads = [threading.Thread(target=follow) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wrong) == 15 and max(wrong) == 0.0


def test_without_the_models_the_words_say_what_to_do(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LANDMARKS_DIR", str(tmp_path))
    assert not landmarks.available()
    failures: list[EngineFailed] = []

    def look() -> None:  # in a thread of its own: this one has its models already
        try:
            detect(astronaut())
        except EngineFailed as error:
            failures.append(error)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert [error.code for error in failures] == ["landmarks_missing"]
    assert "python -m twins.landmarks.install" in str(failures[0])


def test_files_that_are_not_the_models_are_not_installed(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setenv("LANDMARKS_DIR", str(tmp_path / "models"))
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        for inside, _ in MODELS.values():
            archive.writestr(inside, b"something else")
        archive.writestr("mediapipe-0.10.21.dist-info/LICENSE", b"")
    assert install.unpack(zipfile.ZipFile(wheel)) == 1
    assert "mesh" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()
