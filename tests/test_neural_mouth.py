"""Mouths by a network of the operator's, with the inputs and outputs of Wav2Lip. The tests' own network shows the
part of the face that it was given, and below it black in silence and red when something is said.
"""

import wave
from dataclasses import replace

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from avatarsite.core.children import ChildPool
from avatarsite.core.engines import EngineFailed
from tests import tiny_models
from tests.filmed import SIZE, film_of
from tests.photographs import astronaut
from twins import portraits
from twins.footage import build
from twins.footage.films import frames, rgb
from twins.landmarks import Tracker
from twins.photos.making import prepared
from twins.tts.base import AudioChunk
from videos.renderers.base import FaceRef, Scene, VideoFormat
from videos.renderers.local import nv12
from videos.renderers.local.engine import LocalRenderer
from videos.renderers.local.footage_relip import Relip
from videos.renderers.local.neural import MouthModel
from videos.renderers.local.neural_mouth import NeuralMouth, network
from videos.renderers.local.neural_sound import AHEAD, RATE, MelWindows, filters

pytestmark = pytest.mark.engine
SQUARE = VideoFormat(SIZE, SIZE)
SILENT = np.full((80, 16), -4, np.float32)
LOUD = np.full((80, 16), 4, np.float32)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return MouthModel(str(tiny_models.mouth(tmp_path_factory.mktemp("model") / "mouth.onnx")))


def hum(seconds: float, rate: int = RATE) -> np.ndarray:
    return (9_000 * np.sin(2 * np.pi * 220 * np.arange(round(seconds * rate)) / rate)).astype(np.int16)


def chunk(*parts: np.ndarray, rate: int = RATE) -> AudioChunk:
    return AudioChunk(np.concatenate(parts).tobytes(), rate)


def quiet(seconds: float, rate: int = RATE) -> np.ndarray:
    return np.zeros(round(seconds * rate), np.int16)


def as_frame(picture: np.ndarray) -> np.ndarray:
    luma, chroma = nv12.planes(picture)
    return np.concatenate([luma, chroma.reshape(len(chroma), -1)])


# --- what the network hears


def test_the_mel_bands_are_those_of_slaneys_auditory_toolbox():
    known = FeatureExtractor.get_mel_filters(RATE, 800, n_mels=80)
    assert np.abs(filters(0.0, 8_000.0).T - known).max() < 1e-6


def test_silence_is_the_lowest_level_and_a_full_tone_stands_in_its_band():
    sound = MelWindows()
    assert (sound.window(0.0) == -4).all()
    sound.add(
        AudioChunk((32_000 * np.sin(2 * np.pi * 1_000 * np.arange(RATE) / RATE)).astype(np.int16).tobytes(), RATE)
    )
    window = sound.window(0.4)
    edges = filters(55.0, 7_600.0)
    assert (window.argmax(0) == edges[round(1_000 / (RATE / 800))].argmax()).all()
    # by hand: a sine of amplitude .98 after pre-emphasis (a factor of .38), its window's sum 400, the band's weight
    band = edges[49:52, edges[50].argmax()] @ [0.5, 1.0, 0.5]
    level = 20 * np.log10(0.9766 / 2 * abs(1 - 0.97 * np.exp(-2j * np.pi / 16)) * 400 * band) - 20
    assert window.max(0) == pytest.approx(8 * (level + 100) / 100 - 4, abs=0.02)


def test_a_windows_columns_are_each_an_eightieth_of_a_second_from_the_frames_begin():
    sound = MelWindows()
    sound.add(chunk(quiet(1.0), hum(1.0)))
    window = sound.window(0.9).max(0)  # the hum begins 8 columns later; a column's spectrum reaches 2 to either side
    assert (window[:6] == -4).all()
    assert (window[8:] > 0).all()


def test_sound_in_small_pieces_and_of_another_rate_gives_the_same_windows():
    whole, pieces = MelWindows(), MelWindows()
    whole.add(chunk(hum(1.0, 24_000), rate=24_000))
    for part in np.array_split(hum(1.0, 24_000), 17):
        pieces.add(chunk(part, rate=24_000))
    for number in range(15):
        assert np.allclose(whole.window(number / 25), pieces.window(number / 25), atol=1e-3)


# --- the model


