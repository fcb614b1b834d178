"""The stock twins' portraits: drawn by code, at any size, as face sheets."""

from twins.faces import FaceSheet
from twins.portraits.people import PEOPLE
from twins.portraits.sheet import face_sheet

VERSION = 4  # raise with every change of a pixel: sheets are cached by it


def names() -> tuple[str, ...]:
    return tuple(PEOPLE)


def draw(name: str, width: int, height: int) -> FaceSheet:
    """The portrait `name` at a size in pixels; KeyError for a name that is not in names()."""
    return face_sheet(PEOPLE[name], width, height)
