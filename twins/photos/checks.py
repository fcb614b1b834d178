"""Whether a photo's face can be made to speak; if not, why, and what to do."""

from dataclasses import dataclass

import cv2
import numpy as np

from avatarsite.core.engines import EngineFailed
from twins.faces import Picture
from twins.landmarks import Landmarks, detect, landmarks_in, measures
from twins.landmarks.measures import LEFT_CORNERS, RIGHT_CORNERS
from twins.photos.fields import Floats, frame_of
from twins.photos.lips import INNER_LOWER, INNER_UPPER, OUTER_LOWER, OUTER_UPPER

SMALLEST_EYES = 30.0  # pixels between the eyes
MOST_YAW, MOST_PITCH, MOST_ROLL = 25.0, 22.0, 30.0  # degrees; the mesh takes turned heads for straighter ones,
LEAST_SYMMETRY = 0.3  # so this is looked at too; 0.3 is a turn of some 30 degrees
OTHERS = 0.4  # faces at least this wide, against the largest, are people of their own
OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149,
        150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)  # fmt: skip
CHEEKS = (50, 280, 101, 330, 205, 425)
DARKEST, BRIGHTEST = 34.0, 252.0  # luma of the cheeks, 0 to 255
SHARPNESS_AT = 64.0  # pixels between the eyes at which sharpness is measured
LEAST_SHARPNESS = 0.03
LEAST_LIPS, LEAST_EYES = 0.08, 0.12  # contrast down the lips and across the eyes, in the luma of the cheeks
PALER = 9.0  # how much less red than the cheeks lips can be (CIELAB a)

TURNS = (cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE)


@dataclass(frozen=True)
class Skin:
    """What is compared: luma (h, w), 0 to 255, and CIELAB (h, w, 3) of a face that is SHARPNESS_AT wide at its eyes."""

    luma: Floats
    lab: Floats
    points: Floats


def the_face(image: Picture) -> Landmarks:
    """The one face of a photo. Raises EngineFailed: face_missing, face_upside_down, faces_several."""
    faces = _faces(image)
    if not faces:
        if any(_faces(np.asarray(cv2.rotate(image, turn), np.uint8)) for turn in TURNS):
            raise _not_upright()
        raise EngineFailed(
            "No face was found in the photo. Send a sharp one in which the whole face looks at the camera.",
            "face_missing",
        )
    sizes = [measures.face_box(face.points)[2] for face in faces]
    if sum(size > OTHERS * max(sizes) for size in sizes) > 1:
        raise EngineFailed(
            "There are several faces in the photo. Cut it so that only one person is left.", "faces_several"
        )
    return faces[int(np.argmax(sizes))]


def _not_upright() -> EngineFailed:
    return EngineFailed("The face is not upright. Turn the photo and send it again.", "face_upside_down")


def _faces(image: Picture) -> list[Landmarks]:
    """Every face whose mesh is sure: the detector alone takes some sideways faces for two."""
    found = [landmarks_in(image, box) for box in detect(image)]
    return [face for face in found if face]


def check(image: Picture, face: Landmarks) -> None:
    """Raises EngineFailed with the first reason against it."""
    _check_place(image, face.points)
    skin = _skin(image, face.points)
    _check_light(skin)
    _check_cover(skin)
    _check_sharpness(skin)


def _check_place(image: Picture, points: Floats) -> None:
    turned = measures.pose(points)
    if abs(turned.roll) > 60:
        raise _not_upright()
    aside = abs(turned.yaw) > MOST_YAW or measures.symmetry(points) < LEAST_SYMMETRY
    if aside or abs(turned.pitch) > MOST_PITCH or abs(turned.roll) > MOST_ROLL:
        raise EngineFailed(
            "The face is turned away or tilted. Send a photo in which it looks straight at the camera.", "face_turned"
        )
    height, width = image.shape[:2]
    x, y = points[list(OVAL), :2].T
    if min(x.min(), y.min()) < 0 or x.max() > width - 1 or y.max() > height - 1:
        raise EngineFailed(
            "The face is cut off by the edge of the photo. Send one that shows all of the head.", "face_cut_off"
        )
    if measures.eye_distance(points) < SMALLEST_EYES:
        raise EngineFailed(
            f"The face is too small: the eyes are {measures.eye_distance(points):.0f} pixels apart, "
            f"{SMALLEST_EYES:.0f} are needed. Come closer to the camera or send a larger photo.",
            "face_too_small",
        )


