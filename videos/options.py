"""How a clip is to look: every option that any dialect knows, checked in one place.

A dialect translates its own names into those of NAMES and calls `read`; what comes back are fields of a Video.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from avatarsite.core import fetch
from avatarsite.core.engines import EngineFailed
from twins.models import Replica
from videos.models import Video
from videos.renderers.base import Scroll

NAMES = frozenset(
    {
        "background",  # own, color, green, transparent, media or page; left out, it follows from the fields below
        "background_color",  # "#rrggbb"
        "background_source_url",  # a picture (JPEG, PNG, WebP) or a film (MP4, MOV, WebM) to stand behind the person
        "background_url",  # a web page, shown behind the person, who stands in its corner
        "background_scroll",  # whether that page moves
        "background_scroll_type",  # human or smooth
        "background_scroll_depth",  # middle or bottom: how far down it goes
        "background_scroll_return",  # return or halt: what it does there
        "watermark_url",  # a picture for the top right corner, PNG with its transparency
        "aspect_ratio",  # 1:1, 16:9 or 9:16
        "resolution",  # pixels of the shorter side: 512, 720 or 1080
        "width",  # or the size itself, in pixels
        "height",
        "fast",  # only the film and its captions: no preview, no HLS playlist
    }
)
OWN = "own"
BACKGROUNDS = (OWN, *(choice for choice in Video.Background.values if choice))
RATIOS = {"1:1": (1, 1), "16:9": (16, 9), "9:16": (9, 16)}
RESOLUTIONS = (512, 720, 1080)
SMALLEST, LARGEST, MOST_OBLONG = 256, 1920, 2.0
COLOR = re.compile(r"#[0-9a-f]{6}")
NEEDS = {
    Video.Background.COLOR: "background_color",
    Video.Background.MEDIA: "background_source_url",
    Video.Background.PAGE: "background_url",
}
SCROLLING = {  # option: its words for yes and no
    "background_scroll_type": ("human", "smooth"),
    "background_scroll_depth": ("bottom", "middle"),
    "background_scroll_return": ("return", "halt"),
}


class OptionRefused(EngineFailed):
    """An option that cannot be; `message` begins with its name, as the caller wrote it."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(f"{name}: {words}", "option_invalid")


