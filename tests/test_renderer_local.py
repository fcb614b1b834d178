"""The local renderer, by its files: what is decoded from them must show what was said."""

import os
import re
import resource
import signal
import threading
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from avatarsite.core.engines import EngineFailed
from twins.faces import OPENINGS, WIDTHS
from twins.portraits import draw
from twins.tts.base import AudioChunk, Phoneme
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local.cache import FaceCache, check
from videos.renderers.local.clip import TAIL
from videos.renderers.local.engine import MSE_CODECS, LocalRenderer, finish
from videos.renderers.local.mouth import FIRST_PRESS, REST
from videos.renderers.local.visemes import NEUTRAL, PRESSED, TUCKED, visemes

pytestmark = pytest.mark.engine

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
        cv2.matchTemplate(area, _full_range(face.mouth_luma[s])[edge:-edge, edge:-edge], cv2.TM_SQDIFF).min()
        for s in shapes
    ]
    return shapes[int(np.argmin(scores))]


def _full_range(luma):
    return ((luma.astype(np.float32) - 16) * 255 / 219).clip(0, 255).astype(np.uint8)


def frames_of(symbols, wanted, each=0.12, fps=25):
    """Numbers of the frames whose whole time lies within the wanted sound."""
    at = symbols.index(wanted)
    return range(int(np.ceil(at * each * fps)), int((at + 1) * each * fps))


# -- The file


def test_a_clip_lasts_as_long_as_its_speech_and_a_moment_of_rest(clip):
    path, progress = clip(say("ama"), say("la"))
    assert len(pictures(path)) == 15 + 25 * TAIL
    assert progress[-1].seconds == pytest.approx(15 / 25 + TAIL)


@pytest.mark.parametrize("fps", [25, 30])
def test_frames_come_at_the_asked_rate_and_size(clip, fps):
    path, _ = clip(say("ama"), fps=fps)
    with av.open(str(path), format="mp4") as file:
        video = file.streams.video[0]
        assert (video.average_rate, video.width, video.height) == (fps, 256, 256)


def test_the_codecs_announced_to_browsers_are_those_in_the_file(clip):
    path, _ = clip(say("ama"))
    data = path.read_bytes()
    profile = data[data.index(b"avcC") + 5 :][:3].hex()
    assert f"avc1.{profile}" in MSE_CODECS
    with av.open(str(path), format="mp4") as file:
        audio = file.streams.audio[0].codec_context
        assert (audio.name, audio.profile, audio.sample_rate, audio.layout.name) == ("aac", "LC", 48000, "mono")


def test_colours_are_declared_so_that_no_player_guesses(clip):
    path, _ = clip(say("ama"))
    with av.open(str(path), format="mp4") as file:
        frame = next(file.decode(video=0))
        assert (int(frame.colorspace), int(frame.color_range)) == (1, 1)  # BT.709, limited


def test_the_growing_file_can_be_played_up_to_every_progress(clip, tmp_path):
    path, progress = clip(*[say("amaloba")] * 4)
    assert len(progress) >= 4
    for step in progress:
        part = tmp_path / "part.mp4"
        part.write_bytes(path.read_bytes()[: step.size])
        assert len(pictures(part)) == round(step.seconds * 25)


def test_only_the_last_progress_is_final_and_it_covers_the_file(clip):
    path, progress = clip(*[say("amaloba")] * 4)
    assert [step.final for step in progress] == [False] * (len(progress) - 1) + [True]
    assert progress[-1].size == path.stat().st_size


def test_every_fragment_begins_with_a_key_frame(clip):
    path, progress = clip(*[say("amaloba")] * 4)
    with av.open(str(path), format="mp4") as file:
        keys = [round(packet.pts * packet.time_base * 25) for packet in file.demux(video=0) if packet.is_keyframe]
    assert keys == [0, *(round(step.seconds * 25) for step in progress[:-1] if step.seconds < progress[-1].seconds)]


