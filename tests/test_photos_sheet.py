"""The face that a photo becomes: lips, lids and head move, and nothing of the photo's own mouth or edges is left."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from avatarsite.core.engines import EngineFailed
from tests.photographs import astronaut
from twins import photos, portraits
from twins.faces import BROWS, GAZES, LIDS, OPENINGS, PRESSES, WIDTHS, Box, FaceSheet, Picture
from twins.landmarks import Tracker, measures
from twins.photos import folds, mouth_box, mouth_pictures
from twins.photos.checks import _skin, eye_contrast
from twins.photos.framing import framed
from twins.photos.making import prepared
from twins.photos.package import Package, opened
from videos.renderers.local.cache import check

pytestmark = pytest.mark.engine

REST = WIDTHS // 2
SIZE = 384


@cache
def package(name: str) -> Package:
    return prepared(astronaut() if name == "astronaut" else portraits.draw(name, 512, 512).image)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("packages")
    made = {name: folder / f"{name}.npz" for name in ("astronaut", "amara")}
    for name, path in made.items():
        path.write_bytes(package(name).saved())
    return made


@pytest.fixture(scope="module")
def sheets(files: dict[str, Path]) -> dict[str, FaceSheet]:
    return {name: photos.sheet(path, SIZE, SIZE) for name, path in files.items()}


@pytest.fixture(params=["astronaut", "amara"])
def sheet(request: pytest.FixtureRequest, sheets: dict[str, FaceSheet]) -> FaceSheet:
    return sheets[request.param]


def at(picture: Picture, box: Box) -> Picture:
    return picture[box.y : box.y + box.height, box.x : box.x + box.width]


def put(sheet: FaceSheet, box: Box, patch: Picture) -> Picture:
    picture = np.array(sheet.image)
    at(picture, box)[:] = patch
    return picture


def points_in(picture: Picture) -> np.ndarray:
    face = Tracker().track(picture)
    assert face is not None
    return face.points


def opening(sheet: FaceSheet, patch: Picture) -> float:
    return measures.mouth_opening(points_in(put(sheet, sheet.mouth_box, patch)))


def test_a_sheet_keeps_the_contract_of_all_faces(sheet: FaceSheet) -> None:
    check(sheet)
    mouth, eyes = sheet.mouth_box, sheet.eyes_box
    assert sheet.mouth.shape == (OPENINGS, WIDTHS, mouth.height, mouth.width, 3)
    assert sheet.press.shape == (PRESSES, mouth.height, mouth.width, 3)
    assert sheet.eyes.shape == (BROWS, GAZES, LIDS, eyes.height, eyes.width, 3)
    assert eyes.y + eyes.height <= mouth.y
    assert np.array_equal(sheet.mouth[0, REST], at(sheet.image, mouth))
    assert np.array_equal(sheet.eyes[1, 0, 0], at(sheet.image, eyes))


def test_no_patch_shows_a_seam(sheet: FaceSheet) -> None:
    patches = [(sheet.mouth_box, patch) for patch in [*sheet.mouth.reshape(-1, *sheet.mouth.shape[2:]), *sheet.press]]
    patches += [(sheet.eyes_box, patch) for patch in sheet.eyes.reshape(-1, *sheet.eyes.shape[3:])]
    for box, patch in patches:
        gap = np.abs(patch.astype(int) - at(sheet.image, box))
        assert max(gap[0].max(), gap[-1].max(), gap[:, 0].max(), gap[:, -1].max()) == 0


def test_skin_moves_smoothly_up_to_the_border_of_its_box(sheet: FaceSheet) -> None:
    """Just inside the border a patch differs little from the picture, and what differs grows gradually."""
    base = at(sheet.image, sheet.mouth_box).astype(float)
    change = np.abs(sheet.mouth[OPENINGS - 1, REST] - base).mean(-1)
    rings = [np.concatenate([change[n], change[-1 - n], change[:, n], change[:, -1 - n]]).mean() for n in range(6)]
    assert rings[0] == 0
    assert rings[2] < 4


def test_a_smile_that_shows_teeth_is_closed_at_rest(sheets: dict[str, FaceSheet]) -> None:
    smile = measures.mouth_opening(package("astronaut").points)
    made = sheets["astronaut"]
    assert smile > 0.18
    assert opening(made, made.mouth[0, REST]) < 0.6 * smile


def test_closed_lips_stay_as_the_photo_has_them(sheets: dict[str, FaceSheet], files: dict[str, Path]) -> None:
    kept = opened(files["amara"])
    shown = framed(kept.image, kept.points, kept.matte, SIZE, SIZE)
    assert np.array_equal(sheets["amara"].image, shown.image)
    assert opening(sheets["amara"], sheets["amara"].mouth[0, REST]) < 0.05


@pytest.mark.parametrize("width", range(WIDTHS))
def test_the_mouth_opens_further_with_every_step(sheet: FaceSheet, width: int) -> None:
    """Measured by landmarks, which are sure to about a hundredth of the eyes' distance."""
    seen = [opening(sheet, sheet.mouth[o, width]) for o in range(0, OPENINGS, 2)] + [
        opening(sheet, sheet.mouth[-1, width])
    ]
    assert all(after > before - 0.012 for before, after in zip(seen, seen[1:], strict=False))
    assert seen[-1] > seen[0] + 0.22


