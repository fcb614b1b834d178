"""The pages in Debian's Chromium, on the running product: what a visitor sees, hears and can do."""

import re
import time
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.client import create_session, wait_for
from tests.stack import Stack
from tests.visit import Picture, Visit, difference, visit_in
from twins import portraits

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
MOVED = 1.0  # mean difference of two pictures, of 255, above which something moved; a still film stays under 0.3
TWINS = "from twins.models import Twin, Voice;"  # what a shell of the installation needs to know
KEEP_LINES = """(line) => {
  line.kept = [];
  new MutationObserver(() => line.textContent && line.kept.push(line.textContent)).observe(line, {childList: true});
}"""


@pytest.fixture
def amara(stack: Stack) -> str:
    return f"{stack.url}/chat/amara"


@pytest.fixture(scope="module")
def strict_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """An installation that takes one message a minute from each conversation, and may be spoiled."""
    running = Stack(tmp_path_factory.mktemp("strict"), CHAT_PER_SESSION="1/m").start()
    yield running
    running.stop()


def test_home_lists_every_twin_with_its_face_and_a_way_to_talk(visit: Visit, stack: Stack) -> None:
    page = visit.open(stack.url).page
    names = page.locator(".card h3").all_inner_texts()
    assert len(names) >= 3 and "Amara" in names
    for portrait in page.locator(".card img").all():
        portrait.scroll_into_view_if_needed()
        expect(portrait).to_have_js_property("naturalWidth", 512)
    page.get_by_role("link", name="Talk to Amara").click()
    expect(page).to_have_url(f"{stack.url}/chat/amara")


def test_home_shows_the_curl_commands_with_its_own_address(visit: Visit, stack: Stack) -> None:
    commands = visit.open(stack.url).page.locator(".command code").all_inner_texts()
    assert f"curl -X POST {stack.url}/api/session/create" in commands
    assert any(f"curl -X POST {stack.url}/api/chat " in command for command in commands)