def test_the_finished_copy_has_its_index_in_front_and_the_same_content(clip, tmp_path):
    path, progress = clip(*[say("amaloba")] * 3)
    final = tmp_path / "final.mp4"
    assert finish(path, final) == pytest.approx(progress[-1].seconds)
    data = final.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"moof" not in data
    assert all(np.array_equal(a, b) for a, b in zip(pictures(path), pictures(final), strict=True))
    assert np.array_equal(sound(path), sound(final))


def test_sound_is_where_it_was_spoken(clip, tmp_path):
    silence = np.zeros(RATE, np.int16)
    silence[RATE // 2 : RATE // 2 + 200] = 20000
    path, _ = clip(AudioChunk(silence.tobytes(), RATE), AudioChunk(silence.tobytes(), RATE))
    finish(path, tmp_path / "final.mp4")
    for file in (path, tmp_path / "final.mp4"):
        heard = np.flatnonzero(np.abs(sound(file)) > 0.3)
        assert abs(heard[0] / 48000 - 0.5) < 0.005
        assert abs(heard[heard > 48000][0] / 48000 - 1.5) < 0.005


@pytest.mark.parametrize("rate", [16000, 24000, 44100])
def test_any_sample_rate_keeps_its_pitch(clip, rate):
    tone = (8000 * np.sin(2 * np.pi * 500 * np.arange(rate) / rate)).astype(np.int16)
    path, _ = clip(AudioChunk(tone.tobytes(), rate))
    heard = sound(path)[4800:43200]
    assert np.argmax(np.abs(np.fft.rfft(heard))) * 48000 / len(heard) == pytest.approx(500, abs=2)


def test_chunks_follow_each_other_without_a_click(clip):
    tone = (8000 * np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE)).astype(np.int16)
    pieces = [AudioChunk(tone[i : i + 1000].tobytes(), RATE) for i in range(0, RATE, 1000)]
    path, _ = clip(*pieces)
    heard = sound(path)[4800:43200]
    assert np.abs(np.diff(heard, 2)).max() < 0.01


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


def test_speech_without_phonemes_still_moves_the_mouth(clip, face):
    speech = replace(say(["a", "", "a", "", "a", ""], 0.3), phonemes=())
    path, _ = clip(speech)
    frames = pictures(path)
    assert shown(frames[4], face, [REST, WIDE, 6 * WIDTHS + 2]) != REST
    assert shown(frames[12], face, [REST, WIDE, 6 * WIDTHS + 2]) == REST


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


@pytest.fixture
def idle(renderer, tmp_path):
    path = tmp_path / "idle.mp4"
    list(renderer.idle(LEO, path, FORMAT))
    return pictures(path)


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


