"""What a portrait is described by. Lengths are design units; x counts outwards from the middle of the face."""

from collections.abc import Callable
from dataclasses import dataclass, field

import skia

from twins.portraits.pen import Point

AXIS = 512.0


@dataclass(frozen=True)
class Skin:
    """Five tones from the deepest shadow to the highlight, then what lies on top of them."""

    ramp: tuple[str, str, str, str, str]
    blush: str
    blush_strength: float = 0.3
    shine: float = 0.25
    freckles: int = 0
    stubble: float = 0.0
    stubble_tone: str = "#3a2c26"
    lines: float = 0.0  # age: depth of folds, lines of the forehead, crow's feet, bags


@dataclass(frozen=True)
class Shape:
    """The head: its outline from the crown to the chin as (half width, y), and where the features stand."""

    outline: tuple[Point, ...]
    brow_y: float = 404.0
    nose_y: float = 552.0
    mouth_y: float = 606.0
    nose_width: float = 27.0
    nose_bridge: float = 13.0
    nose_length: float = 20.0  # height of the tip
    cheek: float = 12.0
    cheek_y: float = 520.0
    chin: float = 10.0
    muzzle: float = 10.0
    socket: float = 13.0
    ear: tuple[float, float, float] = (166.0, 420.0, 548.0)  # outwards, top, bottom
    neck: float = 92.0

    @property
    def chin_y(self) -> float:
        return self.outline[-1][1]

    @property
    def crown_y(self) -> float:
        return self.outline[0][1]


@dataclass(frozen=True)
class Eyes:
    spacing: float = 82.0
    width: float = 78.0
    upper: float = 21.0
    lower: float = 12.0
    tilt: float = 4.0
    crease: float = 11.0  # from the lid's edge to the crease; small for a monolid
    fold: float = 0.0  # how far an inner fold covers the corner
    iris: str = "#5a3519"
    iris_rim: str = "#24130a"
    iris_light: str = "#a5692c"
    size: float = 18.5
    lash: float = 9.0
    liner: float = 3.4
    lash_tone: str = "#1a100d"


@dataclass(frozen=True)
class Brows:
    tone: str = "#2a1a14"
    thickness: float = 9.0
    length: float = 96.0
    arch: float = 13.0
    density: int = 150
    slope: float = 0.0
    strength: float = 0.85


@dataclass(frozen=True)
class Mouth:
    width: float = 60.0
    upper: float = 15.0
    lower: float = 20.0
    bow: float = 5.0
    tone: str = "#b5645a"
    dark: str = "#7a3a38"
    light: str = "#e09a8c"
    gloss: float = 0.4
    smile: float = 6.0
    teeth: str = "#f4ece2"


Brush = Callable[[skia.Canvas, "Person"], None]


@dataclass(frozen=True)
class Person:
    name: str
    skin: Skin
    shape: Shape
    eyes: Eyes
    brows: Brows
    mouth: Mouth
    hair_tones: tuple[str, ...]
    behind: Brush  # hair behind the head and neck
    front: Brush  # hair, and glasses, before the face
    clothes: Brush
    backdrop: Brush
    beard: Brush | None = None
    rim: str = "#ffd9b0"
    lean: float = 1.0  # asymmetry of the face
    extent: tuple[float, float, float] = field(default=(200.0, 170.0, 720.0))  # hair: half width, top, bottom
