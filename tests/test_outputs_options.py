"""How a video may look: what can be asked for, and what is refused, by name."""

from typing import Any

import pytest

from tests.persona import Account
from twins.models import Replica, Twin
from videos import options, services
from videos.models import Video
from videos.options import OptionRefused

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE, PAGE = "https://example.com/a.jpg", "https://example.com/"


@pytest.fixture
def alice() -> Account:
    return Account()


@pytest.fixture
def twin(alice: Account) -> Twin:
    return alice.twin()


def refused(given: dict[str, Any]) -> str:
    with pytest.raises(OptionRefused) as error:
        options.read(given)
    assert error.value.code == "option_invalid"
    return error.value.message


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, ""),
        ({"background": "own"}, ""),
        ({"background_color": "#1D3B5C"}, "color"),
        ({"background": "green"}, "green"),
        ({"background": "transparent"}, "transparent"),
        ({"background_source_url": PICTURE}, "media"),
        ({"background_url": PAGE, "background_scroll_depth": "bottom"}, "page"),
    ],
)
def test_the_kind_of_background_is_named_or_follows(given: dict[str, Any], kind: str) -> None:
    assert options.read(given)["background"] == kind


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"background": "pink"}, "background: Choose one of: own, color, green"),
        ({"background": 3}, "background: Give a text."),
        ({"background": "color"}, "background_color: It is needed"),
        ({"background_color": "red"}, "background_color: Write it as #rrggbb"),
        ({"background_color": "#12345g"}, "background_color: Write it as #rrggbb"),
        ({"background": "green", "background_color": "#000000"}, "background_color: It does not go with"),
        ({"background_url": PAGE, "background_source_url": PICTURE}, "Give either background_source_url or"),
        ({"background_source_url": "http://127.0.0.1/a"}, "background_source_url: This address cannot be used"),
        ({"background_url": "file:///etc/passwd"}, "background_url: This address cannot be used"),
        ({"watermark_url": "http://169.254.169.254/"}, "watermark_url: This address cannot be used"),
        ({"background_scroll_type": "smooth"}, "background_scroll: Only a page scrolls: give background_url"),
        ({"background_url": PAGE, "background_scroll_type": "fast"}, "background_scroll_type: Choose one of"),
        ({"background_url": PAGE, "background_scroll": "yes"}, "background_scroll: Give true or false."),
        ({"aspect_ratio": "4:3"}, "aspect_ratio: Choose one of: 1:1, 16:9, 9:16."),
        ({"resolution": 4320}, "resolution: Choose one of: 512, 720, 1080."),
        ({"width": 640}, "width: Give both width and height."),
        ({"width": 641, "height": 480}, "width: Give an even number"),
        ({"width": 640, "height": 100}, "height: Give an even number"),
        ({"width": 1280, "height": 400}, "width: No side may be more than twice"),
        ({"width": 640, "height": 480, "aspect_ratio": "1:1"}, "width: Give either a size or aspect_ratio."),
        ({"fast": "no"}, "fast: Give true or false."),
    ],
)
def test_what_cannot_be_is_refused_with_the_name_and_the_fix(given: dict[str, Any], words: str) -> None:
    assert words in refused(given)


@pytest.mark.parametrize(
    ("ratio", "resolution", "size"),
    [
        ("1:1", 512, (512, 512)),
        ("16:9", 512, (910, 512)),
        ("16:9", 720, (1280, 720)),
        ("9:16", 720, (720, 1280)),
        ("16:9", 1080, (1920, 1080)),
        ("9:16", 1080, (1080, 1920)),
    ],
)
def test_formats_have_their_usual_sizes(ratio: str, resolution: int, size: tuple[int, int]) -> None:
    fields = options.read({"aspect_ratio": ratio, "resolution": resolution})
    assert (fields["width"], fields["height"]) == size


def test_a_video_is_queued_with_what_was_asked_for(twin: Twin) -> None:
    asked = {"background_url": PAGE, "background_scroll_type": "smooth", "aspect_ratio": "16:9", "resolution": 720}
    video = services.ask(twin, source=Video.Source.TEXT, script="Hello.", options=asked)
    video.refresh_from_db()
    assert (video.background, video.background_url, video.width, video.height) == ("page", PAGE, 1280, 720)
    assert options.scroll_of(video).human is False
    assert options.scroll_of(video).returns is True


def test_without_options_a_video_is_as_it_always_was(twin: Twin) -> None:
    video = services.ask(twin, source=Video.Source.TEXT, script="Hello.")
    assert (video.background, video.watermark_url, video.width, video.fast) == ("", "", 512, False)


def test_footage_is_always_shown_before_its_own_background(twin: Twin) -> None:
    twin.replica = Replica(kind=Replica.Kind.VIDEO, name="Filmed")
    with pytest.raises(OptionRefused, match="background: A replica of a training video"):
        services.ask(twin, source=Video.Source.TEXT, script="Hello.", options={"background": "green"})
    assert not Video.objects.exists()


# -- The Persona dialect


def test_the_persona_dialect_takes_every_option_under_its_own_names(alice: Account, twin: Twin) -> None:
    body = {"twinId": twin.pk, "input": "Hello.", "backgroundColor": "#102030", "width": 640, "height": 360}
    told = alice.data("POST", "videos", {**body, "watermarkUrl": "https://example.com/w.png"})
    video = Video.objects.get(pk=told["videoId"])
    assert (video.background, video.background_color, video.width, video.height) == ("color", "#102030", 640, 360)
    assert video.watermark_url == "https://example.com/w.png"
    assert (told["width"], told["height"]) == (640, 360)
    assert told["hlsUrl"].split("?")[0].endswith(f"/media/videos/{video.pk}/playlist.m3u8")
    assert (told["webmUrl"], told["previewUrl"], told["timingsUrl"]) == (None, None, None)


def test_transparent_is_a_word_of_its_own_there(alice: Account, twin: Twin) -> None:
    told = alice.data("POST", "videos", {"twinId": twin.pk, "input": "Hello.", "transparent": True})
    assert Video.objects.get(pk=told["videoId"]).background == "transparent"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"backgroundColor": "red"}, "backgroundColor: Write it as"),
        ({"backgroundUrl": PAGE, "backgroundSourceUrl": PICTURE}, "Give either backgroundSourceUrl or backgroundUrl."),
        ({"background": "color"}, "backgroundColor: It is needed"),
        ({"transparent": True, "background": "green"}, "transparent: It does not go with"),
        ({"aspectRatio": "2:1"}, "aspectRatio: Choose one of"),
        ({"backgroundScroll": True}, "give backgroundUrl too"),
    ],
)
def test_refusals_speak_the_dialects_names(alice: Account, twin: Twin, body: dict[str, Any], words: str) -> None:
    path = "videos"
    said = alice.refused(400, "option_invalid", "POST", path, {"twinId": twin.pk, "input": "Hello.", **body})
    assert words in said
    assert not Video.objects.exists()