def test_the_idle_face_blinks_and_opens_its_eyes_again(idle, face):
    box = face.eyes_box
    edge = 6
    eyes = {
        name: _full_range(face.eyes_luma[1, 0, lid])[edge:-edge, edge:-edge]
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


# -- Streaming


def test_progress_comes_while_the_next_sentence_is_still_being_written(renderer, tmp_path):
    heard = threading.Event()

    def speech():
        yield say("amaloba")
        assert heard.wait(60)
        yield say("amaloba")

    steps = renderer.render(LEO, speech(), tmp_path / "clip.mp4", FORMAT)
    seconds = 0.0
    while seconds < 0.8:  # all whole frames of the first 0.84 s, before any more is said
        seconds = next(steps).seconds
    assert seconds == pytest.approx(0.84, abs=0.001)
    heard.set()
    assert list(steps)[-1].seconds == pytest.approx(1.68 + TAIL)


def test_a_cancelled_clip_stops_and_its_process_serves_the_next(renderer, clip, tmp_path):
    def endless():
        while True:
            yield say("amaloba")

    steps = renderer.render(LEO, endless(), tmp_path / "clip.mp4", FORMAT)
    next(steps)
    before = processes(renderer)
    steps.close()
    size = (tmp_path / "clip.mp4").stat().st_size
    clip(say("ama"))
    assert (tmp_path / "clip.mp4").stat().st_size == size
    assert processes(renderer) == before


def test_a_cancelled_clip_closes_its_speech(renderer, tmp_path):
    closed = threading.Event()

    def speech():
        try:
            while True:
                yield say("amaloba")
        finally:
            closed.set()

    steps = renderer.render(LEO, speech(), tmp_path / "clip.mp4", FORMAT)
    next(steps)
    steps.close()
    assert closed.wait(10)


def test_what_the_speech_raises_goes_on_to_the_caller(renderer, clip, tmp_path):
    def speech():
        yield say("amaloba")
        raise EngineFailed("The voice is gone.", "tts_timeout", retryable=True)

    clip(say("ama"))
    before = processes(renderer)
    with pytest.raises(EngineFailed) as failure:
        list(renderer.render(LEO, speech(), tmp_path / "clip.mp4", FORMAT))
    assert failure.value.code == "tts_timeout"
    clip(say("ama"))
    assert processes(renderer) == before


def test_without_a_word_there_is_no_clip(renderer, tmp_path):
    with pytest.raises(EngineFailed) as failure:
        list(renderer.render(LEO, [], tmp_path / "clip.mp4", FORMAT))
    assert failure.value.code == "no_speech"
    assert not (tmp_path / "clip.mp4").exists()


def test_two_clips_are_made_at_once(cache_dir, tmp_path):
    renderer = LocalRenderer(cache_dir, processes=2)
    both_run = threading.Barrier(2, timeout=60)

    def speech():
        yield say("amaloba")
        both_run.wait()  # reached only when both clips are under way
        yield say("ama")

    def render(name):
        list(renderer.render(LEO, speech(), tmp_path / name, FORMAT))

    threads = [threading.Thread(target=render, args=(f"{n}.mp4",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    renderer.close()
    assert [len(pictures(tmp_path / f"{n}.mp4")) for n in range(2)] == [30 + 25 * TAIL] * 2


# -- What goes wrong


def processes(renderer):
    return {child.process.pid for child in renderer._pool._living if child.process.poll() is None}


def peak_memory(pid):
    """Megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def test_a_killed_process_fails_its_clip_and_the_next_works(renderer, clip, tmp_path):
    def speech():
        yield say("amaloba")
        for pid in processes(renderer):
            os.kill(pid, signal.SIGKILL)
        yield say("amaloba")

    with pytest.raises(EngineFailed) as failure:
        list(renderer.render(LEO, speech(), tmp_path / "clip.mp4", FORMAT))
    assert (failure.value.code, failure.value.retryable) == ("engine_crashed", True)
    path, _ = clip(say("ama"))
    assert len(pictures(path)) == 9 + 25 * TAIL


def test_a_process_that_hangs_is_given_up_on(cache_dir, tmp_path):
    renderer = LocalRenderer(cache_dir, silence=1.0)

    def speech():
        yield say("amaloba")
        for pid in processes(renderer):
            os.kill(pid, signal.SIGSTOP)
        yield say("amaloba")

    with pytest.raises(EngineFailed) as failure:
        list(renderer.render(LEO, speech(), tmp_path / "clip.mp4", FORMAT))
    renderer.close()
    assert failure.value.code == "engine_timeout"


def test_a_full_disk_is_said_to_be_full_and_the_process_lives_on(renderer, clip, tmp_path):
    clip(say("ama"))
    before = processes(renderer)
    (pid,) = before
    unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
    with pytest.raises(EngineFailed) as failure:
        list(renderer.render(LEO, [say("amaloba")] * 8, tmp_path / "clip.mp4", FORMAT))
    resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
    assert failure.value.code == "disk_full"
    clip(say("ama"))
    assert processes(renderer) == before


def test_an_existing_file_is_not_written_over(renderer, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"mine")
    with pytest.raises(EngineFailed) as failure:
        list(renderer.render(LEO, [say("ama")], path, FORMAT))
    assert failure.value.code == "storage_failed"
    assert path.read_bytes() == b"mine"


@pytest.mark.parametrize("face", [FaceRef("drawn", "nobody"), FaceRef("drawn", "../leo"), FaceRef("photo", "leo")])
def test_an_unknown_face_is_refused(renderer, tmp_path, face):
    for call in (
        lambda: list(renderer.render(face, [say("ama")], tmp_path / "clip.mp4", FORMAT)),
        lambda: list(renderer.idle(face, tmp_path / "clip.mp4", FORMAT)),
        lambda: renderer.poster(face, tmp_path / "poster.png", FORMAT),
        lambda: renderer.warm([face], FORMAT),
    ):
        with pytest.raises(EngineFailed) as failure:
            call()
        assert failure.value.code == "face_unusable"


@pytest.mark.parametrize(
    "impossible", [VideoFormat(255, 256), VideoFormat(0, 256), VideoFormat(256, 9000), VideoFormat(256, 256, 0)]
)
def test_a_format_that_cannot_be_made_is_refused(renderer, tmp_path, impossible):
    with pytest.raises(EngineFailed) as failure:
        list(renderer.render(LEO, [say("ama")], tmp_path / "clip.mp4", impossible))
    assert failure.value.code == "format_unsupported"


def test_pictures_may_be_wide_or_tall(renderer, tmp_path):
    for number, size in enumerate((VideoFormat(320, 180), VideoFormat(180, 320))):
        path = tmp_path / f"{number}.mp4"
        list(renderer.render(LEO, [say("ama")], path, size))
        assert pictures(path)[0].shape == (size.height, size.width)


@pytest.mark.parametrize(
    "broken",
    [
        lambda sheet: replace(sheet, mouth=sheet.mouth[:5]),
        lambda sheet: replace(sheet, mouth_box=replace(sheet.mouth_box, x=sheet.mouth_box.x + 1)),
        lambda sheet: replace(sheet, eyes_box=replace(sheet.eyes_box, y=-2)),
        lambda sheet: replace(sheet, depth=sheet.depth * np.nan),
    ],
)
def test_a_broken_face_sheet_is_refused(broken):
    sheet = draw("leo", 128, 128)
    check(sheet)
    with pytest.raises(EngineFailed) as failure:
        check(broken(sheet))
    assert failure.value.code == "face_unusable"


def test_a_damaged_cache_is_made_anew(tmp_path):
    size = VideoFormat(128, 128)
    FaceCache(tmp_path).get(LEO, size)
    for file in tmp_path.glob("*/poses.npy"):
        with file.open("r+b") as opened:
            opened.truncate(1000)
    assert FaceCache(tmp_path).get(LEO, size).poses.shape == (128, 192, 128)


def test_a_face_is_drawn_once_for_all_processes(tmp_path):
    size = VideoFormat(128, 128)
    FaceCache(tmp_path).get(LEO, size)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.npy")}
    FaceCache(tmp_path).get(LEO, size)
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.npy")} == before


def test_only_the_newest_version_of_a_face_is_kept(tmp_path, monkeypatch):
    size = VideoFormat(128, 128)
    for version in (1001, 1002):
        monkeypatch.setattr("twins.portraits.VERSION", version)
        FaceCache(tmp_path).get(LEO, size)
    assert [folder.name.split("-")[1] for folder in tmp_path.glob("[!.]*")] == ["1002"]


def test_memory_does_not_grow_with_the_length_of_the_clip(cache_dir, tmp_path):
    renderer = LocalRenderer(cache_dir)
    sentence = say("amalobafa" * 3)  # 3.24 s
    peaks = []
    for name, sentences in (("short.mp4", 9), ("long.mp4", 37)):
        list(renderer.render(LEO, (sentence for _ in range(sentences)), tmp_path / name, FORMAT))
        (pid,) = processes(renderer)
        peaks.append(peak_memory(pid))
    renderer.close()
    assert peaks[1] < peaks[0] * 1.03
    assert peaks[1] < 400
