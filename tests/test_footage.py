"""Footage of a person: made into a loop, and spoken over."""

import os
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from avatarsite.core.engines import EngineFailed
from tests.filmed import SIZE, film_of
from tests.renderer_fixtures import say
from twins.faces import WIDTHS, Box
from twins.footage import build
from twins.footage.films import Film, frames, planes, rgb
from twins.footage.mouth import Light, Mouth
from twins.footage.package import REST, load
from twins.footage.span import choose
from twins.footage.track import Track, follow, smoothed
from twins.landmarks import Tracker, measures
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local import nv12
from videos.renderers.local.engine import LocalRenderer
from videos.renderers.local.footage import filmed
from videos.renderers.local.footage_clip import Reader, led_over
from videos.renderers.local.footage_framing import crop
from videos.renderers.local.footage_mouth import Patches

pytestmark = pytest.mark.engine
SQUARE = VideoFormat(SIZE, SIZE)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Package and footage of four silent seconds, and the per cents that were told."""
    folder = tmp_path_factory.mktemp("footage")
    told = []
    package, footage = build(film_of("leo", folder / "film.mp4", 4.0), (0.2, 4.0), folder, told.append)
    return package, footage, told


@pytest.fixture(scope="module")
def face(built):
    return FaceRef("video", "leo", "close", str(built[0]), str(built[1]))


@pytest.fixture(scope="module")
def shown(face):
    return filmed(face, SQUARE)


@pytest.fixture(scope="module")
def loop(built):
    return list(frames(built[1]))


@pytest.fixture(scope="module")
def renderer(tmp_path_factory):
    renderer = LocalRenderer(tmp_path_factory.mktemp("cache"), processes=1)
    yield renderer
    renderer.close()


def changes(pictures):
    """How much each picture differs from the one before; the fine grain of the codec apart."""
    soft = [cv2.blur(planes(picture)[0], (5, 5)).astype(np.float32) for picture in pictures]
    return np.array([np.abs(after - before).mean() for before, after in zip(soft, soft[1:], strict=False)])


# --- the loop


def test_progress_rises_to_a_hundred(built):
    told = built[2]
    assert told == sorted(told)
    assert told[-1] == 100
    assert len(set(told)) > 20


def test_the_package_tells_of_every_frame_of_the_loop(built, loop):
    package = load(built[0])
    assert package.size == (SIZE, SIZE)
    assert len(package.maps) == len(package.light) == len(package.faces) == len(loop)
    assert not package.covered


def test_the_loop_goes_forth_and_back_and_shows_neither_end_twice(loop):
    for number in (1, len(loop) // 4):
        assert changes([loop[number], loop[-number]]).max() < 0.6
    assert len(loop) % 2 == 0


def test_where_the_loop_ends_and_turns_it_moves_no_more_than_elsewhere(loop):
    ordinary = changes(loop)
    turn = len(loop) // 2
    assert changes([loop[-1], loop[0]])[0] <= 1.1 * ordinary.max()  # the first frame is a key frame
    assert ordinary[turn - 1 : turn + 1].max() <= np.quantile(ordinary, 0.9)


def test_a_film_is_read_upright_in_a_steady_time(tmp_path):
    with Film(tmp_path / "fifty.mp4", 64, 32, crf=20, fps=50) as film:
        for _ in range(100):
            film.add(np.full((48, 64), 90, np.uint8))
    assert len(list(frames(tmp_path / "fifty.mp4"))) == 50
    assert len(list(frames(tmp_path / "fifty.mp4", 0.5, 1.5))) == 25
    assert len(list(frames(tmp_path / "fifty.mp4", fps=30))) == 60


def test_a_film_larger_than_footage_may_be_is_made_smaller(tmp_path):
    with Film(tmp_path / "tall.mp4", 1440, 2560, crf=40) as film:
        film.add(np.full((3840, 1440), 90, np.uint8))
    assert next(frames(tmp_path / "tall.mp4")).shape == (1920 * 3 // 2, 1080)


def test_colours_survive_the_way_through_a_film(tmp_path):
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:] = (200, 120, 60)
    luma, chroma = nv12.planes(picture)
    with Film(tmp_path / "colour.mp4", 64, 64, crf=4) as film:
        film.add(np.concatenate([luma, chroma.reshape(32, 64)]))
    seen = rgb(next(frames(tmp_path / "colour.mp4")))
    assert np.abs(seen.astype(int) - picture).max() <= 3


def test_a_sound_has_no_pictures(tmp_path):
    with av.open(str(tmp_path / "sound.wav"), "w", format="wav") as file:
        stream = file.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        file.mux(stream.encode(frame))
    with pytest.raises(EngineFailed) as refused:
        next(frames(tmp_path / "sound.wav"))
    assert refused.value.code == "media_no_video"


# --- which stretch is played


@pytest.fixture(scope="module")
def still(built):
    """The landmarks of one frame with closed lips."""
    return follow([next(frames(built[1]))]).points[0]


def moving(points, count, path):
    """A track of so many frames in which the whole face goes along `path`, (count,) pixels to the right."""
    track = np.repeat(points[None], count, axis=0)
    track[:, :, 0] += np.asarray(path, np.float32)[:, None]
    return Track(track)


def test_the_stretch_is_the_calm_one_and_turns_where_the_head_stands_still(still):
    times = np.arange(500)
    path = np.where(times < 150, 40 * np.sin(times / 5), 3 * np.sin(times / 20))
    track = moving(still, 500, path)
    first, last, closed = choose(track)
    assert closed
    assert first >= 150
    assert last - first >= 200
    speed = np.abs(np.gradient(path))
    assert max(speed[first], speed[last]) <= np.quantile(speed[150:], 0.25)


def test_a_stretch_with_parted_lips_is_passed_over(still):
    track = moving(still, 300, np.zeros(300))
    track.points[:160, 14, 1] += 0.3 * track.eyes
    first, _, closed = choose(track)
    assert closed
    assert first >= 160


def test_lips_that_never_close_are_covered(still):
    track = moving(still, 120, np.zeros(120))
    track.points[::2, 14, 1] += 0.3 * track.eyes
    assert choose(track)[2] is False


def test_a_film_without_a_face_is_refused_in_the_words_of_the_dialect(still):
    with pytest.raises(EngineFailed) as refused:
        choose(Track(np.full((100, 468, 3), np.nan, np.float32)))
    assert refused.value.code == "face_or_obstruction_detected"


def test_smoothing_takes_noise_away_and_lags_in_nothing():
    true = 10 * np.sin(np.arange(200) / 12).astype(np.float32)[:, None, None]
    noisy = true + np.random.default_rng(0).normal(0, 0.5, true.shape).astype(np.float32)
    after = smoothed(noisy)
    assert np.std(after - true) < 0.6 * np.std(noisy - true)
    best = min(range(-3, 4), key=lambda lag: np.std(np.roll(after, -lag, 0)[5:-5] - true[5:-5]))
    assert best == 0


# --- the mouth


def openings(shown, number, shapes):
    """Opening of the mouth, by landmarks, with each picture laid over one frame."""
    seen = []
    for shape in shapes:
        picture = Reader(shown, number).take(number).copy()
        shown.paint(picture, number, shape)
        seen.append(measures.mouth_opening(Tracker().track(rgb(picture)).points))
    return seen


def test_the_mouth_opens_as_wide_as_it_is_asked_to(shown):
    seen = openings(shown, 20, [opening * WIDTHS + REST for opening in (0, 3, 6, 9, 11)])
    assert seen == sorted(seen)
    assert seen[0] < 0.05
    assert seen[-1] > seen[0] + 0.2


def test_pressed_lips_are_closed(shown):
    assert openings(shown, 20, [60])[0] < 0.05


def test_nothing_but_the_mouth_is_touched(shown):
    number = 30
    before = Reader(shown, number).take(number).copy()
    after = before.copy()
    shown.paint(after, number, 11 * WIDTHS + REST)
    touched = np.argwhere(planes(before)[0] != planes(after)[0])
    (top, left), (bottom, right) = touched.min(0), touched.max(0)
    nose, chin = shown.faces[number, 2], shown.faces[number, 3]
    reach = np.linalg.norm(chin - nose)
    assert top >= nose[1] - 0.1 * reach
    assert bottom <= chin[1] + reach
    assert abs((left + right) / 2 - chin[0]) < 0.3 * reach
    assert right - left < 3.5 * reach


def test_at_rest_the_footage_is_shown_as_it_is(shown):
    before = Reader(shown, 12).take(12).copy()
    after = before.copy()
    shown.paint(after, 12, REST)
    np.testing.assert_array_equal(after, before)


def test_a_closed_mouth_laid_over_a_closed_mouth_cannot_be_told_from_it(built, shown):
    """Its place, its light and its edges are right: nowhere in any frame does a spot of the picture change."""
    package = load(built[0])
    mouth = Patches.of(package.pictures, package.area, shown.mouth.luma.shape[:0:-1], covering=True)
    covering = replace(shown, mouth=mouth)
    for number in (5, 60, 110):
        before = Reader(shown, number).take(number).copy()
        after = before.copy()
        covering.paint(after, number, REST)
        for one, other in zip(planes(before), planes(after), strict=True):
            spots = cv2.blur(other.astype(np.float32) - one.astype(np.float32), (5, 5))
            assert np.abs(spots).max() < 9  # levels of 219
            assert np.abs(spots).mean() < 0.15


def test_the_mouth_is_carried_without_jitter(shown):
    """The corner of the lips goes the same way as the nose, frame by frame, when the mouth stays open."""
    tracker, shape = Tracker(), 6 * WIDTHS + REST
    reader = Reader(shown, 10)
    points = []
    for number in range(10, 60):
        picture = reader.take(number)
        shown.paint(picture, number, shape)
        points.append(tracker.track(rgb(picture)).points[:, :2])
    path = np.array(points)
    apart = path[:, [61, 291]].mean(1) - path[:, [1, 4, 5]].mean(1)
    assert np.std(np.diff(apart, 2, axis=0)) < 0.35  # pixels; second differences are jitter


@pytest.mark.parametrize("speaking", [False, True])
def test_the_mouth_takes_the_light_of_the_frame(speaking):
    skin = np.full((200, 200, 3), (190, 140, 120), np.uint8)
    pictures = np.repeat(skin[None, 60:140, 50:150], 62, axis=0)
    pictures[20:, 30:50, 30:70] = (90, 30, 40)
    made = Mouth(pictures, np.full((80, 100), 255, np.uint8), Box(50, 60, 100, 80), np.zeros((468, 2), np.float32))
    here = np.array([[1.0, 0, 0], [0, 1, 0]])
    darker = (skin * 0.8).astype(np.uint8)
    np.testing.assert_allclose(Light(made, REST, speaking=speaking).on(skin, here), 0, atol=1)
    np.testing.assert_allclose(
        Light(made, REST, speaking=speaking).on(darker, here).mean((0, 1)), [-38, -28, -24], atol=2
    )


# --- sizes


@pytest.mark.parametrize("video_format", [VideoFormat(256, 256), VideoFormat(320, 180), VideoFormat(180, 320)])
def test_every_format_shows_the_whole_head_and_lies_within_the_film(built, video_format):
    package = replace(load(built[0]), size=(SIZE, SIZE))
    for framing in ("close", "seated"):
        box = crop(package, video_format, framing)
        assert 0 <= box.x <= SIZE - box.width
        assert 0 <= box.y <= SIZE - box.height
        assert box.width / box.height == pytest.approx(video_format.width / video_format.height, rel=0.03)
        inside = (package.faces >= (box.x, box.y)) & (package.faces <= (box.x + box.width, box.y + box.height))
        assert inside.all()


def test_a_close_crop_of_a_broad_film_is_taken_around_the_head(built):
    package = load(built[0])
    broad = replace(package, size=(1920, 1080), faces=package.faces + (900, 200))
    box = crop(broad, VideoFormat(512, 512), "close")
    assert box.width < 1080
    assert abs(box.x + box.width / 2 - np.median(broad.faces[..., 0])) < 20
    assert crop(broad, VideoFormat(1280, 720), "close") == Box(0, 0, 1920, 1080)
    assert crop(broad, VideoFormat(512, 512), "seated").height == 1080


# --- clips


SOUNDS = ["", "m", "a", "a", "m", "i", "u", "", "a"]


@pytest.fixture(scope="module")
def clips(renderer, face, tmp_path_factory):
    """Pictures of a talking clip made before there is an idle loop, of that loop, and of a clip made after it."""
    folder = tmp_path_factory.mktemp("clips")
    calls = {
        "early": lambda path: renderer.render(face, iter([say(SOUNDS)]), path, SQUARE),
        "idle": lambda path: renderer.idle(face, path, SQUARE),
        "late": lambda path: renderer.render(face, iter([say(SOUNDS)]), path, SQUARE),
    }
    made = {}
    for name, call in calls.items():
        path = folder / f"{name}.mp4"
        assert list(call(path))[-1].final
        made[name] = list(frames(path))
    return made


def test_the_idle_clip_is_the_loop(clips, loop):
    assert len(clips["idle"]) == len(loop)
    assert changes([clips["idle"][40], loop[40]])[0] < 1.0


def test_a_clip_begins_as_the_idle_loop_does_and_leads_back_to_its_beginning(clips):
    ordinary = changes(clips["idle"]).max()
    for name in ("early", "late"):
        assert changes([clips["idle"][0], clips[name][0]])[0] < 1.0
        assert changes([clips[name][-1], clips["idle"][0]])[0] <= 1.5 * ordinary


def test_lips_follow_the_speech(clips):
    tracker = Tracker()
    opening = [measures.mouth_opening(tracker.track(rgb(picture)).points) for picture in clips["late"]]
    vowel, closure = opening[7:11], opening[12:15]  # of 0.12 s each: sounds 2 and 3 are [a], sound 4 is [m]
    assert max(vowel) > 0.15
    assert min(closure) < 0.06
    assert opening[0] < 0.05
    assert opening[-1] < 0.05


def test_two_frames_are_led_over_with_the_heads_on_each_other(shown):
    """Half way between two frames 12 pixels apart the head stands in the middle, once."""
    here = Reader(shown, 0).take(0).copy()
    there = np.concatenate([np.roll(plane, 12 // (n + 1), 1).reshape(-1, SIZE) for n, plane in enumerate(planes(here))])
    faces = np.array([shown.faces[0], shown.faces[0] + (12, 0)])
    noses = [Tracker().track(rgb(picture)).points[4, 0] for picture in (here, led_over(here, there, faces, 0.5))]
    assert noses[1] - noses[0] == pytest.approx(6, abs=1.0)


def test_a_poster_shows_the_first_frame(renderer, face, loop, tmp_path):
    renderer.poster(face, tmp_path / "poster.png", SQUARE)
    poster = cv2.imread(str(tmp_path / "poster.png"))[..., ::-1]
    assert np.abs(poster.astype(int) - rgb(loop[0])).mean() < 2.0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken"])
def test_a_damaged_package_is_a_face_that_cannot_be_used(renderer, face, tmp_path, content):
    package = tmp_path / "package.npz"
    package.write_bytes(content)
    with pytest.raises(EngineFailed) as refused:
        renderer.poster(replace(face, package=str(package)), tmp_path / "poster.png", SQUARE)
    assert refused.value.code == "face_unusable"


def test_missing_footage_is_a_face_that_cannot_be_used(renderer, face, tmp_path):
    gone = replace(face, name="gone", footage=str(tmp_path / "gone.mp4"))
    with pytest.raises(EngineFailed) as refused:
        renderer.poster(gone, tmp_path / "poster.png", SQUARE)
    assert refused.value.code == "face_unusable"


def test_memory_does_not_grow_while_the_loop_is_played_on(shown):
    reader = Reader(shown)
    turn = range(shown.frames)
    for number in [*turn, *turn]:
        reader.take(number)
    before = resident()
    for number in [*turn, *turn, *turn]:
        shown.paint(reader.take(number), number, 5 * WIDTHS)
    assert resident() - before < 4_000_000


def resident():
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