def test_inputs_are_known_by_their_shapes_whatever_they_are_called(tmp_path):
    model = tiny_models.mouth(tmp_path / "named.onnx", sound="audio_seqs", faces="img_seqs")
    opened = network(MouthModel(str(model)))
    assert (opened.sound, opened.faces, opened.side) == ("audio_seqs", "img_seqs", 96)


def test_a_model_that_is_missing_or_another_one_is_refused_in_words(tmp_path):
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(EngineFailed, match="MOUTH_MODEL must name a file") as missing:
        network(MouthModel(str(tmp_path / "nothing.onnx")))
    assert missing.value.code == "mouth_model_missing"
    for wrong in (tmp_path / "text.onnx", tiny_models.mouth(tmp_path / "bands.onnx", bands=64)):
        with pytest.raises(EngineFailed, match=r"takes mel spectra \(B, 1, 80, 16\)") as broken:
            network(MouthModel(str(wrong)))
        assert broken.value.code == "mouth_model_broken"


def test_the_lower_half_is_hidden_from_the_network_which_is_shown_bgr(model):
    face = np.full((96, 96, 3), (200, 120, 60), np.uint8)
    said = network(model).speak(face, SILENT)
    assert np.abs(said[:48].astype(int) - face[:48]).max() <= 1
    assert said[48:].max() <= 5
    red = network(model).speak(face, LOUD)[48:].reshape(-1, 3).mean(0)
    assert red[0] > 220 and red[1:].max() < 2


# --- painting


@pytest.fixture(scope="module")
def met():
    picture = np.ascontiguousarray(astronaut())
    return picture, Tracker().track(picture).points


def painted(model, met, mel, share=1.0):
    frame = as_frame(met[0])
    NeuralMouth(model).paint(frame, met[1], mel, share)
    return rgb(frame).astype(int)


def test_only_the_lower_face_is_painted(model, met):
    before, points = rgb(as_frame(met[0])).astype(int), met[1]
    changed = np.abs(painted(model, met, LOUD) - before).max(2) > 8
    lips = points[[13, 14, 61, 291], :2].round().astype(int)
    assert all(changed[y, x] for x, y in lips)
    rows, columns = np.nonzero(changed)
    assert rows.min() > points[6, 1]  # between the eyes
    assert points[:, 0].min() - 2 <= columns.min() and columns.max() <= points[:, 0].max() + 2
    assert changed.mean() < 0.05


def test_the_lips_take_the_networks_colours_and_no_share_of_them_changes_nothing(model, met):
    x, y = met[1][[13, 14], :2].mean(0).round().astype(int)
    red, black = painted(model, met, LOUD)[y, x], painted(model, met, SILENT)[y, x]
    assert red[0] > 200 and red[1:].max() < 60
    assert black.max() < 30
    assert (painted(model, met, LOUD, share=0.0) == rgb(as_frame(met[0]))).all()


def test_a_network_that_repeats_what_it_is_shown_leaves_no_trace(tmp_path, met):
    """Nothing is moved, no seam is drawn; what is finer than the network's pixels is lost."""
    echo = MouthModel(str(tiny_models.mouth_that_repeats(tmp_path / "echo.onnx")))
    away = np.abs(painted(echo, met, LOUD) - rgb(as_frame(met[0])))
    lips = away[int(met[1][2, 1]) : int(met[1][152, 1]), int(met[1][61, 0]) : int(met[1][291, 0])]
    assert lips.mean() < 4 and np.quantile(away, 0.999) < 25


def test_a_network_that_shows_faces_too_dark_is_brought_to_the_pictures_light(tmp_path, model, met):
    dim = MouthModel(str(tiny_models.mouth(tmp_path / "dim.onnx", gain=0.8)))
    x, y = met[1][[13, 14], :2].mean(0).round().astype(int)
    lit, unlit = (painted(one, met, SILENT)[y, x].mean() for one in (dim, model))
    face = rgb(as_frame(met[0]))[int(met[1][6, 1]), int(met[1][6, 0])].mean()
    assert lit - unlit == pytest.approx(0.2 * face, rel=0.35)


