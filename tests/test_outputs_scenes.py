"""People before other backgrounds than their own: what is decoded from the files must show it."""

import av
import cv2
import numpy as np
import pytest

from avatarsite.core.engines import EngineFailed
from tests.film_files import decoded, film_of, rgb_of, yuv_of
from tests.renderer_fixtures import say
from twins import portraits
from videos.renderers.base import FaceRef, Scene, Scroll, VideoFormat
from videos.renderers.local.cutout import cut_out
from videos.renderers.local.engine import LocalRenderer
from videos.renderers.local.scrolling import offsets

pytestmark = pytest.mark.engine
AMARA = FaceRef("drawn", "amara")
SIZE = VideoFormat(192, 192)
SPEECH = say("amalobaoe")
GREEN = (0, 255, 155)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("scenes")


@pytest.fixture(scope="module")
def renderer(folder):
    running = LocalRenderer(folder / "faces")
    yield running
    running.close()


@pytest.fixture(scope="module")
def shown(renderer, folder):
    """Renders a scene; gives its path."""

    def render(scene, size=SIZE, face=AMARA):
        path = folder / f"{len(list(folder.iterdir()))}.mp4"
        list(renderer.render(face, iter([SPEECH]), path, size, scene))
        return path

    return render


@pytest.fixture(scope="module")
def own(shown):
    return decoded(shown(Scene()))


@pytest.fixture(scope="module")
def alpha(shown, folder):
    """The WebM of a transparent clip, and its MP4."""
    webm = folder / "alpha.webm"
    return webm, shown(Scene(color="#00ff9b", webm=str(webm)))


# -- The person, cut out


def test_the_matte_of_a_drawn_portrait_is_full_on_the_face_and_empty_beside_it():
    sheet = portraits.draw("amara", 192, 192)
    assert sheet.matte[100, 96] == 255
    assert sheet.matte[:150, :12].max() == 0
    assert ((sheet.matte > 20) & (sheet.matte < 235)).sum() > 200  # hair has soft edges


@pytest.mark.parametrize("name", ["amara", "leo", "sofia"])  # curls, strands that stand out, long hair
def test_a_cut_out_person_keeps_no_color_of_the_room(name):
    """Laid back over another color, nothing of the old one shines through hair and edges."""
    sheet = portraits.draw(name, 128, 128)
    cut = cut_out(sheet)
    solid = sheet.matte == 255
    assert np.abs(cut.image[solid].astype(int) - sheet.image[solid]).max() <= 1
    soft = (sheet.matte > 60) & (sheet.matte < 250)
    share = (sheet.matte / 255)[..., None]
    room = np.median(sheet.image[:8, :8].reshape(-1, 3), 0)
    back = cut.image * share + room * (1 - share)
    # over the room's color it is as it was drawn, up to what the room varies by
    assert np.abs(back - sheet.image)[soft].mean() < 24


def test_the_mouth_moves_before_another_background_as_before_its_own(own, shown):
    green = decoded(shown(Scene(color="#00ff9b")))
    face = (slice(60, 118), slice(78, 112))
    assert len(green) == len(own)
    differences = [np.abs(a[face].astype(int) - b[face].astype(int)).mean() for a, b in zip(own, green, strict=True)]
    assert max(differences) < 4


# -- Colors


