"""The room of a call in Debian's Chromium, on the running product: coming in, talking, leaving, being told."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect
from standardwebhooks import Webhook

from tests.client import wait_for
from tests.fakes.raw_server import RawServer, plain
from tests.stack import Stack
from tests.visit import Visit, visit_in

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
TWIN = {"replica_id": "r-amara", "persona_id": "p-amara"}


@dataclass
class Site:
    """An installation with an account's key, and a server that the account is told at."""

    stack: Stack
    receiver: RawServer
    key: str

    def ask(self, method: str, path: str, body: Any = None) -> requests.Response:
        headers = {"x-api-key": self.key}
        return requests.request(method, f"{self.stack.url}{path}", json=body, headers=headers, timeout=60)

    def begin(self, **fields: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/v2/conversations", {**TWIN, **fields})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def look(self, call: dict[str, Any]) -> dict[str, Any]:
        return dict(self.ask("GET", f"/v2/conversations/{call['conversation_id']}?verbose=true").json())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with RawServer(plain()) as receiver:
        reach = {"FETCH_ALLOW_PRIVATE": "127.0.0.0/8", "FETCH_EXTRA_PORTS": str(receiver.port)}
        running = Stack(tmp_path_factory.mktemp("room"), **reach).start()
        yield Site(running, receiver, running.manage("create_api_key", "alice@example.org").split()[-1])
        running.stop()


def join(visit: Visit, call: dict[str, Any], name: str = "") -> None:
    visit.open(call["conversation_url"])
    visit.page.get_by_label("Your name").fill(name)
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator(".room")).to_have_attribute("data-room", "call")


def test_a_call_from_its_creation_to_the_transcript_that_its_customer_is_told(visit: Visit, site: Site) -> None:
    call = site.begin(custom_greeting="Welcome, Ann.", callback_url=site.receiver.url)
    page = visit.open(call["conversation_url"]).page
    expect(page.get_by_text("This is a call in writing")).to_be_visible()
    page.get_by_role("button", name="Join the call").focus()
    page.keyboard.press("Enter")
    visit.state("talking")
    assert visit.clip("muted") is False
    expect(page.locator("#greeting .words")).to_have_text("Welcome, Ann.")
    expect(page.get_by_label("Message to")).to_be_focused()
    visit.state("ready")
    visit.say("Who are you?")
    visit.state("talking")
    expect(page.locator("#captions span").first).to_be_attached()
    said = visit.reply()
    visit.state("ready", seconds=40)
    assert site.ask("POST", f"/v2/conversations/{call['conversation_id']}/end").content == b""
    expect(page.get_by_text("The call has ended.").first).to_be_visible(timeout=10_000)
    expect(page.get_by_label("Message to")).to_be_hidden()
    expect(page.locator(".theirs .words").last).to_have_text(said)
    wait_for(lambda: len(site.receiver.requests) >= 3)
    secret = site.ask("GET", "/v1/webhooks/secret").json()["data"]["secret"]
    told = [Webhook(secret).verify(request.body, request.headers) for request in site.receiver.requests]
    kinds = ["system.replica_joined", "system.shutdown", "application.transcription_ready"]
    assert [event["event_type"] for event in told] == kinds
    assert told[1]["properties"]["shutdown_reason"] == "end_conversation_endpoint_hit"
    transcript = [(turn["role"], turn["content"]) for turn in told[2]["properties"]["transcript"]]
    assert transcript[0][0] == "system" and "You are Amara" in transcript[0][1]
    assert transcript[1:] == [("assistant", "Welcome, Ann."), ("user", "Who are you?"), ("assistant", said)]
    expect(page.locator(".notice")).to_have_count(0)


def test_a_reload_does_not_leave_the_call_but_leaving_ends_it(troubled_visit: Visit, site: Site) -> None:
    visit, call = troubled_visit, site.begin()
    join(visit, call)
    visit.say("Hello!")
    said = visit.reply()
    visit.page.reload()
    expect(visit.page.locator(".room")).to_have_attribute("data-room", "call")
    expect(visit.page.locator(".theirs .words").last).to_have_text(said)
    time.sleep(6)  # longer than a page that was closed is waited for
    assert site.look(call)["status"] == "active"
    visit.page.get_by_role("button", name="Leave").click()
    expect(visit.page.get_by_text("You have left the call.").first).to_be_visible()
    assert site.look(call)["shutdown_reason"] == "participant_left_timeout reached"
    visit.page.reload()
    expect(visit.page.get_by_role("heading", name="This call has ended.")).to_be_visible()


def test_a_closed_tab_ends_the_call(chromium: Browser, site: Site) -> None:
    call, context = site.begin(), chromium.new_context()
    join(visit_in(context), call)
    context.pages[0].close(run_before_unload=True)
    wait_for(lambda: site.look(call)["status"] == "ended", 20)
    assert site.look(call)["shutdown_reason"] == "participant_left_timeout reached"
    context.close()