def test_lips_are_drawn_in_and_spread(sheet: FaceSheet) -> None:
    seen = [measures.mouth_width(points_in(put(sheet, sheet.mouth_box, sheet.mouth[3, w]))) for w in range(WIDTHS)]
    assert all(after > before - 0.012 for before, after in zip(seen, seen[1:], strict=False))
    assert seen[-1] > seen[0] + 0.1


def test_the_folds_of_a_smile_go_where_lips_are_drawn_in_and_nothing_else_does() -> None:
    made = package("astronaut")
    smooth, box = folds.smoothed(made.image, made.points), mouth_box(made.points, *made.image.shape[1::-1])
    x, y = made.points[[206, 216, 426, 436], :2].round().astype(int).T
    reach = round(0.08 * measures.eye_distance(made.points))
    for left, top in zip(x - reach, y - reach, strict=True):
        there = (slice(top, top + 2 * reach), slice(left, left + 2 * reach))
        assert np.ptp(_soft(smooth[there])) < 0.75 * np.ptp(_soft(made.image[there]))
    lips = made.points[[0, 13, 14, 17], :2].round().astype(int)
    assert all(np.array_equal(smooth[b, a], made.image[b, a]) for a, b in lips)
    beside = np.ones(made.image.shape[:2], bool)
    beside[box.y - 40 : box.y + box.height, box.x : box.x + box.width] = False
    assert np.array_equal(smooth[beside], made.image[beside])


def _soft(picture: Picture) -> Picture:
    return np.asarray(cv2.blur(picture.mean(2).astype(np.uint8), (5, 5)), np.int16)


def test_pressed_lips_are_no_more_open_than_lips_at_rest(sheet: FaceSheet) -> None:
    assert opening(sheet, sheet.press[0]) <= opening(sheet, sheet.mouth[0, REST]) + 0.005


def test_the_chin_goes_down_with_the_jaw_and_the_nose_does_not(sheet: FaceSheet) -> None:
    closed, wide = (points_in(put(sheet, sheet.mouth_box, sheet.mouth[o, REST])) for o in (0, OPENINGS - 1))
    unit = measures.eye_distance(closed)
    assert wide[152, 1] - closed[152, 1] > 0.15 * unit
    assert abs(wide[4, 1] - closed[4, 1]) < 0.06 * unit