def _skin(image: Picture, points: Floats) -> Skin:
    """The face in its own size, for measures that must not depend on the photo's."""
    frame = frame_of(points)
    scale = SHARPNESS_AT / frame.unit
    size = round(SHARPNESS_AT * 3.2)
    shift = size / 2 - frame.origin[0] * scale, size * 0.36 - frame.origin[1] * scale
    blur = cv2.GaussianBlur(image, (0, 0), max(0.45 / scale, 0.3)) if scale < 1 else image
    cut = cv2.warpAffine(blur, np.array([[scale, 0, shift[0]], [0, scale, shift[1]]]), (size, size))
    lab = cv2.cvtColor(np.asarray(cut, np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    luma = cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY)
    return Skin(
        np.asarray(luma, np.float32), np.asarray(lab, np.float32), points[:, :2] * scale + np.array(shift, np.float32)
    )


def _values(skin: Skin, channel: Floats, numbers: tuple[int, ...]) -> Floats:
    """A channel at points of the mesh, each averaged over a few pixels."""
    soft = np.asarray(cv2.blur(channel, (5, 5)), np.float32)
    x, y = np.clip(skin.points[list(numbers)].round().astype(int).T, 0, channel.shape[0] - 1)
    return np.asarray(soft[y, x], np.float32)


def _check_light(skin: Skin) -> None:
    cheeks = float(np.median(_values(skin, skin.luma, CHEEKS)))
    if cheeks < DARKEST:
        raise EngineFailed("The face is too dark. Send a photo with more light on the face.", "photo_dark")
    if cheeks > BRIGHTEST:
        raise EngineFailed("The face is overexposed. Send a photo with softer light.", "photo_bright")


def sharpness(skin: Skin) -> float:
    """Of the features of the face: spread of its Laplacian within them, in the luma of the cheeks."""
    edges = cv2.Laplacian(skin.luma, cv2.CV_32F)
    mask = np.zeros(skin.luma.shape, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(skin.points[list(OVAL)].round().astype(np.int32)), 1)
    strongest = np.percentile(np.abs(edges[mask > 0]), 95)
    return float(strongest / max(np.median(_values(skin, skin.luma, CHEEKS)), 1.0))


def _check_sharpness(skin: Skin) -> None:
    if sharpness(skin) < LEAST_SHARPNESS:
        raise EngineFailed("The face is blurred. Send a photo in which the eyes and lips are sharp.", "photo_blurred")


def lip_contrast(skin: Skin) -> float:
    """Of luma down the middle of the mouth, in the luma of the cheeks: lips have a line between them, hands do not."""
    middle = len(OUTER_UPPER) // 2
    return _contrast(skin, skin.points[OUTER_UPPER[middle]], skin.points[OUTER_LOWER[middle]], beyond=0.3)


def eye_contrast(skin: Skin) -> float:
    """Across the eye that shows more: dark irises between whites, which sunglasses hide."""
    corners = (skin.points[list(pair)] for pair in (RIGHT_CORNERS, LEFT_CORNERS))
    return max(_contrast(skin, outer, inner, beyond=-0.1) for outer, inner in corners)


def _contrast(skin: Skin, start: Floats, end: Floats, beyond: float) -> float:
    """Range of luma on the line between two points, and `beyond` them by that share of its length."""
    share = np.linspace(-beyond, 1 + beyond, 33)[:, None]
    places = np.asarray(start + (end - start) * share, np.float32)
    profile = cv2.remap(skin.luma, places[:, :1].copy(), places[:, 1:].copy(), cv2.INTER_LINEAR)
    return float(np.ptp(profile) / max(np.median(_values(skin, skin.luma, CHEEKS)), 1.0))


def paleness(skin: Skin) -> float:
    """How much less red the lips are than the cheeks; negative for lips that are redder."""
    red = skin.lab[..., 1]
    lips = _values(skin, red, (*OUTER_LOWER[3:8], *INNER_LOWER[3:8], *INNER_UPPER[3:8]))
    return float(np.median(_values(skin, red, CHEEKS)) - np.median(lips))


def _check_cover(skin: Skin) -> None:
    if lip_contrast(skin) < LEAST_LIPS or paleness(skin) > PALER:
        raise EngineFailed(
            "The mouth is covered. Send a photo without a mask, a hand or a microphone before it.", "face_covered"
        )
    if eye_contrast(skin) < LEAST_EYES:
        raise EngineFailed("The eyes are covered. Send a photo without sunglasses.", "face_covered")
