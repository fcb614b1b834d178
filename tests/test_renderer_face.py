"""The local renderer's face: what the lips, the eyes and the head are seen to do in decoded pictures."""

from dataclasses import replace

import av
import cv2
import numpy as np
import pytest

from tests.renderer_fixtures import FORMAT, LEO, PRESS, TUCK, WIDE, frames_of, full_range, pictures, say, shown
from twins import portraits
from twins.faces import OPENINGS, WIDTHS
from twins.tts.base import Phoneme
from videos.renderers.local.clip import TAIL
from videos.renderers.local.motion import BREATH, breathing
from videos.renderers.local.mouth import REST
from videos.renderers.local.visemes import NEUTRAL, PRESSED, TUCKED, visemes

pytestmark = pytest.mark.engine
pytest_plugins = ["tests.renderer_fixtures"]


# -- Lips


@pytest.mark.parametrize("sound_", ["m", "b", "p"])
def test_lips_are_closed_while_they_must_be(clip, face, sound_):
    symbols = ["a", "l", "a", sound_, "a", "l", "a"]
    path, _ = clip(say(symbols))
    frames = pictures(path)
    for number in frames_of(symbols, sound_):
        assert shown(frames[number], face, [PRESS, TUCK, WIDE, 5 * WIDTHS + 2]) == PRESS


@pytest.mark.parametrize("each", [0.02, 0.03, 0.04])
def test_lips_close_for_a_whole_frame_even_in_rapid_speech(clip, face, each):
    lips = say(list("aaaaaa"), 0.1)
    quick = Phoneme("b", 0.31, 0.31 + each)
    before, after = Phoneme("a", 0.0, 0.31), Phoneme("a", 0.31 + each, 0.6)
    path, _ = clip(replace(lips, phonemes=(before, quick, after)))
    assert PRESS in [shown(frame, face, [PRESS, REST, WIDE, 5 * WIDTHS + 2]) for frame in pictures(path)[6:10]]


def test_the_lower_lip_is_tucked_for_f_and_v(clip, face):
    path, _ = clip(say("alafala"))
    number = frames_of("alafala", "f")[0]
    assert shown(pictures(path)[number], face, [PRESS, TUCK, WIDE, REST]) == TUCK


def test_open_vowels_open_the_mouth_and_silence_rests_it(clip, face):
    path, _ = clip(say(["", "a", "a", "a", "", "", ""]))
    frames = pictures(path)
    assert shown(frames[8], face, [PRESS, REST, WIDE]) == WIDE
    assert shown(frames[18], face, [PRESS, REST, WIDE]) == REST


def test_rounding_is_seen_on_u_and_spreading_on_i(clip, face):
    path, _ = clip(say("uuuuiiii"))
    frames = pictures(path)
    rounded, spread = 2 * WIDTHS, 2 * WIDTHS + 4
    assert shown(frames[6], face, [rounded, spread, WIDE]) == rounded
    assert shown(frames[20], face, [rounded, spread, WIDE]) == spread


def test_the_mouth_moves_in_time_with_the_sounds(clip, face):
    """Openness read from the decoded pictures against the openings that the sounds ask for, by cross-correlation."""
    symbols = list("amalabasafalamatabawa" * 2)
    path, _ = clip(say(symbols))
    shapes = [PRESS, *(opening * WIDTHS + 2 for opening in range(0, OPENINGS, 2))]
    seen = np.array([shapes.index(shown(frame, face, shapes)) for frame in pictures(path)], float)
    wanted = np.array(
        [visemes(symbols[min(int((n + 0.5) / 25 / 0.12), len(symbols) - 1)])[0].opening for n in range(len(seen))]
    )
    length = len(symbols) * 3 - 10
    scores = {lag: np.corrcoef(seen[5 + lag : length + lag], wanted[5:length])[0, 1] for lag in range(-4, 5)}
    assert abs(max(scores, key=scores.get)) <= 1
    assert max(scores.values()) > 0.65


def test_phonemes_that_make_no_sense_are_survived(clip):
    nonsense = (
        Phoneme("🙂" * 1000, 0.0, 0.1),
        Phoneme("a", float("nan"), 0.2),
        Phoneme("m", -5.0, float("inf")),
        Phoneme("a", 0.3, 0.1),
        Phoneme("\0", 90.0, 99.0),
    )
    path, _ = clip(replace(say("aaaa"), phonemes=nonsense))
    assert len(pictures(path)) == 12 + 25 * TAIL


@pytest.mark.parametrize("symbols", ["iyɨʉɯuɪʏʊeøɘɵɤoəɛœɜɞʌɔæɐaɶɑɒ", "tdnlszʃʒɹrɾʁθðkɡŋxɣhçjwɥʎɲħʕɸβʋʔʂʐɕʑqχ"])
def test_the_table_knows_the_sounds_of_the_languages(symbols):
    assert [symbol for symbol in symbols if visemes(symbol) == [NEUTRAL]] == []


def test_length_stress_tone_and_nasal_marks_do_not_matter():
    assert visemes("ˈaː") == visemes("ã") == visemes("a˥") == visemes("a")


