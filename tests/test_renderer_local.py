"""The local renderer, by its files: what is decoded from them must show what was said."""

import os
import re
import resource
import signal
import threading
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from avatarsite.core.engines import EngineFailed
from tests.renderer_fixtures import FORMAT, LEO, RATE, pictures, say, sound
from twins.portraits import draw
from twins.tts.base import AudioChunk
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local.cache import FaceCache, check
from videos.renderers.local.clip import TAIL
from videos.renderers.local.engine import MSE_CODECS, LocalRenderer, finish

pytestmark = pytest.mark.engine
pytest_plugins = ["tests.renderer_fixtures"]

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
    with av.open(str(final), format="mp4", options={"ignore_editlist": "1"}) as file:
        assert file.streams.video[0].frames == round(progress[-1].seconds * 25)  # known before anything is read
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
