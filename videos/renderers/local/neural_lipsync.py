"""A network's mouths in a customer's film: in every frame with a face, for the sound of that moment."""

from collections.abc import Iterator

from avatarsite.core.media_child import pieces
from twins.footage.track import Floats, Track, smoothed
from twins.tts.base import AudioChunk
from videos.renderers.local.footage_mouth import Picture
from videos.renderers.local.footage_relip import Relip
from videos.renderers.local.neural_mouth import NeuralMouth
from videos.renderers.local.neural_sound import AHEAD, RATE, MelWindows


class NeuralPainter:
    """Paints the frames of a film, which are of any order, to a sound, which goes on with each."""

    def __init__(self, request: Relip, track: Track, total: int) -> None:
        self._mouth = NeuralMouth(request.mouth)
        self._found, self._points = track.found, smoothed(track.points)
        self._windows = _windows(request, total)

    def paint(self, picture: Picture, number: int) -> None:
        """Frame `number` of the film, in place; one without a face stays as it is."""
        mel = next(self._windows)
        if self._found[number]:
            self._mouth.paint(picture, self._points[number], mel)


def _windows(request: Relip, total: int) -> Iterator[Floats]:
    """One for each frame of the result."""
    heard, known, count = MelWindows(), 0.0, 0
    for pcm in pieces(request.sound, RATE, request.sound_seconds):
        chunk = AudioChunk(pcm, RATE)
        heard.add(chunk)
        known += chunk.seconds
        while count < total and count / request.fps + AHEAD <= known:
            yield heard.window(count / request.fps)
            count += 1
    for number in range(count, total):
        yield heard.window(number / request.fps)