@pytest.mark.parametrize("color", ["#00ff9b", "#1d3b5c", "#ffffff", "#c8102e"])
def test_a_color_is_met_exactly(shown, color):
    wanted = [int(color[n : n + 2], 16) for n in (1, 3, 5)]
    y, u, v = yuv_of(shown(Scene(color=color)), frame=3)
    for row, column in ((4, 4), (4, 180), (90, 6)):
        found = rgb_of(y[row, column], u[row // 2, column // 2], v[row // 2, column // 2])
        assert np.abs(found - wanted).max() <= 2, (color, found)


def test_the_green_screen_is_flat_over_every_frame(shown):
    for picture in decoded(shown(Scene(color="#00ff9b"))):
        corner = picture[:40, :30].reshape(-1, 3).astype(int)
        assert np.abs(corner - [0, 255, 153]).max() <= 4  # swscale rounds the blue of this green to 153


# -- Pictures and films


def test_a_picture_covers_the_frame_whatever_its_shape(shown, folder):
    picture = np.zeros((40, 300, 3), np.uint8)
    picture[:, :150], picture[:, 150:] = (0, 0, 200), (200, 0, 0)  # BGR: red, then blue
    cv2.imwrite(str(folder / "wide.png"), picture)
    frame = decoded(shown(Scene(file=str(folder / "wide.png"))))[0].astype(int)
    assert frame[5, 5, 0] > 150 > frame[5, 5, 2]
    assert frame[5, 187, 2] > 150 > frame[5, 187, 0]


def test_a_film_plays_at_its_own_pace_and_fades_over_into_its_beginning(shown, folder):
    """Its grey tells the film's time; it lasts 0.8 s, the clip 1.7 s."""
    film_of(folder / "grey.mp4", [np.full((96, 96, 3), 20 + 10 * n, np.uint8) for n in range(20)], fps=25)
    greys = [picture[:20, :20].mean() for picture in decoded(shown(Scene(file=str(folder / "grey.mp4"))))]
    steps = np.diff(greys)
    assert abs(greys[0] - 20) < 6
    assert np.all((steps[:6] > 6) & (steps[:6] < 14))  # one picture of the film for each of the clip's
    assert steps.min() > -40  # it never jumps back: that would be a step of 190
    assert min(greys[15:35]) < 150  # and yet it has begun again


def test_what_is_no_picture_and_no_film_is_refused_in_words(shown, folder):
    (folder / "page.html").write_bytes(b"<html>" + b"x" * 200)
    with pytest.raises(EngineFailed, match="The background cannot be used") as refused:
        shown(Scene(file=str(folder / "page.html")))
    assert refused.value.code == "background_unusable"


def test_a_broken_watermark_is_refused_in_words(shown, folder):
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    with pytest.raises(EngineFailed, match="The watermark cannot be used") as refused:
        shown(Scene(watermark=str(folder / "broken.png")))
    assert refused.value.code == "watermark_unusable"


def test_a_face_without_a_matte_is_refused_another_background(shown):
    video = FaceRef("video", "r1", package="/nowhere")
    with pytest.raises(EngineFailed) as refused:
        shown(Scene(color="#000000"), face=video)
    assert refused.value.code == "no_matte"


# -- Watermark


def test_a_watermark_stands_in_the_top_right_corner_with_its_transparency(own, shown, folder):
    mark = np.zeros((100, 200, 4), np.uint8)
    mark[:, :100] = (0, 0, 255, 255)  # red; the right half is transparent
    cv2.imwrite(str(folder / "mark.png"), mark)
    frame = decoded(shown(Scene(watermark=str(folder / "mark.png"))))[0].astype(int)
    changed = np.abs(frame - own[0]).sum(2) > 90
    rows, columns = np.nonzero(changed)
    assert rows.max() < 40
    assert columns.min() > 140
    assert columns.max() < 172  # the transparent half shows nothing
    assert frame[14, 155, 0] > 180 > 60 > frame[14, 155, 1]


# -- Alpha


def test_a_transparent_clip_is_vp9_with_alpha_and_opus(alpha):
    pictures, streams = decoded(alpha[0], alpha=True), film_streams(alpha[0])
    assert streams == ["vp9", "opus"]
    assert len(pictures) == len(decoded(alpha[1]))
    opacity = pictures[2][..., 3]
    assert opacity[100, 96] > 250
    assert opacity[:60, :12].max() < 5


def test_colors_of_the_transparent_clip_are_the_persons_alone(alpha, own):
    picture = decoded(alpha[0], alpha=True)[2].astype(int)
    face = (slice(90, 110), slice(80, 112))
    assert np.abs(picture[face][..., :3] - own[2][face]).mean() < 8


def film_streams(path):
    with av.open(str(path)) as file:
        return [stream.codec_context.name.replace("libvpx-", "") for stream in file.streams]


# -- Pages


def test_before_a_page_the_person_stands_in_the_corner(shown, folder):
    page = np.full((900, 320, 3), 255, np.uint8)
    cv2.imwrite(str(folder / "page.png"), page)
    scene = Scene(file=str(folder / "page.png"), scroll=Scroll())
    frame = decoded(shown(scene, VideoFormat(320, 180)))[0]
    person = np.abs(frame.astype(int) - 255).sum(2) > 60
    rows, columns = np.nonzero(person)
    assert rows.min() > 180 * 0.4
    assert rows.max() == 179
    assert columns.max() < 320 * 0.4


@pytest.mark.parametrize("human", [True, False])
@pytest.mark.parametrize("bottom", [True, False])
@pytest.mark.parametrize("returns", [True, False])
def test_a_page_is_scrolled_as_asked(human, bottom, returns):
    rows = offsets(2000, VideoFormat(640, 360, 25), Scroll(human=human, bottom=bottom, returns=returns))
    seen = [next(rows) for _ in range(25 * 120)]
    deepest = 1640 if bottom else 820
    assert seen[0] == 0
    assert max(seen) == pytest.approx(deepest, abs=16)
    assert seen[-1] == (0 if returns else pytest.approx(deepest, abs=16))
    assert not any(row % 2 for row in seen)
    steps = {abs(after - before) for before, after in zip(seen, seen[1:], strict=False)}
    assert max(steps) < 80  # it moves, it does not jump


def test_a_page_that_is_not_to_move_stands_still():
    rows = offsets(2000, VideoFormat(640, 360), Scroll(moves=False))
    assert {next(rows) for _ in range(500)} == {0}