def read(given: Mapping[str, Any], names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Fields of a Video from options; None and "" count as left out. Raises OptionRefused.

    names: what the caller calls an option, where that differs from NAMES.
    """
    unknown = given.keys() - NAMES
    if unknown:
        raise ValueError(f"no such option: {unknown}")  # a mistake of ours: dialects know what they pass on
    return _Reader({name: value for name, value in given.items() if value not in (None, "")}, names or {}).fields()


def check_face(replica: Replica, fields: Mapping[str, Any]) -> None:
    """Refuse what this face cannot be shown in. Raises OptionRefused."""
    if fields.get("background") and replica.kind == Replica.Kind.VIDEO:
        words = "A replica of a training video is always shown before its own background. Leave it out."
        raise OptionRefused("background", words)


def scroll_of(video: Video) -> Scroll:
    """How the page behind a video's person moves; what was not asked for is as in Scroll."""
    told = {name: value for name, value in video.properties.items() if name in ("moves", "human", "bottom", "returns")}
    return Scroll(**told)


class _Reader:
    def __init__(self, given: Mapping[str, Any], names: Mapping[str, str]) -> None:
        self._given = given
        self._names = names

    def fields(self) -> dict[str, Any]:
        background = self._background()
        urls = {name: self._url(name) for name in ("background_source_url", "background_url", "watermark_url")}
        scroll = self._scroll()
        if scroll and background != Video.Background.PAGE:
            raise self._refused("background_scroll", "Only a page scrolls: give background_url too.")
        return {
            "background": background,
            "background_color": self._color() if background == Video.Background.COLOR else "",
            **urls,
            "properties": scroll,
            "fast": self._truth("fast", default=False),
            **self._size(),
        }

    def _background(self) -> str:
        """The kind that is named, or follows; each kind has just what it needs."""
        named = self._choice("background", BACKGROUNDS) if "background" in self._given else None
        implied = [kind for kind, need in NEEDS.items() if need in self._given]
        if len(implied) > 1:
            first, second = (self._name(NEEDS[kind]) for kind in implied[:2])
            raise self._refused(NEEDS[implied[1]], f"Give either {first} or {second}.")
        kind = named or (implied[0] if implied else OWN)
        need = NEEDS.get(Video.Background(kind)) if kind != OWN else None
        if need and need not in self._given:
            raise self._refused(need, f"It is needed for a background of the kind “{kind}”.")
        if implied and implied[0] != kind:
            raise self._refused(NEEDS[implied[0]], f"It does not go with a background of the kind “{kind}”.")
        return "" if kind == OWN else str(kind)

    def _color(self) -> str:
        value = self._text("background_color").lower()
        if not COLOR.fullmatch(value):
            raise self._refused("background_color", "Write it as #rrggbb, like #1d3b5c.")
        return value

    def _url(self, name: str) -> str:
        if name not in self._given:
            return ""
        value = self._text(name)
        try:
            fetch.check(value)
        except EngineFailed as error:
            raise self._refused(name, error.message) from error
        return value

    def _scroll(self) -> dict[str, bool]:
        told = {}
        if "background_scroll" in self._given:
            told["moves"] = self._truth("background_scroll", default=True)
        for name, field in zip(SCROLLING, ("human", "bottom", "returns"), strict=True):
            if name in self._given:
                told[field] = self._choice(name, SCROLLING[name]) == SCROLLING[name][0]
        return told

    def _size(self) -> dict[str, int]:
        """Width and height in pixels; nothing when none was asked for."""
        exact = [name for name in ("width", "height") if name in self._given]
        shaped = [name for name in ("aspect_ratio", "resolution") if name in self._given]
        if exact and shaped:
            raise self._refused(exact[0], f"Give either a size or {self._name(shaped[0])}.")
        if len(exact) == 1:
            raise self._refused(exact[0], "Give both width and height.")
        if exact:
            return self._exact_size()
        return self._shaped_size() if shaped else {}

    def _exact_size(self) -> dict[str, int]:
        size = {name: self._pixels(name) for name in ("width", "height")}
        if max(size.values()) > MOST_OBLONG * min(size.values()):
            raise self._refused("width", "No side may be more than twice as long as the other.")
        return size

    def _pixels(self, name: str) -> int:
        value = self._given[name]
        if isinstance(value, bool) or not isinstance(value, int) or value % 2 or not SMALLEST <= value <= LARGEST:
            raise self._refused(name, f"Give an even number of pixels from {SMALLEST} to {LARGEST}.")
        return value

    def _shaped_size(self) -> dict[str, int]:
        shape = self._choice("aspect_ratio", tuple(RATIOS)) if "aspect_ratio" in self._given else "1:1"
        side = self._given.get("resolution", settings.VIDEO_SIZE)
        if "resolution" in self._given and (isinstance(side, bool) or side not in RESOLUTIONS):
            raise self._refused("resolution", f"Choose one of: {', '.join(map(str, RESOLUTIONS))}.")
        across, down = RATIOS[shape]
        short = min(across, down)
        return {"width": side * across // short // 2 * 2, "height": side * down // short // 2 * 2}

    def _truth(self, name: str, *, default: bool) -> bool:
        value = self._given.get(name, default)
        if not isinstance(value, bool):
            raise self._refused(name, "Give true or false.")
        return value

    def _choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self._text(name)
        if value not in choices:
            raise self._refused(name, f"Choose one of: {', '.join(choices)}.")
        return value

    def _text(self, name: str) -> str:
        value = self._given[name]
        if not isinstance(value, str):
            raise self._refused(name, "Give a text.")
        return value

    def _name(self, name: str) -> str:
        return self._names.get(name, name)

    def _refused(self, name: str, words: str) -> OptionRefused:
        for ours, theirs in self._names.items():
            words = re.sub(rf"\b{ours}\b", theirs, words)
        return OptionRefused(self._name(name), words)