# --- clips, each in a process of its own


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    folder = tmp_path_factory.mktemp("replicas")
    (folder / "photo.npz").write_bytes(prepared(portraits.draw("amara", 512, 512).image).saved())
    package, footage = build(film_of("leo", folder / "film.mp4", 2.4), (0.1, 2.4), folder, lambda _: None)
    return {
        "photo": FaceRef("photo", "amara", package=str(folder / "photo.npz")),
        "video": FaceRef("video", "leo", "close", str(package), str(footage)),
        "drawn": FaceRef("drawn", "leo"),
    }


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def renderer(cache, model):
    renderer = LocalRenderer(cache, mouth_model=model.path)
    yield renderer
    renderer.close()


def redness(pictures: list[np.ndarray]) -> np.ndarray:
    """How many in a thousand pixels of each frame are the network's red."""
    shown = [rgb(picture).astype(int) for picture in pictures]
    return np.array([((p[..., 0] > 180) & (p[..., 1:].max(2) < 70)).mean() * 1_000 for p in shown])


def spoken(renderer, face, path, scene=None, size=SQUARE):
    """Half a second of a hum between two of silence."""
    speech = iter([chunk(quiet(0.5)), chunk(hum(0.5)), chunk(quiet(0.5))])
    list(renderer.render(face, speech, path, size, scene or Scene()))
    return list(frames(path))


@pytest.mark.parametrize("kind", ["photo", "video"])
def test_a_replicas_mouth_is_the_networks_while_it_speaks_and_its_own_at_both_ends(renderer, faces, tmp_path, kind):
    pictures = spoken(renderer, faces[kind], tmp_path / "clip.mp4")
    red = redness(pictures)
    assert (red[14:23] > 5).all()
    assert red[:6].max() == red[27:].max() == 0
    list(renderer.idle(faces[kind], tmp_path / "idle.mp4", SQUARE))
    idle = next(frames(tmp_path / "idle.mp4"))
    for end in (pictures[0], pictures[-1]):  # black in the middle of silence, but not where loop and clip meet
        assert np.abs(rgb(end).astype(int) - rgb(idle)).max() < 90  # edges move by a part of a pixel, hue stays


def test_a_person_before_another_background_has_the_networks_mouth_too(renderer, faces, tmp_path):
    red = redness(spoken(renderer, faces["photo"], tmp_path / "clip.mp4", Scene(color="#00ff00")))
    assert (red[14:23] > 5).all()


def test_drawn_people_keep_their_drawn_mouths(renderer, faces, tmp_path):
    pictures = spoken(renderer, faces["drawn"], tmp_path / "clip.mp4", size=VideoFormat(128, 128))
    assert redness(pictures).max() == 0


def test_a_clip_with_a_broken_model_fails_in_words_and_the_process_goes_on(cache, faces, tmp_path):
    (tmp_path / "text.onnx").write_text("no model")
    renderer = LocalRenderer(cache, mouth_model=str(tmp_path / "text.onnx"))
    try:
        for name in ("one", "two"):
            with pytest.raises(EngineFailed, match="MOUTH_MODEL is no model"):
                spoken(renderer, faces["video"], tmp_path / f"{name}.mp4")
    finally:
        renderer.close()


# --- lipsync, in the confined process


def test_a_films_lips_are_the_networks_wherever_there_is_a_face_also_backwards(model, tmp_path):
    film = film_of("leo", tmp_path / "film.mp4", 1.0, speaking=True)
    with wave.open(str(tmp_path / "sound.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(chunk(quiet(0.5), hum(0.4), quiet(0.5), hum(0.2)).pcm)
    request = Relip(film, 1.0, tmp_path / "sound.wav", 1.6, 25, tmp_path / "result.mp4", tmp_path, model)
    with ChildPool("videos.lipsync_child", 1).child() as child:
        child.send(request)
        while not isinstance(answer := child.receive(60.0), float):
            continue
    assert answer == 1.6
    red = redness(list(frames(request.result)))
    assert len(red) == 40
    assert (red[14:21] > 5).all() and (red[36:] > 5).all()
    assert red[:6].max() == red[25:30].max() == 0


def test_a_clip_needs_no_more_sound_ahead_than_is_told(model):
    """So that what is said last in a live talk is shown as early as it can be."""
    sound = MelWindows()
    sound.add(chunk(hum(0.4 + AHEAD)))
    early = sound.window(0.4)
    sound.add(chunk(hum(1.0)))
    assert np.array_equal(early, sound.window(0.4))
    assert replace(model, threads=2).missing == ""
