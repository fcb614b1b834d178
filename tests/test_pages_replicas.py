"""Make a twin: from a photo to a chat with that face, in a browser; and what the pages refuse."""

import re
import wave
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from avatarsite.core.models import User
from tests.factories import make_face, make_twin, make_user
from tests.people import say
from tests.photographs import as_file, astronaut
from tests.stack import Stack
from tests.test_pages_browser import PHONE
from tests.visit import Picture, Visit, difference, visit_in
from twins import consents
from twins.models import Consent, Personality, Replica, Twin, Voice

WORDS = "The harbour museum is open every day from nine to five, and children come in free with their parents. "
ACCOUNT = "from avatarsite.core.models import User; User.objects.create_user('ada@example.org', 'a long pass phrase')"
PASS = "a long pass phrase"


# In process


def form(**changed: Any) -> dict[str, Any]:
    good = {
        "source": "photo", "photo": SimpleUploadedFile("me.jpg", b"a photo"), "name": "Eileen", "headline": "",
        "greeting": "Hello!", "person": "Eileen Collins", "signed_by": "Ada Byron", "agreed": "on", "voice": "",
    }  # fmt: skip
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


@pytest.fixture
def owner(db: None) -> User:
    return make_user()


@pytest.fixture
def account(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.mark.django_db
def test_who_is_not_logged_in_is_asked_to(client: Client) -> None:
    assert client.get("/twins/new")["Location"] == "/login?next=/twins/new"
    assert "Log in" in client.get("/login").content.decode()


def test_a_twin_is_made_at_once_and_waits_for_its_face(account: Client, owner: User) -> None:
    answer = account.post("/twins/new", form())
    twin = Twin.objects.get()
    assert answer["Location"] == f"/twins/{twin.pk}/progress"
    assert (twin.owner, twin.name, twin.is_public) == (owner, "Eileen", False)
    assert twin.replica and (twin.replica.status, twin.replica.owner) == ("queued", owner)
    assert twin.personality and twin.personality.greeting == "Hello!"
    consent = Consent.objects.get(replica=twin.replica)
    assert (consent.person, consent.signed_by) == ("Eileen Collins", "Ada Byron")
    told = account.get(f"/twins/{twin.pk}/progress", HTTP_ACCEPT="application/json").json()
    assert (told["state"], told["stage"]) == ("training", "Waiting for its turn")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"photo": None}, "Choose the photo that the twin is made from."),
        ({"name": ""}, "Give the twin a name."),
        ({"greeting": ""}, "Write what it says first."),
        ({"person": ""}, "Whose face is it?"),
        ({"signed_by": ""}, "Sign with your full name"),
        ({"agreed": None}, "Without the person&#x27;s consent no twin can be made."),
        ({"source": "video"}, "Choose the video that the twin is made from."),
        ({"sample": SimpleUploadedFile("a.wav", b"no sound")}, "The file is none of MP4"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_nothing_is_made(
    account: Client, changed: dict[str, Any], words: str
) -> None:
    answer = account.post("/twins/new", form(**changed))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not any(model.objects.exists() for model in (Twin, Replica, Voice, Consent, Personality))


def test_a_video_needs_no_signature(account: Client) -> None:
    film = SimpleUploadedFile("me.mp4", b"a film")
    account.post("/twins/new", form(source="video", photo=None, video=film, person="", signed_by="", agreed=None))
    assert Replica.objects.get().kind == "video" and not Consent.objects.exists()


def test_after_a_failure_it_says_what_to_do_and_starting_again_keeps_the_words(account: Client) -> None:
    account.post("/twins/new", form())
    twin = Twin.objects.get()
    Replica.objects.update(status="error", status_details="No face was found in the photo. Send a sharp one.")
    page = account.get(f"/twins/{twin.pk}/progress").content.decode()
    assert "Send a sharp one." in page and "What you sent is deleted already." in page
    answer = account.post(f"/twins/{twin.pk}/again", follow=True)
    assert 'value="Eileen Collins"' in answer.content.decode()
    assert not any(model.objects.exists() for model in (Twin, Replica, Consent, Personality))


def test_a_twin_that_works_is_not_dropped_by_starting_again(account: Client, owner: User) -> None:
    twin = make_twin(owner=owner)
    account.post(f"/twins/{twin.pk}/again")
    assert Twin.objects.get() == twin


def test_the_consent_can_be_taken_back(account: Client, owner: User) -> None:
    twin = make_twin(owner=owner, replica=make_face(owner=owner))
    consents.state(owner, "Ada", "She agrees.", "Ada", replica=twin.replica)
    page = account.post(f"/twins/{twin.pk}/revoke", follow=True).content.decode()
    assert "taken back the consent" in page
    twin.refresh_from_db()
    assert twin.trouble and account.get(f"/twins/{twin.pk}/portrait.jpg").status_code == 404


@pytest.mark.parametrize("page", ["progress", "again", "revoke"])
def test_pages_of_others_are_not_there(account: Client, page: str) -> None:
    twin = make_twin(owner=make_user("bob@example.org"))
    consents.state(twin.owner, "Bob", "He agrees.", "Bob", replica=twin.replica)
    call = account.get if page == "progress" else account.post
    assert call(f"/twins/{twin.pk}/{page}").status_code == 404
    twin.refresh_from_db()
    assert twin.trouble == ""


# In a browser, on the running product


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("files")
    (folder / "face.jpg").write_bytes(as_file(astronaut(), "JPEG"))
    sound = say(WORDS * 2)
    with wave.open(str(folder / "voice.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sound.sample_rate)
        out.writeframes(sound.pcm)
    return {path.stem: str(path) for path in Path(folder).iterdir()}


@pytest.fixture(scope="module")
def home(stack: Stack) -> str:
    stack.manage("shell", "-c", ACCOUNT)
    return stack.url


def log_in(page: Page, home: str) -> None:
    page.goto(f"{home}/twins/new")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password").fill(PASS)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Make a twin")).to_be_visible()


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_from_a_photo_to_an_answer_with_that_face(visit: Visit, home: str, files: dict[str, str]) -> None:
    page = visit.page
    page.set_default_timeout(90_000)  # the voice is fitted while the form is sent
    log_in(page, home)
    page.get_by_label("Photo", exact=True).set_input_files(files["face"])
    page.get_by_label("Name of the twin").fill("Eileen")
    page.get_by_label("Who is seen").fill("Eileen Collins")
    page.get_by_label("Signed by").fill("Ada Byron")
    page.get_by_label("The statement above is true.").check()
    page.get_by_label("A recording of the voice").set_input_files(files["voice"])
    page.get_by_role("button", name="Make the twin").click()
    expect(page.get_by_role("heading", name="Eileen is ready.")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Talk to Eileen").click()
    expect(page.locator(".stage.moving")).to_be_visible(timeout=60_000)
    assert looks_like(visit.frame(".idle"), astronaut())
    visit.say("Who are you?")
    visit.state("talking", seconds=60)
    frames = [visit.frame(".clip")]
    for _ in range(6):
        page.wait_for_timeout(150)
        frames.append(visit.frame(".clip"))
    assert looks_like(frames[0], astronaut())
    assert max(difference(frames[0], later) for later in frames[1:]) > 0.5
    visit.state("ready", seconds=60)


def looks_like(frame: Picture, photo: np.ndarray) -> bool:
    """Whether a piece of the photo, her face, is found in the frame at some size; 1 is the same picture."""
    face = cv2.cvtColor(photo[70:180, 165:275], cv2.COLOR_RGB2GRAY)
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    sizes = (cv2.resize(face, None, fx=scale, fy=scale) for scale in np.arange(0.8, 3.6, 0.1))
    best = max(float(cv2.matchTemplate(grey, size, cv2.TM_CCOEFF_NORMED).max()) for size in sizes)
    return best > 0.8


@pytest.mark.browser
def test_on_a_phone_nothing_overflows_and_mistakes_come_into_view(chromium: Browser, home: str) -> None:
    context = chromium.new_context(viewport=PHONE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    page = visit_in(context).page
    for path in ("/login", "/twins/new"):
        if path == "/twins/new":
            log_in(page, home)
        else:
            page.goto(home + path)
        assert page.locator("html").evaluate("(it) => it.scrollWidth") == PHONE["width"], path
    page.get_by_role("button", name="Make the twin").click()
    expect(page.get_by_role("alert")).to_be_focused()
    name = page.get_by_label("Name of the twin")
    expect(name).to_have_attribute("aria-invalid", "true")
    described = (name.get_attribute("aria-describedby") or "").split()
    shown = " ".join(page.locator(f"#{part}").inner_text() for part in described)
    assert re.search("Give the twin a name", shown)
    assert page.locator("html").evaluate("(it) => it.scrollWidth") == PHONE["width"]
    context.close()


@pytest.mark.browser
def test_the_form_is_filled_with_the_keyboard_and_a_video_asks_for_other_things(visit: Visit, home: str) -> None:
    page = visit.page
    log_in(page, home)
    page.get_by_label("A photo").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("A video")).to_be_checked()
    expect(page.get_by_text("The person first says, to the camera:")).to_be_visible()
    expect(page.get_by_label("Who is seen")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Video", exact=True)).to_be_focused()
