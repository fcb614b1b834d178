"""A film as vendors deliver it."""

from io import BytesIO
from typing import Any

import av
import numpy as np


def talking_film(seconds: float = 2.0, size: int = 128, fps: int = 25) -> bytes:
    """An MP4 with H.264 and AAC, as vendors deliver it: a grey that brightens, and a hum."""
    file = BytesIO()
    with av.open(file, "w", format="mp4") as film:
        pictures: Any = film.add_stream("libx264", rate=fps, width=size, height=size, pix_fmt="yuv420p")
        sound: Any = film.add_stream("aac", rate=48_000, layout="mono")
        for number in range(round(seconds * fps)):
            picture = np.full((size, size, 3), 50 + number % 150, np.uint8)
            film.mux(pictures.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(pictures.encode(None))
        hum = (np.sin(np.arange(round(seconds * 48_000)) * 0.05) * 9_000).astype(np.int16)
        for start in range(0, len(hum), 1024):
            frame: Any = av.AudioFrame.from_ndarray(hum[np.newaxis, start : start + 1024], format="s16", layout="mono")
            frame.sample_rate, frame.pts = 48_000, start
            film.mux(sound.encode(frame))
        film.mux(sound.encode(None))
    return file.getvalue()
