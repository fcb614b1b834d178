"""From a person to a FaceSheet: what stands still is drawn once, then each patch over it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

from twins.faces import BROWS, GAZES, LIDS, OPENINGS, WIDTHS, Box, FaceSheet, Picture
from twins.portraits.eyes import Look, draw_eyes
from twins.portraits.head import ears, face, neck, shade_face
from twins.portraits.mouth import JAW, REST, Pose, draw_mouth, pose
from twins.portraits.outline import half_width
from twins.portraits.pen import CLOSE, SEATED, Floats, Frame, View
from twins.portraits.person import AXIS, Person
from twins.portraits.relief import relief
from twins.portraits.rimlight import lit_from_behind, rim_mask
from twins.portraits.seated import desk_y, draw_arms, draw_desk

SEAM = 12.0  # design units over which a patch blends into the picture at its border


@dataclass(frozen=True)
class Layers:
    """A person at one size, apart from mouth and eyes; RGBA, alpha premultiplied. matte: the person, not the room."""

    person: Person
    frame: Frame
    under: NDArray[np.uint8]
    face: NDArray[np.uint8]
    over: NDArray[np.uint8]
    matte: NDArray[np.uint8]


def pixels(surface: skia.Surface) -> NDArray[np.uint8]:
    return np.asarray(surface.toarray(colorType=skia.kRGBA_8888_ColorType, alphaType=skia.kPremul_AlphaType))


def stamp(canvas: skia.Canvas, picture: NDArray[np.uint8]) -> None:
    """Lay a premultiplied picture on the canvas, pixel on pixel."""
    image = skia.Image.fromarray(np.ascontiguousarray(picture), skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
    canvas.drawImage(image, 0, 0)


def sheet_of(
    frame: Frame, draw: Callable[[skia.Canvas], None], base: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """A whole layer, drawn in design units."""
    surface = skia.Surface(frame.width, frame.height)
    canvas = surface.getCanvas()
    if base is not None:
        stamp(canvas, base)
    frame.place(canvas)
    draw(canvas)
    return pixels(surface)


def layers(person: Person, frame: Frame) -> Layers:
    def body(canvas: skia.Canvas) -> None:
        person.behind(canvas, person)
        neck(person, canvas)
        person.clothes(canvas, person)
        if frame.view == SEATED:
            draw_arms(canvas, person)
        ears(person, canvas)

    def skin(canvas: skia.Canvas) -> None:
        shade_face(person, canvas)
        if person.beard:
            person.beard(canvas, person)

    parts = [
        sheet_of(frame, body),
        sheet_of(frame, skin, bare_face(person, frame)),
        sheet_of(frame, lambda canvas: person.front(canvas, person)),
    ]
    mask = rim_mask(frame, parts)
    lit, bare, over = (lit_from_behind(part, mask, person.rim) for part in parts)
    if frame.view == SEATED:
        desk = sheet_of(frame, lambda canvas: draw_desk(canvas, person))
        over, parts = laid_over(over, desk), [*parts, desk]
    room = sheet_of(frame, lambda canvas: person.backdrop(canvas, person))
    return Layers(person, frame, laid_over(room, lit), bare, over, coverage(parts))


def coverage(parts: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """How much of what is behind them the layers hide together, 0 to 255."""
    seen = np.prod([1 - part[..., 3].astype(np.float32) / 255 for part in parts], axis=0)
    return np.asarray(255 * (1 - seen) + 0.5, np.uint8)


def laid_over(below: NDArray[np.uint8], above: NDArray[np.uint8]) -> NDArray[np.uint8]:
    surface = skia.Surface(below.shape[1], below.shape[0])
    for picture in (below, above):
        stamp(surface.getCanvas(), picture)
    return pixels(surface)


def bare_face(person: Person, frame: Frame) -> NDArray[np.uint8]:
    half = max(p[0] for p in person.shape.outline) + 12
    box = frame.even(AXIS - half, person.shape.crown_y - 12, AXIS + half, person.shape.chin_y + 12)
    x, y, width, height = box
    rgba = face(person, frame, box).astype(np.uint16)
    rgba[..., :3] = (rgba[..., :3] * rgba[..., 3:] + 127) // 255
    whole = np.zeros((frame.height, frame.width, 4), np.uint8)
    whole[y : y + height, x : x + width] = rgba
    return whole


def smooth(value: Floats, start: float, end: float) -> Floats:
    """0 before start, 1 after end, without corners."""
    t = np.clip((value - start) / (end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def crop(picture: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    return picture[box.y : box.y + box.height, box.x : box.x + box.width]


def opened(made: Layers, box: Box, p: Pose) -> NDArray[np.uint8]:
    """The face layer in a box, with the chin and the cheeks moved as the pose asks."""
    if p == REST:
        return crop(made.face, box)
    s = made.person.shape
    x, y = made.frame.grid(box.x, box.y, box.width, box.height)
    reach = half_width(made.person, s.mouth_y)
    sideways = 1 - smooth(np.abs(x - AXIS), 46, reach + 4)
    down = p.jaw * smooth(y, s.mouth_y - 22, s.chin_y - 26) * sideways
    near = np.exp(-(((np.abs(x - AXIS) - 76) / 30) ** 2)) * np.exp(-(((y - s.mouth_y) / 36) ** 2))
    out = np.sign(x - AXIS) * near * (6 * p.wide - 5 * p.round)
    scale = made.frame.scale
    columns = (np.arange(box.x, box.x + box.width, dtype=np.float32)[None] - out * scale).astype(np.float32)
    rows = (np.arange(box.y, box.y + box.height, dtype=np.float32)[:, None] - down * scale).astype(np.float32)
    moved = cv2.remap(made.face, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.minimum(moved, moved[..., 3:]), np.uint8)


def compose(made: Layers, box: Box, p: Pose | None, look: Look | None) -> Picture:
    """The picture in a box, with or without mouth and eyes."""
    surface = skia.Surface(box.width, box.height)
    canvas = surface.getCanvas()
    stamp(canvas, crop(made.under, box))
    stamp(canvas, opened(made, box, p or REST))
    canvas.save()
    canvas.translate(-box.x, -box.y)
    made.frame.place(canvas)
    if look:
        draw_eyes(made.person, canvas, look)
    if p:
        draw_mouth(made.person, canvas, p)
    canvas.restore()
    stamp(canvas, crop(made.over, box))
    return np.ascontiguousarray(pixels(surface)[..., :3])


def window(box: Box, seam: float) -> Floats:
    """1 inside a box, 0 on its border."""
    x = np.minimum(np.arange(box.width), np.arange(box.width)[::-1])[None, :]
    y = np.minimum(np.arange(box.height), np.arange(box.height)[::-1])[:, None]
    return smooth(np.minimum(x, y).astype(np.float32), 0.5, max(seam, 3.0))[..., None]


def patch(made: Layers, image: Picture, box: Box, p: Pose | None, look: Look | None) -> Picture:
    """What stands in a box; on its border it is `image`."""
    base = crop(image, box)
    if p == REST or look == Look():
        return base
    share = window(box, SEAM * made.frame.scale)
    drawn = compose(made, box, p, look)
    return np.asarray(base + (drawn.astype(np.float32) - base) * share + 0.5, np.uint8)


def mouth_box(person: Person, frame: Frame) -> Box:
    s = person.shape
    half = half_width(person, s.mouth_y) + 16
    return Box(*frame.even(AXIS - half, s.nose_y + 9, AXIS + half, s.chin_y + JAW + 26))


def eyes_box(person: Person, frame: Frame) -> Box:
    e, s = person.eyes, person.shape
    half = e.spacing + e.width * 0.5 + 42
    return Box(*frame.even(AXIS - half, s.brow_y - 56, AXIS + half, s.brow_y + 52 + 62))


def face_sheet(person: Person, width: int, height: int, view: View = CLOSE) -> FaceSheet:
    frame = Frame(width, height, view)
    made = layers(person, frame)
    image = compose(made, Box(0, 0, width, height), REST, Look())
    mouth_at, eyes_at = mouth_box(person, frame), eyes_box(person, frame)
    mouth = [[patch(made, image, mouth_at, pose(o, w), None) for w in range(WIDTHS)] for o in range(OPENINGS)]
    press = [patch(made, image, mouth_at, p, None) for p in (Pose(press=1.0), Pose(tuck=1.0))]
    eyes = [
        [[patch(made, image, eyes_at, None, Look(b, g, c)) for c in range(LIDS)] for g in range(GAZES)]
        for b in range(BROWS)
    ]
    pivot = (AXIS * frame.scale + frame.left, (person.shape.chin_y + 110) * frame.scale + frame.top)
    return FaceSheet(
        image,
        mouth_at,
        np.array(mouth),
        np.array(press),
        eyes_at,
        np.array(eyes),
        relief(person, frame),
        pivot,
        made.matte,
        motion=CLOSE.height / view.height,
        floor=desk_y(person) * frame.scale + frame.top if view == SEATED else math.inf,
    )
