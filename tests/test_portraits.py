"""The stock portraits are whole face sheets at any size, and each is a person of its own."""

from functools import cache
from itertools import combinations

import numpy as np
import pytest

from twins import portraits
from twins.faces import BROWS, GAZES, LIDS, OPENINGS, PRESSES, WIDTHS, Box, FaceSheet, Picture
from twins.portraits.head import outline
from twins.portraits.mouth import Pose, lips, pose
from twins.portraits.pen import Frame
from twins.portraits.people import PEOPLE
from twins.portraits.sheet import layers

pytestmark = pytest.mark.engine

NAMES = portraits.names()
SIZES = [(512, 512), (768, 432)]
SHAPES = [(name, SIZES[0]) for name in NAMES] + [(name, SIZES[1]) for name in ("margaret", "walter")]
REST, CLOSED = (0, WIDTHS // 2), LIDS - 1


def sheet(name: str, width: int = 512, height: int = 512) -> FaceSheet:
    return _drawn(name, width, height)


@cache
def _drawn(name: str, width: int, height: int) -> FaceSheet:
    return portraits.draw(name, width, height)


def at(picture: Picture, box: Box) -> Picture:
    return picture[box.y : box.y + box.height, box.x : box.x + box.width]


def border_gap(patch: Picture, base: Picture) -> int:
    gap = np.abs(patch.astype(int) - base)
    return int(max(gap[0].max(), gap[-1].max(), gap[:, 0].max(), gap[:, -1].max()))


def changed(one: Picture, other: Picture, by: int = 24) -> int:
    """How many pixels differ clearly."""
    return int((np.abs(one.astype(int) - other).max(-1) > by).sum())


def inside_mouth(patch: Picture) -> int:
    """Pixels of the dark red inside of a mouth or of teeth in it, as against the closed one."""
    red, green, blue = (patch[..., c].astype(int) for c in range(3))
    dark = (red < 96) & (red - green > 22) & (np.abs(green - blue) < 16)
    teeth = (red > 120) & (np.abs(red - green) < 26) & (np.abs(green - blue) < 26)
    return int((dark | teeth).sum())


def middle_of_mouth(made: FaceSheet, name: str, opening: int, width: int) -> Picture:
    """The part of a mouth's picture that the lips and what is between them fill."""
    frame = Frame(made.image.shape[1], made.image.shape[0])
    y = PEOPLE[name].shape.mouth_y
    left, top, w, h = frame.even(512 - 46, y - 22, 512 + 46, y + 62)
    box = made.mouth_box
    return made.mouth[opening, width, top - box.y : top - box.y + h, left - box.x : left - box.x + w]


def test_there_are_six_people_or_more_and_the_six_keep_their_names() -> None:
    assert {"amara", "leo", "margaret", "kenji", "sofia", "walter"} <= set(NAMES)


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        portraits.draw("nobody", 512, 512)


@pytest.mark.parametrize(("name", "size"), SHAPES)
def test_a_portrait_fills_a_picture_of_any_shape(name: str, size: tuple[int, int]) -> None:
    made = sheet(name, *size)
    width, height = size
    assert made.image.shape == (height, width, 3)
    assert made.image.dtype == np.uint8
    assert made.depth.shape == (height, width)
    assert made.depth.dtype == np.float32


@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_has_every_mouth_and_every_eye(name: str) -> None:
    made = sheet(name)
    mouth, eyes = made.mouth_box, made.eyes_box
    assert made.mouth.shape == (OPENINGS, WIDTHS, mouth.height, mouth.width, 3)
    assert made.press.shape == (PRESSES, mouth.height, mouth.width, 3)
    assert made.eyes.shape == (BROWS, GAZES, LIDS, eyes.height, eyes.width, 3)


@pytest.mark.parametrize(("name", "size"), SHAPES)
def test_boxes_are_even_inside_the_picture_and_apart(name: str, size: tuple[int, int]) -> None:
    made = sheet(name, *size)
    for box in (made.mouth_box, made.eyes_box):
        assert all(number % 2 == 0 for number in (box.x, box.y, box.width, box.height))
        assert box.x >= 0 and box.x + box.width <= size[0]
        assert box.y >= 0 and box.y + box.height <= size[1]
    assert made.eyes_box.y + made.eyes_box.height <= made.mouth_box.y


@pytest.mark.parametrize(("name", "size"), SHAPES)
def test_no_patch_shows_a_seam(name: str, size: tuple[int, int]) -> None:
    made = sheet(name, *size)
    mouth, eyes = at(made.image, made.mouth_box), at(made.image, made.eyes_box)
    shapes = [*made.mouth.reshape(-1, *mouth.shape), *made.press]
    assert max(border_gap(patch, mouth) for patch in shapes) <= 2
    assert max(border_gap(patch, eyes) for patch in made.eyes.reshape(-1, *eyes.shape)) <= 2


@pytest.mark.parametrize("name", NAMES)
def test_the_face_at_rest_is_the_picture_itself(name: str) -> None:
    made = sheet(name)
    assert np.array_equal(made.mouth[REST], at(made.image, made.mouth_box))
    assert np.array_equal(made.eyes[1, 0, 0], at(made.image, made.eyes_box))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", range(WIDTHS))
def test_the_mouth_opens_further_with_every_step(name: str, width: int) -> None:
    made = sheet(name)
    closed = inside_mouth(middle_of_mouth(made, name, 0, width))
    areas = [inside_mouth(middle_of_mouth(made, name, o, width)) - closed for o in range(OPENINGS)]
    assert all(after > before for before, after in zip(areas[1::2], areas[3::2], strict=False))
    assert areas[-1] > 200


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", range(WIDTHS))
def test_closed_lips_touch_along_their_whole_line(name: str, width: int) -> None:
    shape = lips(PEOPLE[name], pose(0, width))
    gaps = [lower[1] - upper[1] for upper, lower in zip(shape.seam_top, shape.seam_bottom, strict=True)]
    assert max(gaps) < 1.5


@pytest.mark.parametrize("name", NAMES)
def test_closed_lips_show_no_teeth(name: str) -> None:
    made = sheet(name)
    box, frame = made.mouth_box, Frame(512, 512)
    row = int(PEOPLE[name].shape.mouth_y * frame.scale + frame.top) - box.y
    strip = made.mouth[REST][row - 2 : row + 3, box.width // 2 - 12 : box.width // 2 + 12].astype(int)
    assert (strip[..., 0] - strip[..., 2] > 8).all()  # lips are red; teeth are white, and would not be


@pytest.mark.parametrize("name", NAMES)
def test_neighbouring_openings_differ_little(name: str) -> None:
    made = sheet(name)
    steps = [changed(made.mouth[o, 2], made.mouth[o + 1, 2]) for o in range(OPENINGS - 1)]
    whole = changed(made.mouth[0, 2], made.mouth[-1, 2])
    assert max(steps) < 0.6 * whole


@pytest.mark.parametrize("name", NAMES)
def test_a_rounded_mouth_is_narrower_than_a_spread_one(name: str) -> None:
    widths = []
    for width in range(WIDTHS):
        edge = lips(PEOPLE[name], pose(4, width)).top
        widths.append(edge[-1][0] - edge[0][0])
    assert widths == sorted(widths)
    assert widths[-1] > 1.5 * widths[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_chin_goes_down_with_the_jaw_and_pressed_lips_are_thin(name: str) -> None:
    def thickness(p: Pose) -> float:
        shape = lips(PEOPLE[name], p)
        return shape.bottom[3][1] - shape.top[3][1]

    assert pose(OPENINGS - 1, 2).jaw > pose(5, 2).jaw > 0
    assert thickness(Pose(press=1.0)) < 0.7 * thickness(Pose())


@pytest.mark.parametrize("name", NAMES)
def test_every_lid_gaze_and_brow_is_a_different_picture(name: str) -> None:
    made = sheet(name)
    rest = made.eyes[1, 0, 0]
    closing = [changed(rest, made.eyes[1, 0, lid]) for lid in range(LIDS)]
    assert closing == sorted(closing)
    assert closing[CLOSED] > 300
    assert all(changed(rest, made.eyes[1, gaze, 0]) > 40 for gaze in range(1, GAZES))
    assert all(changed(rest, made.eyes[brow, 0, 0]) > 40 for brow in (0, 3, 4, BROWS - 1))


@pytest.mark.parametrize("name", NAMES)
def test_closed_lids_hide_the_eye_wherever_it_looks(name: str) -> None:
    made = sheet(name)
    assert all(changed(made.eyes[1, 0, CLOSED], made.eyes[1, gaze, CLOSED], by=60) < 60 for gaze in range(GAZES))


@pytest.mark.parametrize(("name", "size"), SHAPES)
def test_depth_is_smooth_and_highest_at_the_nose(name: str, size: tuple[int, int]) -> None:
    depth = sheet(name, *size).depth
    frame = Frame(*size)
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    assert depth.max() == pytest.approx(1.0)
    assert depth.min() == 0.0
    assert abs((x - frame.left) / frame.scale - 512) < 20
    assert abs((y - frame.top) / frame.scale - PEOPLE[name].shape.nose_y) < 50
    assert max(np.abs(np.diff(depth, axis=axis)).max() for axis in (0, 1)) < 0.06


@pytest.mark.parametrize("name", NAMES)
def test_shoulders_and_backdrop_stand_still(name: str) -> None:
    depth = sheet(name).depth
    assert depth[-30:].max() < 0.02
    assert depth[:, :30].max() < 0.02


def test_an_upright_picture_holds_the_whole_head() -> None:
    frame = Frame(432, 768)
    for name in NAMES:
        x, y, width, height = frame.even(512 - PEOPLE[name].extent[0], PEOPLE[name].extent[1], 512, 760)
        assert x > 0 and y > 0 and x + width < 432 and y + height < 768
    assert sheet("sofia", 432, 768).image.shape == (768, 432, 3)


def test_the_head_has_the_same_share_of_the_height_at_every_square_size() -> None:
    small, large = Frame(512, 512), Frame(1024, 1024)
    assert large.scale == pytest.approx(2 * small.scale)
    for name in NAMES:
        shape = PEOPLE[name].shape
        assert 0.44 < (shape.chin_y - shape.crown_y) * small.scale / 512 < 0.51


def test_no_person_is_another_one_recoloured() -> None:
    frame = Frame(256, 256)
    hair = {name: layers(PEOPLE[name], frame).over[..., 3] > 128 for name in NAMES}
    for one, other in combinations(NAMES, 2):
        assert (hair[one] ^ hair[other]).sum() > 0.12 * (hair[one] | hair[other]).sum(), (one, other)
        ratios = [features(name) for name in (one, other)]
        assert sum(abs(a - b) > 0.02 * max(a, b) for a, b in zip(*ratios, strict=True)) >= 3, (one, other)


def features(name: str) -> tuple[float, ...]:
    """Shares of the face by which people are told apart."""
    p = PEOPLE[name]
    bounds = outline(p).computeTightBounds()
    tall, wide = bounds.height(), bounds.width()
    return (
        wide / tall,
        p.eyes.width / wide,
        p.eyes.upper / p.eyes.width,
        p.shape.nose_width / wide,
        (p.shape.nose_y - p.shape.brow_y) / tall,
        p.mouth.width / wide,
        p.mouth.lower / p.mouth.width,
        p.brows.thickness / tall,
    )


def test_a_portrait_is_the_same_to_the_byte_every_time() -> None:
    again = portraits.draw("amara", 512, 512)
    for field in ("image", "mouth", "press", "eyes", "depth"):
        assert getattr(again, field).tobytes() == getattr(sheet("amara"), field).tobytes()