def test_the_twin_moves_before_the_first_click(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    expect(page.locator(".stage.moving")).to_be_visible(timeout=30_000)
    pictures = [visit.frame(".idle")]
    for _ in range(4):
        page.wait_for_timeout(300)
        pictures.append(visit.frame(".idle"))
    assert max(difference(pictures[0], later) for later in pictures[1:]) > MOVED


def test_start_plays_the_welcome_with_sound_and_then_the_twin_is_ready(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    page.get_by_role("button", name="Start talking").click()
    visit.state("talking")
    assert visit.clip("muted") is False and visit.clip("paused") is False
    expect(page.locator("#start")).to_be_hidden()
    visit.state("ready")
    assert visit.posts("/played") == 1


def test_the_welcome_has_captions_once_it_is_whole(visit: Visit, amara: str, stack: Stack) -> None:
    wait_for(lambda: create_session(stack, twin_id="amara")["welcome_captions_url"])
    page = visit.open(amara).page
    page.get_by_role("button", name="Start talking").click()
    expect(page.locator("#captions .now")).to_be_visible()


def test_with_permission_to_play_sound_the_welcome_needs_no_click(trusting_chromium: Browser, amara: str) -> None:
    context = trusting_chromium.new_context()
    visit = visit_in(context).open(amara)
    visit.state("talking")
    expect(visit.page.locator("#start")).to_be_hidden()
    context.close()
    assert visit.complaints == []


def test_a_message_is_answered_by_a_clip_that_starts_by_itself_moves_its_lips_and_ends_idle(
    visit: Visit, amara: str
) -> None:
    page = visit.open(amara).page
    visit.say("Who are you?")
    visit.state("talking")
    assert visit.clip("muted") is False
    times, pictures = [], []
    while visit.clip("ended") is False and visit.clip("paused") is False and len(times) < 8:
        times.append(visit.clip("currentTime"))
        pictures.append(visit.frame(".clip"))
        page.wait_for_timeout(120)
    assert times == sorted(times) and times[-1] - times[0] > 0.4
    assert max(difference(mouth(pictures[0]), mouth(later)) for later in pictures[1:]) > 3 * MOVED
    visit.state("ready")
    assert visit.posts("/played") == 1
    expect(page.locator(".stage.showing")).to_have_count(0)
    assert page.locator(".idle").evaluate("(video) => video.paused") is False


def mouth(picture: Picture) -> Picture:
    box = portraits.draw("amara", 512, 512).mouth_box
    return picture[box.y : box.y + box.height, box.x : box.x + box.width]


def test_captions_are_the_words_of_the_reply_as_they_are_spoken(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    captions = page.locator("#captions")
    captions.evaluate(KEEP_LINES)
    visit.say("What can you help me with?")
    visit.state("talking")
    expect(captions.locator(".now")).to_be_visible()
    visit.state("ready")
    shown = captions.evaluate("(line) => line.kept")
    assert words_of(" ".join(shown)) == words_of(visit.reply())


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))


def test_the_picture_is_never_black_between_idle_clip_and_idle(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    expect(page.locator(".stage.moving")).to_be_visible(timeout=30_000)
    darkest = 255.0
    visit.say("Hello!")
    visit.state("thinking")
    until = time.monotonic() + 30
    while time.monotonic() < until:
        shot = cv2.imdecode(np.frombuffer(page.locator("#stage").screenshot(), np.uint8), cv2.IMREAD_COLOR)
        assert shot is not None
        middle = shot[shot.shape[0] // 4 : shot.shape[0] // 2, shot.shape[1] // 3 : 2 * shot.shape[1] // 3]
        darkest = min(darkest, float(middle.mean()))
        if visit.posts("/played"):
            break
    assert visit.posts("/played") == 1
    assert darkest > 40


def test_everything_can_be_done_with_the_keyboard(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    expect(page.locator("#start")).to_be_visible(timeout=30_000)
    reached = tab_until(page, "start")
    assert {"captions-toggle", "sound-toggle", "picture-toggle"} <= set(reached)
    page.keyboard.press("Enter")
    visit.state("talking")
    expect(page.get_by_label("Message to")).to_be_focused()
    page.keyboard.press("Escape")
    visit.state("ready", seconds=2)
    page.keyboard.type("First line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line")
    page.keyboard.press("Enter")
    expect(page.locator(".mine .words")).to_have_text("First line\nsecond line", use_inner_text=True)
    visit.state("talking")
    page.keyboard.press("Escape")
    visit.state("ready", seconds=2)


def tab_until(page: Page, wanted: str) -> list[str]:
    """Press Tab until the element with that id has the focus; returns the ids passed, each visibly focused."""
    passed: list[str] = []
    for _ in range(20):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        passed.append(focused.get_attribute("id") or "")
        assert focused.evaluate("(it) => getComputedStyle(it).outlineStyle") == "solid", passed
        if passed[-1] == wanted:
            return passed
    raise AssertionError(f"never reached {wanted}: {passed}")


def test_nothing_overflows_a_phone(chromium: Browser, stack: Stack) -> None:
    context = chromium.new_context(viewport=PHONE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    page = context.new_page()
    for path in ("/", "/chat/amara", "/nowhere"):
        page.goto(stack.url + path, wait_until="load")
        assert page.locator("html").evaluate("(it) => it.scrollWidth") == 390, path
    context.close()


def test_with_reduced_motion_the_idle_twin_stands_still_and_the_clip_still_plays(chromium: Browser, amara: str) -> None:
    context = chromium.new_context(reduced_motion="reduce")
    visit = visit_in(context).open(amara)
    expect(visit.page.locator(".stage.moving")).to_be_visible(timeout=30_000)
    assert visit.page.locator(".idle").evaluate("(video) => video.paused") is True
    visit.say("Hello!")
    visit.state("talking")
    visit.page.wait_for_timeout(300)
    assert visit.clip("currentTime") > 0
    context.close()


def test_a_reload_keeps_what_was_said_and_can_play_it_again(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    visit.say("Who are you?")
    before = visit.reply()
    page.reload()
    expect(page.locator(".mine .words")).to_have_text("Who are you?")
    expect(page.locator(".theirs .words").last).to_have_text(before)
    expect(page.locator("#start")).to_be_hidden()
    page.locator(".theirs .replay").last.click()
    visit.state("talking")
    expect(page.locator("#captions span").first).to_be_attached()


def test_new_chat_forgets_the_conversation_and_greets_again(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    visit.say("Hello!")
    visit.reply()
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".mine")).to_have_count(0)
    visit.state("talking")
    visit.say("Are you there?")
    visit.reply()
    assert visit.posts("/api/session/create") == 2


def test_a_new_message_ends_the_clip_that_is_playing(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    visit.say("What can you help me with?")
    visit.state("talking")
    visit.say("Who are you?")
    expect(page.locator(".theirs").last).to_have_attribute("data-playing", "", timeout=20_000)
    expect(page.locator(".message[data-playing]")).to_have_count(1)
    visit.state("talking")


def test_sound_and_captions_can_be_turned_off_and_stay_so(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    page.get_by_role("button", name="Mute").click()
    page.get_by_role("button", name="Captions").click()
    page.reload()
    visit.state("talking")  # a silent welcome needs no permission
    assert visit.clip("muted") is True
    expect(page.locator("#captions")).to_be_hidden()


def test_an_over_long_message_is_refused_in_words_and_can_be_retried(troubled_visit: Visit, amara: str) -> None:
    page = troubled_visit.open(amara).page
    page.get_by_label("Message to").evaluate("(it) => it.removeAttribute('maxlength')")
    troubled_visit.say("a" * 2_001)
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("2001 characters; at most 2000 are allowed")
    expect(notice.get_by_role("button", name="Retry")).to_be_enabled()


def test_a_message_of_emoji_only_is_answered(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    visit.say("🙂🙂🙂")
    assert visit.reply()
    expect(page.locator(".mine .words")).to_have_text("🙂🙂🙂")


def test_a_throttled_visitor_reads_how_long_to_wait_and_can_retry_then(
    troubled_visit: Visit, strict_stack: Stack
) -> None:
    page = troubled_visit.open(f"{strict_stack.url}/chat/amara").page
    troubled_visit.say("Hello!")
    troubled_visit.reply()
    troubled_visit.say("Hello again!")
    retry = page.get_by_role("alert").get_by_role("button")
    expect(retry).to_have_text(re.compile(r"Retry in \d+ s"))
    expect(retry).to_have_attribute("aria-disabled", "true")
    retry.click(force=True)
    assert troubled_visit.posts("/api/chat/stream") == 2


def test_a_reply_that_cannot_be_spoken_is_told_in_words(visit: Visit, strict_stack: Stack) -> None:
    strict_stack.manage("shell", "-c", f"{TWINS} Voice.objects.filter(twins='leo').update(engine_voice='nobody')")
    page = visit.open(f"{strict_stack.url}/chat/leo").page
    visit.say("Who are you?")
    notice = page.get_by_role("alert")
    expect(notice.get_by_role("button", name="Retry")).to_be_enabled(timeout=30_000)
    assert "voice" in notice.inner_text()
    visit.state("ready")


def test_a_twin_without_a_face_says_what_is_missing_and_takes_no_message(visit: Visit, strict_stack: Stack) -> None:
    strict_stack.manage("shell", "-c", f"{TWINS} Twin.objects.filter(pk='kenji').update(replica=None)")
    page = visit.open(f"{strict_stack.url}/chat/kenji").page
    expect(page.get_by_role("alert")).to_contain_text("has no face")
    expect(page.get_by_label("Message to")).to_be_disabled()
    visit.open(strict_stack.url)
    expect(page.locator(".card", has_text="Kenji").locator(".faceless")).to_be_visible()


def test_a_session_that_is_gone_is_told_and_retry_begins_a_new_one(
    troubled_visit: Visit, amara: str, stack: Stack
) -> None:
    page = troubled_visit.open(amara).page
    troubled_visit.say("Hello!")
    troubled_visit.reply()
    token = page.evaluate("sessionStorage.getItem('session:amara')")
    forget = f"from conversations.models import ChatSession; ChatSession.objects.filter(token='{token}').delete()"
    stack.manage("shell", "-c", forget)
    troubled_visit.say("Are you still there?")
    expect(page.get_by_role("alert")).to_contain_text("no longer on the server")
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    troubled_visit.reply()


def test_a_lost_server_is_told_in_words(troubled_visit: Visit, amara: str) -> None:
    page = troubled_visit.open(amara).page
    expect(page.locator(".stage.moving")).to_be_visible(timeout=30_000)
    page.context.set_offline(True)
    troubled_visit.say("Hello!")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page.context.set_offline(False)
    page.get_by_role("button", name="Retry").click()
    troubled_visit.reply()


def test_markup_in_a_message_is_shown_as_text(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    visit.say("<img src=x onerror=alert(1)><b>bold</b>")
    expect(page.locator(".mine .words")).to_have_text("<img src=x onerror=alert(1)><b>bold</b>")
    assert page.locator(".mine img, .mine b").count() == 0


def test_the_badge_names_what_is_serving(visit: Visit, amara: str) -> None:
    expect(visit.open(amara).page.locator("#badge")).to_have_text("Local mind · local voice · local face")


def test_characters_are_counted_near_the_limit(visit: Visit, amara: str) -> None:
    page = visit.open(amara).page
    field = page.get_by_label("Message to")
    field.fill("a" * 1_500)
    expect(page.locator("#counter")).to_be_hidden()
    field.fill("a" * 1_999)
    expect(page.locator("#counter")).to_have_text("1999 of 2000 characters")


def test_an_unknown_twin_is_a_page_in_the_same_style(troubled_visit: Visit, stack: Stack) -> None:
    page = troubled_visit.open(f"{stack.url}/chat/nobody").page
    expect(page.get_by_role("heading", name="There is nothing at this address.")).to_be_visible()
    expect(page.get_by_role("link", name="See all twins")).to_be_visible()


def test_the_api_documentation_lists_the_routes(visit: Visit, stack: Stack) -> None:
    page = visit.open(f"{stack.url}/docs/").page
    expect(page.get_by_role("button", name="POST /api/chat/stream", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="POST /api/session/create", exact=True)).to_be_visible()
