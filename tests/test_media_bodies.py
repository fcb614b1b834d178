"""Bodies that are too large are refused before they are stored, and unknown paths in the shape of their dialect."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.client import wait_for
from tests.stack import Stack

MEGABYTE = 1_048_576
SHAPES = {
    "/api/chat": {"detail"},
    "/v1/videos": {"success", "message", "data", "code"},
    "/v1/users": {"success", "message", "data", "code"},
    "/v2/videos": {"error", "message"},
    "/openai/v1/chat/completions": {"error"},
    "/openai/v1/audio/speech": {"error"},
}


def exchange(stack: Stack, head: str, *pieces: bytes) -> tuple[str, bytes]:
    """The head and body of the answer to a request that is written by hand, and perhaps never finished."""
    with socket.create_connection(("127.0.0.1", stack.port), timeout=10) as wire:
        wire.sendall(f"{head}\r\nHost: 127.0.0.1:{stack.port}\r\n\r\n".encode())
        try:
            for piece in pieces:
                wire.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < length(answer):
            answer += wire.recv(65_536) or pytest.fail(f"no whole answer: {answer!r}")
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode(), body


def length(answer: bytes) -> int:
    head = answer.partition(b"\r\n\r\n")[0].decode().lower()
    return int(head.partition("content-length: ")[2].split("\r\n")[0] or 0)


@pytest.mark.parametrize("path", SHAPES)
def test_an_announced_body_beyond_the_limit_is_refused_before_a_byte_of_it_is_read(stack: Stack, path: str) -> None:
    head, body = exchange(
        stack, f"POST {path} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {MEGABYTE + 1}"
    )
    assert head.startswith("HTTP/1.1 413 ") and "application/json" in head
    assert set(json.loads(body)) == SHAPES[path] and f"{MEGABYTE} bytes" in body.decode()


@pytest.mark.parametrize("path", ["/v1/personalities", "/openai/v1/audio/transcriptions", "/admin/login/"])
def test_forms_may_be_larger_but_not_endless(stack: Stack, path: str) -> None:
    form = f"POST {path} HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: "
    head, body = exchange(stack, f"{form}{10**12}")
    assert head.startswith("HTTP/1.1 413 ") and b"209715200 bytes" in body
    answer = requests.post(stack.url + path, files={"x": b"x" * 2 * MEGABYTE}, timeout=20)
    assert answer.status_code in (400, 401, 403), "a form of 2 MB is let in, and judged by the view"


@pytest.mark.parametrize("path", ["/api/chat", "/api/session/create"])
def test_where_no_files_are_taken_a_form_has_the_limit_of_json(stack: Stack, path: str) -> None:
    form = "Content-Type: multipart/form-data; boundary=b"
    head, _ = exchange(stack, f"POST {path} HTTP/1.1\r\n{form}\r\nContent-Length: {MEGABYTE + 1}")
    assert head.startswith("HTTP/1.1 413 ")


@pytest.mark.parametrize("path", ["/api/chat", "/v1/chats", "/openai/v1/chat/completions"])
def test_a_body_of_unknown_length_is_cut_at_the_limit(stack: Stack, path: str) -> None:
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    kind = "Content-Type: application/json\r\nTransfer-Encoding: chunked"
    head, body = exchange(stack, f"POST {path} HTTP/1.1\r\n{kind}", *[chunk] * 40)
    assert head.startswith("HTTP/1.1 413 ") and f"{MEGABYTE} bytes" in body.decode()


def test_a_refused_body_that_keeps_coming_is_not_listened_to_for_long(stack: Stack) -> None:
    with socket.create_connection(("127.0.0.1", stack.port), timeout=20) as wire:
        wire.sendall(b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while True:
                wire.sendall(b"x" * 65_536)


def test_the_server_goes_on_after_bodies_that_were_broken_off(stack: Stack) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", stack.port), timeout=10) as wire:
            wire.sendall(b"POST /v1/chats HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\nhalf")
    assert requests.get(f"{stack.url}/livez", timeout=10).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/v1", {"success", "message", "data", "code"}),
        ("/v1/", {"success", "message", "data", "code"}),
        ("/v1/nothing/here", {"success", "message", "data", "code"}),
        ("/v2", {"error", "message"}),
        ("/v2/nothing", {"error", "message"}),
        ("/api", {"detail"}),
        ("/api/nothing%0a", {"detail"}),
        ("/openai", {"error"}),
        ("/openai/v2/models", {"error"}),
        ("/openai/v1", {"error"}),
        ("/openai/v1/nothing", {"error"}),
    ],
)
def test_an_unknown_path_is_answered_in_the_shape_of_its_dialect(
    stack: Stack, method: str, path: str, keys: set[str]
) -> None:
    answer = requests.request(method, stack.url + path, headers={"Accept": "text/html"}, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
    assert set(answer.json()) == keys


@pytest.mark.parametrize("path", ["/v1beta", "/apis", "/openaipage", "/nothing"])
def test_an_unknown_page_is_a_page_for_people(stack: Stack, path: str) -> None:
    answer: Any = requests.get(stack.url + path, headers={"Accept": "text/html"}, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


BEGUN = b'--b\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\n' + b"x" * 4_000_000


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/v1/videos", b'"success":false'),
        ("/v2/videos", b'{"message":"Invalid access token"}'),
        ("/openai/v1/audio/transcriptions", b'"invalid_request_error"'),
    ],
)
@pytest.mark.parametrize("key", ["", "x-api-key: av_unknown\r\n"])
def test_a_strangers_form_is_refused_before_it_is_stored(stack: Stack, path: str, says: bytes, key: str) -> None:
    before = open_temporaries(stack)
    head = f"POST {path} HTTP/1.1\r\n{key}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 90000000"
    told, body = exchange(stack, head, BEGUN)
    assert told.startswith("HTTP/1.1 401 ") and says in body.replace(b'": ', b'":')
    assert open_temporaries(stack) == before


def test_senders_that_give_up_leave_no_temporary_file(stack: Stack) -> None:
    key = stack.manage("create_api_key", "sender@example.org").strip()
    before, form = open_temporaries(stack), f"multipart/form-data; boundary=b\r\nx-api-key: {key}"
    head = f"POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nContent-Type: {form}\r\nContent-Length: 90000000\r\n\r\n"
    senders = [socket.create_connection(("127.0.0.1", stack.port), timeout=10) for _ in range(5)]
    for wire in senders:
        wire.sendall(head.encode() + BEGUN)
    assert wait_for(lambda: open_temporaries(stack) > before, 10), "they are on disk, not in memory"
    for wire in senders:
        wire.close()
    assert wait_for(lambda: open_temporaries(stack) == before, 10)


def open_temporaries(stack: Stack) -> int:
    """How many files without a name the server holds: that is how bodies wait on disk."""
    return sum(map(_is_nameless, Path(f"/proc/{stack.web.pid}/fd").iterdir()))


def _is_nameless(descriptor: Path) -> bool:
    try:
        name = descriptor.readlink().name
    except FileNotFoundError:  # it was closed since it was listed
        return False
    return "(deleted)" in name or "#" in name
