"""How a video of this dialect is to look: optional fields of a request, read by the platform's own options."""

from typing import Any

from conversations.api_persona.fields import Shape, Text, Truth, Whole
from videos import options

MOST_URL = 2_000
NAMES = {  # option: its name in this dialect
    "background": "background",
    "background_color": "backgroundColor",
    "background_source_url": "backgroundSourceUrl",
    "background_url": "backgroundUrl",
    "background_scroll": "backgroundScroll",
    "background_scroll_type": "backgroundScrollType",
    "background_scroll_depth": "backgroundScrollDepth",
    "background_scroll_return": "backgroundScrollReturn",
    "watermark_url": "watermarkUrl",
    "aspect_ratio": "aspectRatio",
    "resolution": "resolution",
    "width": "width",
    "height": "height",
    "fast": "fast",
}


class LooksIn(Shape):
    """Fields that a request for a video may have beside its own."""

    background = Text(required=False, help_text=f"One of: {', '.join(options.BACKGROUNDS)}. Default: what follows.")
    backgroundColor = Text(required=False, help_text="#rrggbb, behind the person.")
    backgroundSourceUrl = Text(
        required=False, max_length=MOST_URL, help_text="A picture or a film to stand behind the person."
    )
    backgroundUrl = Text(
        required=False, max_length=MOST_URL, help_text="A web page, scrolled behind the person in its corner."
    )
    backgroundScroll = Truth(required=False, help_text="Whether that page moves; default true.")
    backgroundScrollType = Text(required=False, help_text="human (default) or smooth.")
    backgroundScrollDepth = Text(required=False, help_text="middle (default) or bottom.")
    backgroundScrollReturn = Text(required=False, help_text="return (default) or halt.")
    transparent = Truth(required=False, help_text="A WebM with alpha beside the MP4; as background: transparent.")
    watermarkUrl = Text(required=False, max_length=MOST_URL, help_text="A PNG or JPEG for the top right corner.")
    aspectRatio = Text(required=False, help_text=f"One of: {', '.join(options.RATIOS)}.")
    resolution = Whole(required=False, help_text="Pixels of the shorter side: 512, 720 or 1080.")
    width = Whole(required=False, help_text="Or the size itself, in even pixels from 256 to 1920.")
    height = Whole(required=False)
    fast = Truth(required=False, help_text="Only the film and its captions: no preview, no HLS.")


def looks_in(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields of the video's row. Raises OptionRefused, in this dialect's names."""
    given = {ours: fields[theirs] for ours, theirs in NAMES.items() if theirs in fields}
    if fields.get("transparent"):
        if given.get("background", "transparent") != "transparent":
            raise options.OptionRefused("transparent", "It does not go with another background.")
        given["background"] = "transparent"
    return options.read(given, NAMES)
