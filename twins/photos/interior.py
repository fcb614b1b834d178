"""The inside of a mouth, drawn in the light of the photo: teeth that stand still with the skull, lower ones, tongue."""

from dataclasses import dataclass

import numpy as np

from twins.photos.fields import Floats, smooth

# Widths of teeth from the middle outwards, in eye distances (63 mm on average).
UPPER = np.cumsum([0.0, 0.128, 0.098, 0.102, 0.085, 0.08, 0.08])
LOWER = np.cumsum([0.0, 0.08, 0.086, 0.09, 0.085, 0.08, 0.08])
REDDER = np.array([1.0, 0.78, 0.8], np.float32)  # the tongue, against the lips
DEEP = np.array([0.16, 0.1, 0.1], np.float32)  # the dark behind, against the lips
WARM = np.array([0.85, 1.0, 1.1], np.float32)  # what is in shade there is lit through flesh
GAP = 0.006  # of the dark line between two teeth


@dataclass(frozen=True)
class Light:
    """Colours (3,), RGB 0 to 255, of what is seen in a mouth in the light of the photo.

    colour: 1 for a photo in colours, 0 for one in grey, in which nothing is drawn that is redder than the rest.
    """

    teeth: Floats
    flesh: Floats
    colour: float = 1.0

    @property
    def dark(self) -> Floats:
        return self.flesh * self.tint(DEEP)

    def tint(self, factors: Floats) -> Floats:
        """The factors of a colour, as far as the photo has any."""
        return np.asarray(factors.mean() + (factors - factors.mean()) * self.colour, np.float32)


@dataclass(frozen=True)
class Cavity:
    """An open mouth: u, v of its pixels from the middle of the closed lips' line; top, bottom: v of the lips there.

    half: half of its width. gap: its height in the middle. jaw: how far the chin is down. pixel: size of one.
    """

    u: Floats
    v: Floats
    top: Floats
    bottom: Floats
    half: float
    gap: float
    jaw: float
    pixel: float


def draw(seen: Cavity, light: Light) -> Floats:
    """Colours (h, w, 3), 0 to 255."""
    picture = np.broadcast_to(light.dark, (*seen.u.shape, 3)).astype(np.float32)
    picture = _laid(picture, *_tongue(seen, light))
    picture = _laid(picture, *_row(seen, light, LOWER, edge=0.028 + seen.jaw, height=0.15, down=True))
    picture = _laid(picture, *_row(seen, light, UPPER, edge=0.03, height=0.17, down=False))
    return np.asarray(picture * _shade(seen, light), np.float32)


def _laid(below: Floats, colour: Floats, cover: Floats) -> Floats:
    return below + (colour - below) * cover[..., None]


def _row(seen: Cavity, light: Light, widths: Floats, edge: float, height: float, down: bool) -> tuple[Floats, Floats]:
    """A row of teeth: their colour and where they are. edge: v of the front teeth's cutting edge."""
    side = np.abs(seen.u)
    number = np.clip(np.searchsorted(widths, side, side="right") - 1, 0, len(widths) - 2)
    left, right = widths[number], widths[number + 1]
    across = np.clip((side - left) / (right - left) * 2 - 1, -1, 1)  # within its tooth, -1 to 1
    sign = -1.0 if down else 1.0
    rounded = 0.014 * np.abs(across) ** 3 + np.choose(np.minimum(number, 2), [0.0, 0.012, 0.006]) + 0.12 * side**2
    inside = sign * ((edge - seen.v) - sign * rounded)  # how far within the tooth, from its edge
    soft = max(seen.pixel, 0.008)
    cover = smooth(inside, -soft / 2, soft / 2) * (1 - smooth(side, float(widths[-1]) - 0.05, float(widths[-1])))
    apart = np.minimum(side - left, right - side)
    line = 1 - 0.25 * (1 - smooth(apart, 0.0, GAP + seen.pixel * 0.6)) * smooth(inside, 0.0, 0.02)
    round_ = 1 - 0.1 * across**2
    along = inside / height
    tone = (0.93 + 0.12 * smooth(along, 0.0, 0.25) - 0.2 * smooth(along, 0.5, 1.0)) * line * round_
    if down:
        tone = tone * 0.86
    colour = light.teeth * np.asarray(tone)[..., None]
    gum = smooth(along, 0.9, 1.05)[..., None]
    return np.asarray(colour * (1 - gum) + light.flesh * 0.8 * gum, np.float32), np.asarray(cover, np.float32)


def _tongue(seen: Cavity, light: Light) -> tuple[Floats, Floats]:
    """A hill behind the lower teeth, with a shallow furrow."""
    top = 0.05 + seen.jaw * 0.62
    across = seen.u / (seen.half * 0.8 + 0.02)
    height = seen.v - top - 0.1 * across**2
    soft = max(2 * seen.pixel, 0.03)
    cover = smooth(height, -soft, soft) * smooth(1 - np.abs(across), 0.0, 0.25)
    furrow = 1 - 0.15 * np.exp(-((seen.u / 0.03) ** 2))
    tone = (0.42 + 0.3 * smooth(height, 0.0, 0.12)) * furrow
    return np.asarray(light.flesh * light.tint(REDDER) * tone[..., None], np.float32), np.asarray(cover, np.float32)


def _shade(seen: Cavity, light: Light) -> Floats:
    """(h, w, 3): light falls in from the front, less in the corners, under the lips, and through a narrow gap."""
    across = np.clip(np.abs(seen.u) / max(seen.half, 1e-3), 0, 1)
    reach = min(0.045, 0.3 * seen.gap) + 1e-3
    lip = 0.66 + 0.34 * smooth(seen.v - seen.top, -reach / 3, reach)
    below = 0.66 + 0.34 * smooth(seen.bottom - seen.v, -reach / 3, reach)
    narrow = 0.86 + 0.14 * smooth(seen.gap, 0.02, 0.2)
    shade = (1 - 0.6 * across**2.6) * lip * below * narrow
    return np.asarray(shade[..., None] ** light.tint(WARM), np.float32)
