"""Collars stay as they were filmed while the lips above them are re-made."""

import numpy as np
import pytest

from twins.footage.clothes import Clothes
from twins.footage.package import REST
from videos.renderers.local.footage_mouth import Patches

pytestmark = pytest.mark.engine
SKINS = {"light": (224, 180, 150), "dark": (92, 60, 44)}
COLLARS = {"black": (6, 6, 8), "white": (250, 250, 250), "blue": (40, 70, 160)}
ANGLES = np.linspace(0, np.pi, 17)
JAW = np.stack([100 - 60 * np.cos(ANGLES), 60 + 60 * np.sin(ANGLES)], 1).astype(np.float32)  # the chin at (100, 120)
DOWN = np.array([0, 90], np.float32)
DROPPED = np.concatenate([JAW, JAW + (0, 40)])


def person(skin: tuple[int, int, int], collar: tuple[int, int, int]) -> np.ndarray:
    """A face and a neck, with a collar from row 145 on and a deep shade right below the chin."""
    picture = np.empty((180, 200, 3), np.uint8)
    picture[:] = skin
    picture[145:] = collar
    picture[132:139, 85:115] = np.array(skin) * 0.1
    return picture


@pytest.mark.parametrize("collar", COLLARS)
@pytest.mark.parametrize("skin", SKINS)
def test_a_collar_is_told_from_skin_and_from_the_shade_below_a_chin(skin: str, collar: str) -> None:
    clothes = Clothes.of(person(SKINS[skin], COLLARS[collar]), JAW, DOWN)
    assert clothes.worn[155:].min() > 0.95
    assert clothes.worn[:136].max() < 0.02


def test_clothes_behind_a_chin_are_painted_over_and_beside_it_are_not() -> None:
    clothes = Clothes.of(person(SKINS["light"], COLLARS["black"]), JAW, DOWN)
    assert np.array_equal(clothes.seen(JAW), clothes.worn)
    seen = clothes.seen(JAW, DROPPED)
    assert seen[150:155, 95:105].max() < 0.05 and seen[150:, :20].min() > 0.95


def test_what_is_kept_of_a_frame_is_not_touched() -> None:
    pictures = np.full((REST + 2, 40, 60, 3), 60, np.uint8)
    pictures[REST + 1] = 200
    patches = Patches.of(pictures, np.full((40, 60), 255, np.uint8), (60, 40), covering=True)
    before = np.full((120, 100), 90, np.uint8)  # NV12: 100 x 80
    kept = np.zeros((40, 60), np.float32)
    kept[20:] = 1.0
    place, light, after = np.array([[1.0, 0, 20], [0, 1, 20]]), np.zeros((12, 12, 3), np.float32), before.copy()
    patches.paint(after, REST + 1, place, light, kept)
    assert (after[28:38, 40:60] > 150).all() and (after[42:80] == 90).all()