def test_everybody_in_a_room_hears_what_another_was_answered_and_a_full_room_says_so(
    chromium: Browser, site: Site
) -> None:
    call = site.begin(max_participants=3)
    contexts = [chromium.new_context(viewport=PHONE) for _ in range(3)]  # type: ignore[arg-type]
    ann, ben, cleo = (visit_in(context) for context in contexts)
    join(ann, call, "Ann")
    join(ben, call, "Ben")
    ann.say("Who are you?")
    said = ann.reply()
    expect(ben.page.locator(".mine")).to_have_text(re.compile("Ann: Who are you"), timeout=20_000)
    expect(ben.page.locator(".theirs .words").last).to_have_text(said)
    expect(ann.page.locator(".mine")).to_have_count(1)
    cleo.open(call["conversation_url"])
    cleo.page.get_by_role("button", name="Join the call").click()
    expect(cleo.page.get_by_role("alert")).to_contain_text("The room is full")
    for context in contexts:
        context.close()


def test_whoever_may_not_come_in_reads_why_and_nothing_overflows_a_phone(chromium: Browser, site: Site) -> None:
    private, plain_call, over = site.begin(require_auth=True), site.begin(), site.begin()
    site.ask("POST", f"/v2/conversations/{over['conversation_id']}/end")
    context = chromium.new_context(viewport=PHONE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    page = context.new_page()
    bare = f"{site.stack.url}/c/{plain_call['conversation_id']}"
    for address, status, words in (
        (f"{site.stack.url}/c/cnobody", 404, "There is no such room."),
        (bare, 404, "There is no such room."),
        (f"{bare}?t=wrong", 404, "There is no such room."),
        (over["conversation_url"], 410, "This call has ended."),
        (private["conversation_url"] + "?t=wrong", 403, "This room is private."),
        (private["conversation_url"], 403, "This room is private."),
    ):
        answer = page.goto(address)
        assert answer is not None and answer.status == status, address
        expect(page.get_by_role("heading", name=words)).to_be_visible()
        assert page.locator("html").evaluate("(it) => it.scrollWidth") == 390, address
    page.get_by_label("Meeting token").fill(private["meeting_token"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Join the call")).to_be_visible()
    assert page.locator("html").evaluate("(it) => it.scrollWidth") == 390
    context.close()


def test_a_call_for_the_ear_only_shows_no_picture_and_is_heard(visit: Visit, site: Site) -> None:
    call = site.begin(audio_only=True)
    join(visit, call)
    visit.state("talking")
    assert visit.clip("muted") is False
    expect(visit.page.locator(".picture")).to_be_hidden()
    expect(visit.page.locator(".stage img")).to_have_count(0)


def test_other_sites_may_frame_a_room_but_no_other_page(site: Site) -> None:
    room = requests.get(site.begin()["conversation_url"], timeout=30)
    assert "frame-ancestors *" in room.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in room.headers and room.headers["Cache-Control"] == "no-store"
    home = requests.get(site.stack.url, timeout=30, headers={"Accept": "text/html"})
    assert "frame-ancestors 'none'" in home.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("join", {"name": 7}, 400, "name_invalid"),
        ("join", {"t": "wrong"}, 404, "room_unknown"),
        ("join", {"t": 5}, 404, "room_unknown"),
        ("seen", {"participant": "q1", "after": 0}, 404, "participant_unknown"),
        ("say", {"participant": "q1", "message": "Hi"}, 404, "participant_unknown"),
        ("say", {"participant": "q1", "message": ""}, 400, "message_empty"),
        ("history", {"participant": None}, 404, "participant_unknown"),
        ("clips/m1", {}, 404, "video_not_found"),
    ],
)
def test_the_rooms_api_refuses_with_a_code(site: Site, path: str, body: Any, status: int, code: str) -> None:
    call = site.begin()
    token = call["conversation_url"].split("t=")[1]
    url = f"{site.stack.url}/c/{call['conversation_id']}/{path}"
    answer = requests.post(url, json={"t": token, **body}, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_words_of_a_call_open_with_its_room_only(site: Site) -> None:
    call = site.begin()
    site.ask("POST", f"/v2/conversations/{call['conversation_id']}/respond", {"text": "Hello", "timeout_s": 0})
    query = f"SELECT session_id FROM conversations_conversation WHERE id = '{call['conversation_id']}'"
    session = str(site.stack.rows(query)[0]["session_id"])
    assert requests.get(f"{site.stack.url}/api/session/{session}/history", timeout=30).status_code == 404


def test_a_clock_that_rang_while_the_worker_was_dead_ends_the_call_when_it_rang(site: Site) -> None:
    """The last test here: it kills the installation's worker."""
    call = site.begin(properties={"max_call_duration": 3}, callback_url=site.receiver.url)
    site.stack.kill_worker()
    time.sleep(3)
    site.stack.restart_worker()
    wait_for(lambda: site.look(call)["status"] == "ended")
    assert site.look(call)["shutdown_reason"] == "max_call_duration reached"
    usage = site.stack.rows(f"SELECT seconds FROM core_usage WHERE of = '{call['conversation_id']}'")
    assert [row["seconds"] for row in usage] == [3.0]
    wait_for(lambda: len(told_of(site, call)) == 3)
    kinds = ["system.replica_joined", "system.shutdown", "application.transcription_ready"]
    assert [event["event_type"] for event in told_of(site, call)] == kinds


def told_of(site: Site, call: dict[str, Any]) -> list[dict[str, Any]]:
    events = [json.loads(request.body) for request in site.receiver.requests]
    return [event for event in events if event["conversation_id"] == call["conversation_id"]]
