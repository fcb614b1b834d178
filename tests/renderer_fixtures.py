"""What the tests of the local renderer share: one renderer, made-up speech, and eyes for decoded pictures."""

from dataclasses import replace

import av
import cv2
import numpy as np
import pytest

from twins.faces import WIDTHS
from twins.tts.base import AudioChunk, Phoneme
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local.cache import FaceCache
from videos.renderers.local.engine import LocalRenderer
from videos.renderers.local.mouth import FIRST_PRESS

FORMAT = VideoFormat(256, 256)
LEO = FaceRef("drawn", "leo")
RATE = 22050
WIDE, PRESS, TUCK = 9 * WIDTHS + 2, FIRST_PRESS, FIRST_PRESS + 1


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("faces")


@pytest.fixture(scope="module")
def renderer(cache_dir):
    renderer = LocalRenderer(cache_dir, processes=1)
    yield renderer
    renderer.close()


@pytest.fixture(scope="module")
def face(cache_dir):
    return FaceCache(cache_dir).get(LEO, FORMAT)


@pytest.fixture
def clip(renderer, tmp_path):
    """Renders chunks; gives the path and every Progress."""

    def render(*chunks, **changes):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.mp4"
        progress = list(renderer.render(LEO, iter(chunks), path, replace(FORMAT, **changes)))
        return path, progress

    return render


def say(symbols, each=0.12):
    """A chunk of sounds of equal length: a hum for voiced sounds, silence for "p" and pauses."""
    count = int(each * RATE)
    hum = (8000 * np.sin(2 * np.pi * 150 * np.arange(count) / RATE)).astype(np.int16)
    pcm = np.concatenate([np.zeros(count, np.int16) if s in ("p", "") else hum for s in symbols])
    return AudioChunk(pcm.tobytes(), RATE, tuple(Phoneme(s, i * each, (i + 1) * each) for i, s in enumerate(symbols)))


def pictures(path):
    with av.open(str(path), format="mp4") as file:
        return [frame.to_ndarray(format="gray") for frame in file.decode(video=0)]


def sound(path):
    with av.open(str(path), format="mp4") as file:
        return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])


def shown(picture, face, shapes):
    """Which of the mouth shapes a decoded picture shows, wherever the head has moved to."""
    box, reach = face.mouth_box, 8
    area = picture[box.y - reach : box.y + box.height + reach, box.x - reach : box.x + box.width + reach]
    edge = box.width // 8
    scores = [
        cv2.matchTemplate(area, full_range(face.mouth_luma[s])[edge:-edge, edge:-edge], cv2.TM_SQDIFF).min()
        for s in shapes
    ]
    return shapes[int(np.argmin(scores))]


def full_range(luma):
    return ((luma.astype(np.float32) - 16) * 255 / 219).clip(0, 255).astype(np.uint8)


def frames_of(symbols, wanted, each=0.12, fps=25):
    """Numbers of the frames whose whole time lies within the wanted sound."""
    at = symbols.index(wanted)
    return range(int(np.ceil(at * each * fps)), int((at + 1) * each * fps))


@pytest.fixture
def idle(renderer, tmp_path):
    path = tmp_path / "idle.mp4"
    list(renderer.idle(LEO, path, FORMAT))
    return pictures(path)
