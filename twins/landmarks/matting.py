"""The person cut out of the background: a segmentation, refined along the edges that the picture has."""

import cv2
import numpy as np

from twins.landmarks.models import Floats, Picture, model

WORK = 320  # pixels of the longer side on which edges are refined
RADIUS = 8  # of the filter, in those pixels
SOFTNESS = 2e-4  # regularisation of the guided filter: squared contrast that counts as an edge
LOW, HIGH = 0.12, 0.88  # coverages that count as none and as whole: no veil over the background, no holes


def matte(rgb: Picture) -> Picture:
    """(height, width): 255 where the person is, 0 where not, in between at hair and edges."""
    height, width = rgb.shape[:2]
    scale = min(1.0, WORK / max(height, width))
    small = cv2.resize(rgb, (max(round(width * scale), 1), max(round(height * scale), 1)), interpolation=cv2.INTER_AREA)
    a, b = _guide(_unit(small), _segment(small))
    a, b = (cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR) for part in (a, b))
    cover = np.einsum("ijk,ijk->ij", a, _unit(rgb)) + b
    return np.asarray((np.clip((cover - LOW) / (HIGH - LOW), 0, 1) * 255).round(), np.uint8)


def _segment(rgb: Picture) -> Floats:
    """How likely each pixel is part of the person, 0 to 1."""
    network = model("person")
    picture = cv2.resize(rgb, (network.size, network.size), interpolation=cv2.INTER_AREA)
    (mask,) = network(_unit(picture))
    whole = cv2.resize(mask[0, ..., 0], rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(whole, np.float32).clip(0, 1)


def _guide(picture: Floats, mask: Floats) -> tuple[Floats, Floats]:
    """Guided filter with a colour guide (He, Sun, Tang 2013): mask = sum(a * picture) + b in every window."""
    r, g, b = mean = [_box(picture[..., i]) for i in range(3)]
    mean_mask = _box(mask)
    cr, cg, cb = (_box(picture[..., i] * mask) - mean[i] * mean_mask for i in range(3))
    rr, gg, bb = (_box(picture[..., i] ** 2) - mean[i] ** 2 + SOFTNESS for i in range(3))
    rg, rb, gb = (_box(picture[..., i] * picture[..., j]) - mean[i] * mean[j] for i, j in ((0, 1), (0, 2), (1, 2)))
    # the inverse of the symmetric 3 x 3 covariance by its cofactors
    i_rr, i_rg, i_rb = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    i_gg, i_gb, i_bb = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    whole = rr * i_rr + rg * i_rg + rb * i_rb
    a_r = (i_rr * cr + i_rg * cg + i_rb * cb) / whole
    a_g = (i_rg * cr + i_gg * cg + i_gb * cb) / whole
    a_b = (i_rb * cr + i_gb * cg + i_bb * cb) / whole
    return _box(np.stack([a_r, a_g, a_b], -1)), _box(mean_mask - a_r * r - a_g * g - a_b * b)


def _box(values: Floats) -> Floats:
    size = (2 * RADIUS + 1, 2 * RADIUS + 1)
    return np.asarray(cv2.blur(values, size, borderType=cv2.BORDER_REPLICATE), np.float32)


def _unit(rgb: Picture) -> Floats:
    return np.asarray(rgb, np.float32) / np.float32(255)