def test_diphthongs_and_affricates_are_two_mouths():
    assert visemes("aʊ") == visemes("a") + visemes("ʊ")
    assert visemes("t͡ʃ") == visemes("t") + visemes("ʃ")


def test_only_lip_sounds_close_the_lips():
    assert {s: visemes(s)[0].closure for s in "mbpfvnka"} == {
        **dict.fromkeys("mbp", PRESSED), **dict.fromkeys("fv", TUCKED), **dict.fromkeys("nka", 0)
    }  # fmt: skip


# -- Motion and cuts


def outside_of_mouth_and_eyes(picture, face):
    seen = picture.astype(np.int16)
    for box in (face.mouth_box, face.eyes_box):
        seen[box.y - 8 : box.y + box.height + 8, box.x - 8 : box.x + box.width + 8] = 0
    return seen


def unlike(a, b, face):
    return np.abs(outside_of_mouth_and_eyes(a, face) - outside_of_mouth_and_eyes(b, face)).mean()


def test_the_idle_loop_ends_where_it_begins(idle, face):
    steps = [unlike(a, b, face) for a, b in zip(idle, idle[1:], strict=False)]
    assert len(idle) == 256
    assert unlike(idle[-1], idle[0], face) < 1.5 * max(steps)
    assert unlike(idle[64], idle[0], face) > 2 * unlike(idle[-1], idle[0], face)


def test_the_idle_loop_has_no_sound_track(renderer, tmp_path):
    path = tmp_path / "idle.mp4"
    list(renderer.idle(LEO, path, FORMAT))
    with av.open(str(path), format="mp4") as file:
        assert [stream.type for stream in file.streams] == ["video"]


def test_a_talking_clip_begins_and_ends_like_the_idle_loop(clip, idle, face):
    path, _ = clip(*[say("amalawafa")] * 3)
    frames = pictures(path)
    for frame in (frames[0], frames[-1]):
        assert unlike(frame, idle[0], face) < 1.0
        assert shown(frame, face, [REST, PRESS, WIDE, 5 * WIDTHS + 2]) == REST


def test_the_head_never_jumps(clip, face):
    path, _ = clip(*[say("amalawafa")] * 4)
    frames = pictures(path)
    steps = [unlike(a, b, face) for a, b in zip(frames, frames[1:], strict=False)]
    assert max(steps) < 4 * np.median(steps) + 0.5


def test_a_breath_moves_the_person_and_nothing_of_the_room():
    sheet = portraits.draw("leo", 256, 256)
    low = np.arange(256)[:, None] > sheet.pivot[1] + 40
    room = low & (cv2.dilate(sheet.matte, np.ones((27, 27), np.uint8)) == 0)
    rising, everywhere = breathing(sheet), breathing(replace(sheet, matte=None))
    assert room.sum() > 200 and everywhere[room].min() > 0.5
    assert rising[room].max() == 0.0
    person = low & (sheet.matte == 255)
    assert np.allclose(rising[person], everywhere[person], atol=0.02)
    assert (
        np.abs(np.diff(rising, axis=1)).max() * BREATH / 2 < 0.3
    )  # pixels for each pixel: nothing tears at a shoulder


def test_the_idle_face_blinks_and_opens_its_eyes_again(idle, face):
    box = face.eyes_box
    edge = 6
    eyes = {
        name: full_range(face.eyes_luma[1, 0, lid])[edge:-edge, edge:-edge]
        for name, lid in (("open", 0), ("closed", 4))
    }
    area = [f[box.y - 6 : box.y + box.height + 6, box.x - 6 : box.x + box.width + 6] for f in idle]
    scores = {name: [cv2.matchTemplate(a, e, cv2.TM_SQDIFF).min() for a in area] for name, e in eyes.items()}
    closed = [c < o for c, o in zip(scores["closed"], scores["open"], strict=True)]
    assert 2 <= "".join(map(str, map(int, closed))).count("01") <= 5
    assert not closed[0] and not closed[-1]
    assert sum(closed) < 25


def test_no_seam_shows_where_the_mouth_was_put_in(face):
    """Outside the mouth's own box a frame equals the posed head to the last pixel, whatever the mouth does."""
    from videos.renderers.local import nv12
    from videos.renderers.local.compose import RESTING, Composer

    composer = Composer(face)
    for pose in range(0, 128, 8):
        frame = nv12.split(composer.frame(pose, WIDE, RESTING))[0]
        rest = nv12.split(np.asarray(face.poses[pose]))[0]
        changed = np.argwhere(frame != rest)
        box, reach = face.mouth_box, 6
        assert len(changed)
        assert changed[:, 0].min() >= box.y - reach and changed[:, 0].max() < box.y + box.height + reach
        assert changed[:, 1].min() >= box.x - reach and changed[:, 1].max() < box.x + box.width + reach


def test_the_poster_is_the_first_frame_of_the_idle_loop(renderer, idle, tmp_path):
    for name in ("poster.jpg", "poster.png"):
        renderer.poster(LEO, tmp_path / name, FORMAT)
        still = cv2.imread(str(tmp_path / name), cv2.IMREAD_GRAYSCALE)
        assert np.abs(still.astype(int) - idle[0]).mean() < 4
