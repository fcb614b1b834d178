"""The stock twins' portraits: drawn by code, at any size, as face sheets."""

from twins.faces import FaceSheet
from twins.portraits.pen import VIEWS
from twins.portraits.people import PEOPLE
from twins.portraits.sheet import face_sheet

VERSION = 6  # raise with every change of a pixel: sheets are cached by it


def names() -> tuple[str, ...]:
    return tuple(PEOPLE)


def draw(name: str, width: int, height: int, framing: str = "close") -> FaceSheet:
    """The portrait `name` at a size in pixels; KeyError for a name that is not in names().

    framing: "close" shows head and shoulders, "seated" the person to the waist, at a desk.
    """
    return face_sheet(PEOPLE[name], width, height, VIEWS[framing])
