"""A customer's photo as plain RGB pixels: only the picture is kept, upright; everything else in the file is dropped.

JPEG, PNG and WebP are told by their first bytes, the size is read from the header before anything is decoded.
"""

import io
import warnings

import numpy as np
from PIL import Image, ImageCms, ImageOps

from avatarsite.core.engines import EngineFailed
from twins.faces import Picture

MOST_PIXELS = 33_177_600  # 8K
SMALLEST = 256  # pixels of the shorter side
FORMATS = ("JPEG", "PNG", "WEBP")
BEHIND = (236, 236, 236)  # what shows through transparent parts
Image.MAX_IMAGE_PIXELS = None  # looked at below, with words of our own


def pixels(content: bytes) -> Picture:
    """(height, width, 3). Raises EngineFailed: photo_unsupported, photo_too_large, photo_too_small, photo_broken."""
    if not is_photo(content):
        raise EngineFailed("This is no photo that can be used. Send a JPEG, PNG or WebP file.", "photo_unsupported")
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=FORMATS) as image:
            warnings.simplefilter("ignore")  # odd metadata, which is dropped
            _check_size(*image.size)
            return _plain(image)
    except (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError, MemoryError, OverflowError) as error:
        raise EngineFailed("The photo is broken. Save it anew and send it again.", "photo_broken") from error


def is_photo(content: bytes) -> bool:
    webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        words = f"The photo has {width} x {height} pixels. Send one of at most 33 megapixels."
        raise EngineFailed(words, "photo_too_large")
    if min(width, height) < SMALLEST:
        words = f"The photo has {width} x {height} pixels. Send one of at least {SMALLEST} x {SMALLEST}."
        raise EngineFailed(words, "photo_too_small")


def _plain(image: Image.Image) -> Picture:
    """The first picture of the file, turned as its camera was held, in sRGB, over light grey where transparent."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        deep = np.asarray(upright, np.float32)
        upright = Image.fromarray(np.clip(deep / (257 if deep.max() > 255 else 1), 0, 255).astype(np.uint8))
    if upright.mode in ("PA", "LA", "RGBA", "La", "RGBa") or "transparency" in upright.info:
        whole = upright.convert("RGBA")
        ground = Image.new("RGBA", whole.size, (*BEHIND, 255))
        return np.array(Image.alpha_composite(ground, whole).convert("RGB"))
    return np.array(_srgb(upright, profile))


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """In the colours of screens, by the file's profile if it makes sense."""
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return made or image.convert("RGB")
        except (ImageCms.PyCMSError, OSError):
            pass
    return image.convert("RGB")