def test_teeth_are_seen_and_are_never_pure_white(sheet: FaceSheet) -> None:
    wide, rest = sheet.mouth[8, REST].astype(int), sheet.mouth[0, REST].astype(int)
    rows = slice(rest.shape[0] // 8, rest.shape[0] // 2)
    columns = slice(rest.shape[1] // 3, -rest.shape[1] // 3)
    new = wide[rows, columns][np.abs(wide - rest)[rows, columns].max(-1) > 60]
    pale = new[(np.ptp(new, axis=1) < 60) & (new.mean(1) > 120)]
    assert len(pale) > 30
    assert np.percentile(pale.max(1), 90) < 245  # the highlights of wet lips are brighter


def test_a_blink_hides_the_eyes(sheet: FaceSheet) -> None:
    """The irises' dark between the whites is gone, by steps."""
    points = points_in(sheet.image)
    seen = [eye_contrast(_skin(put(sheet, sheet.eyes_box, sheet.eyes[1, 0, lid]), points)) for lid in range(LIDS)]
    assert seen[-1] < 0.5 * seen[0]
    heights = [
        sum(measures.eye_opening(points_in(put(sheet, sheet.eyes_box, sheet.eyes[1, 0, lid])))) for lid in (0, 2, 4)
    ]
    assert heights[0] > heights[1] > heights[2]


def test_brows_rise(sheet: FaceSheet) -> None:
    def height(brow: int) -> float:
        points = points_in(put(sheet, sheet.eyes_box, sheet.eyes[brow, 0, 0]))
        return float(points[[33, 263], 1].mean() - points[[105, 334], 1].mean()) / measures.eye_distance(points)

    low, rest, high = height(0), height(1), height(BROWS - 1)
    assert low < rest < high


def test_depth_holds_the_background_and_is_greatest_at_the_nose(sheet: FaceSheet) -> None:
    points = points_in(sheet.image)
    x, y = points[4, :2].round().astype(int)
    assert sheet.depth[y, x] > 0.9
    assert sheet.depth[:, :12].max() < 0.02 and sheet.depth[:, -12:].max() < 0.02
    assert sheet.depth[-1].max() < 0.02
    steps = np.abs(np.diff(sheet.depth, axis=0)).max(), np.abs(np.diff(sheet.depth, axis=1)).max()
    assert max(steps) * 9 < 0.3  # the head moves up to 9 pixels: neighbours never change their order


@pytest.mark.parametrize(("width", "height"), [(512, 288), (288, 512), (256, 256)])
@pytest.mark.parametrize("name", ["astronaut", "amara"])
def test_the_head_sits_well_in_every_format(name: str, width: int, height: int) -> None:
    kept = package(name)
    shown = framed(kept.image, kept.points, kept.matte, width, height)
    x, y = shown.points[[33, 263], :2].mean(0)
    assert shown.image.shape == (height, width, 3)
    assert 0.4 * width < x < 0.6 * width
    assert 0.3 * height < y < 0.5 * height
    assert 0.1 < measures.eye_distance(shown.points) / min(height, width / 0.74) < 0.23
    assert shown.points[10, 1] > 0 and shown.points[152, 1] < height


def test_a_body_never_ends_above_the_lower_edge() -> None:
    kept = package("astronaut")
    shown = framed(kept.image, kept.points, kept.matte, 288, 512)
    assert (shown.matte[-1] > 127).mean() > 0.3


def test_beyond_the_photo_its_background_goes_on() -> None:
    """The face at the photo's edge: what is made up beside it is neither black nor a repeated column."""
    kept = prepared(np.ascontiguousarray(astronaut()[:, 80:350]))
    shown = framed(kept.image, kept.points, kept.matte, 768, 320)
    left = shown.image[:120, :80].astype(int)
    inside = shown.image[:120, 300:330].astype(int)
    assert np.abs(left.mean((0, 1)) - inside.mean((0, 1))).max() < 70
    assert left.mean() > 60


def test_mouth_pictures_of_any_aligned_face() -> None:
    picture = portraits.draw("kenji", 256, 256).image
    points = points_in(picture)
    box = mouth_box(points, 256, 256)
    mouth, press = mouth_pictures(picture, points, box)
    assert mouth.shape == (OPENINGS, WIDTHS, box.height, box.width, 3)
    assert press.shape == (PRESSES, box.height, box.width, 3)
    assert np.array_equal(mouth[0, REST], at(picture, box))


def test_a_damaged_package_is_an_error_with_words(tmp_path: Path) -> None:
    path = tmp_path / "face.npz"
    for content in (b"", b"PK\x03\x04 and so on", package("amara").saved()[:5_000]):
        path.write_bytes(content)
        with pytest.raises(EngineFailed) as caught:
            photos.sheet(path, 256, 256)
        assert caught.value.code == "face_unusable"
