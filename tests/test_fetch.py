"""Fetching from servers that are slow, endless, cut off, lying, redirecting or badly certified."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from avatarsite.core import fetch
from avatarsite.core.engines import EngineFailed
from tests.fakes.raw_server import Behaviour, RawServer, Received, answer, drips, floods, pieces, plain
from tests.fetching import Names, reach
from tests.services import free_port

pytestmark = pytest.mark.engine

SOCKET_BUFFERS = 8_000_000  # what the system may hold of a sender's bytes, at most
HELLO = b"hello"


def get(server: RawServer, *, max_bytes: int = 1_000, seconds: float = 5.0) -> fetch.Fetched:
    return fetch.fetch(server.url, max_bytes=max_bytes, seconds=seconds)


def failure_of(settings: Any, behaviour: Behaviour, **limits: Any) -> EngineFailed:
    with RawServer(behaviour) as server:
        reach(settings, server.port)
        with pytest.raises(EngineFailed) as failure:
            get(server, **limits)
        assert str(server.port) not in failure.value.message
        return failure.value


# -- What arrives whole


@pytest.mark.parametrize(
    "behaviour",
    [
        plain(),
        pieces(answer("200 OK", b"5\r\nhello\r\n0\r\n\r\n", Transfer_Encoding="chunked")),
        pieces(answer("200 OK", b"2\r\nh", Transfer_Encoding="chunked"), 0.01, b"e\r\n3\r\nllo\r\n0\r\n\r\n"),
        pieces(b"HTTP/1.0 200 OK\r\n\r\n", 0.01, HELLO),
        pieces(b"HTTP/1.1 100 Continue\r\n\r\n", answer("200 OK", HELLO, Content_Length="5")),
        pieces(answer("200 OK", HELLO + b"and more than it said", Content_Length="5")),
    ],
    ids=["length", "chunked", "chunks that come slowly", "until the end", "after a 100", "no more than announced"],
)
def test_a_file_is_fetched_whole(settings: Any, behaviour: Behaviour) -> None:
    with RawServer(behaviour) as server:
        reach(settings, server.port)
        assert get(server).content == HELLO


def test_the_request_is_plain_and_tells_nothing_of_us(settings: Any) -> None:
    with RawServer(plain(Content_Type="text/plain")) as server:
        reach(settings, server.port)
        fetched = fetch.fetch(server.url + "?a=ü#part", max_bytes=10)
        assert (fetched.content_type, fetched.final_url) == ("text/plain", server.url + "?a=%C3%BC")
        request = server.requests[0]
        assert request.head.startswith("GET /file?a=%C3%BC HTTP/1.1\r\n")
        assert request.headers["accept-encoding"] == "identity"
        assert set(request.headers) == {"host", "user-agent", "accept-encoding", "connection", "accept"}


def test_a_file_may_be_exactly_as_large_as_allowed(settings: Any) -> None:
    with RawServer(plain(b"x" * 1_000)) as server:
        reach(settings, server.port)
        assert len(get(server, max_bytes=1_000).content) == 1_000


# -- Too slow, too much, too little


def silence(_: Received) -> Iterator[float]:
    while True:
        yield 0.05


@pytest.mark.parametrize(
    "behaviour",
    [
        silence,
        drips(answer("200 OK", Content_Length="1000000")),
        drips(b"HTTP/1.1 200 OK\r\nX-Drip: "),
        drips(b"", b"H"),
        drips(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", 0.1),
        drips(answer("200 OK", Transfer_Encoding="chunked"), b"1\r\nx\r\n"),
        drips(answer("200 OK", b"5", Transfer_Encoding="chunked"), b"0", 0.1),
        drips(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", 0.1),
        drips(answer("200 OK")),
    ],
    ids=["silent", "body", "header", "status", "headers", "chunks", "chunk size", "100s", "body without length"],
)
def test_a_server_that_drips_is_left_at_the_deadline(settings: Any, behaviour: Behaviour) -> None:
    assert failure_of(settings, behaviour, seconds=0.4, max_bytes=10**9).code == "url_timeout"


def test_a_chain_of_slow_redirects_has_one_deadline(settings: Any) -> None:
    def slowly(_: Received) -> Iterator[bytes | float]:
        yield 0.25
        yield answer("302 Found", Location="/again", Content_Length="0")

    assert failure_of(settings, slowly, seconds=0.6).code == "url_timeout"


@pytest.mark.parametrize(
    "behaviour",
    [
        floods(answer("200 OK")),
        floods(answer("200 OK", Transfer_Encoding="chunked"), b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
        floods(answer("200 OK", Transfer_Encoding="chunked"), b"1\r\nx\r\n" * 10_000),
        floods(answer("200 OK", Content_Length="10000000000")),
        floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000),
    ],
    ids=["without length", "chunks", "chunks of one byte", "announced", "100s"],
)
def test_what_is_too_large_is_left_early_and_never_held(settings: Any, behaviour: Behaviour) -> None:
    with RawServer(behaviour) as server:
        reach(settings, server.port)
        with pytest.raises(EngineFailed) as failure:
            get(server, max_bytes=300_000, seconds=20)
        assert failure.value.code == "url_too_large"
        assert server.sent < 300_000 + fetch.WIRE_SLACK_BYTES + SOCKET_BUFFERS


@pytest.mark.parametrize(
    "behaviour",
    [
        floods(b"HTTP/1.1 200 OK\r\nX-Long: "),
        floods(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 1_000),
        floods(b"", b"SSH-2.0-OpenSSH_9.2 " * 1_000),
    ],
    ids=["one header", "a thousand headers", "another protocol"],
)
def test_a_head_without_end_is_left(settings: Any, behaviour: Behaviour) -> None:
    assert failure_of(settings, behaviour).code in ("url_bad_answer", "url_too_large")


@pytest.mark.parametrize(
    "behaviour",
    [
        pieces(answer("200 OK", b"x" * 50, Content_Length="200")),
        pieces(answer("200 OK", b"", Content_Length="200")),
        pieces(answer("200 OK", b"c8\r\n" + b"x" * 50, Transfer_Encoding="chunked")),
        pieces(answer("200 OK", b"5\r\nhello\r\n", Transfer_Encoding="chunked")),
        pieces(b"HTTP/1.1 200 OK\r\nContent-"),
        pieces(),
        pieces(b"\x16\x03\x01\x02\x00"),
    ],
    ids=["cut", "empty", "cut in a chunk", "no last chunk", "cut head", "nothing", "garbage"],
)
def test_a_body_that_breaks_off_is_an_error_and_no_file(settings: Any, behaviour: Behaviour) -> None:
    failure = failure_of(settings, behaviour)
    assert (failure.code, failure.retryable) == ("url_bad_answer", True)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: -5\r\n",
        b"Content-Length: many\r\n",
        b"Content-Length: 5\r\nContent-Length: 7\r\n",
        b"Content-Encoding: gzip\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Encoding: br\r\n",
    ],
)
def test_an_answer_that_lies_about_itself_is_refused(settings: Any, head: bytes) -> None:
    body = b"-1\r\nhello" if b"chunked" in head else HELLO
    assert failure_of(settings, pieces(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body)).code == "url_bad_answer"


@pytest.mark.parametrize("size", [b"-1", b"-5", b"zz", b"", b"f" * 70_000])
def test_a_chunk_of_impossible_size_is_refused(settings: Any, size: bytes) -> None:
    cut = pieces(answer("200 OK", size + b"\r\nhello\r\n0\r\n\r\n", Transfer_Encoding="chunked"))
    assert failure_of(settings, cut).code in ("url_bad_answer", "url_too_large")


@pytest.mark.parametrize(
    ("status", "retryable"),
    [("204 No Content", False), ("206 Partial Content", False), ("304 Not Modified", False), ("404 Not Found", False)]
    + [("401 Unauthorized", False), ("500 Broken", True), ("503 Busy", True), ("429 Too Many", True)],
)
def test_only_status_200_is_a_file(settings: Any, status: str, retryable: bool) -> None:
    failure = failure_of(settings, plain(b"", status))
    assert (failure.code, failure.retryable) == ("url_bad_answer", retryable)
    assert status[:3] in failure.message


# -- Redirects


def redirects(*locations: str, status: str = "302 Found") -> Behaviour:
    left = list(locations)

    def redirect(_: Received) -> Iterator[bytes]:
        if left:
            yield answer(status, Location=left.pop(0), Content_Length="0")
        else:
            yield answer("200 OK", HELLO, Content_Length="5")

    return redirect


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_three_redirects_are_followed(settings: Any, status: str) -> None:
    with RawServer(redirects("/b", "c?d=e", "//127.0.0.1:{port}/f", status=status)) as server:
        server.behaviour = redirects("/b", "c?d=e", f"//127.0.0.1:{server.port}/f", status=status)
        reach(settings, server.port)
        fetched = get(server)
        assert fetched.content == HELLO
        assert fetched.final_url == f"http://127.0.0.1:{server.port}/f"
        assert [request.head.split()[1] for request in server.requests] == ["/file", "/b", "/c?d=e", "/f"]


def test_a_fourth_redirect_is_not_followed(settings: Any) -> None:
    assert "redirects" in failure_of(settings, redirects(*["/loop"] * 20)).message


@pytest.mark.parametrize(
    "location",
    [
        *("http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "//192.168.0.1/", "http://[::1]/"),
        *("http://127.0.0.1:22/", "file:///etc/passwd", "ftp://pub.test/", "http://user@pub.test/", "\\\\10.0.0.1\\x"),
        *("http://2130706433/", "http://[fec0::1]/", "http://inside.test/", "http:///etc", "/a\x01b", "gopher:x"),
    ],
)
def test_a_redirect_inside_is_refused(settings: Any, monkeypatch: pytest.MonkeyPatch, location: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names({"127.0.0.1": "127.0.0.1", "inside.test": "10.1.2.3"}))
    assert failure_of(settings, redirects(location)).code == "url_refused"


def test_a_redirect_to_nowhere_is_a_bad_answer(settings: Any) -> None:
    assert failure_of(settings, plain(b"", "302 Found")).code == "url_bad_answer"


# -- Nobody there


def test_closed_silent_and_unknown_addresses_look_alike(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = free_port()
    reach(settings, closed)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:  # takes no more connections: like a filtered port
        settings.FETCH_EXTRA_PORTS.append(full.getsockname()[1])
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        failures = []
        monkeypatch.setattr(socket, "getaddrinfo", Names({"here.test": "127.0.0.1"}))
        for url in (f"http://here.test:{closed}/", f"http://here.test:{full.getsockname()[1]}/", "http://gone.test/"):
            with pytest.raises(EngineFailed) as failure:
                fetch.fetch(url, max_bytes=10, seconds=0.5)
            failures.append((failure.value.code, failure.value.message, failure.value.retryable))
        for one in waiting:
            one.close()
    assert set(failures) == {("url_unreachable", "The address could not be reached.", True)}


def test_a_name_server_that_never_answers_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    end = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: end.wait(60) and [])
    with pytest.raises(EngineFailed) as failure:
        fetch.fetch("http://slow.test/", max_bytes=10, seconds=0.3)
    end.set()
    assert failure.value.code == "url_unreachable"


# -- TLS


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that this process trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setattr(socket, "getaddrinfo", Names({"twin.test": "127.0.0.1"}))
    return made


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def get_tls(settings: Any, context: ssl.SSLContext, behaviour: Behaviour = plain()) -> fetch.Fetched:  # noqa: B008
    with RawServer(behaviour, tls=context) as server:
        reach(settings, server.port)
        return fetch.fetch(f"https://twin.test:{server.port}/", max_bytes=1_000, seconds=1)


def test_https_is_fetched_with_the_name_checked_and_sent(settings: Any, authority: trustme.CA) -> None:
    named: list[str | None] = []
    context = serving(authority.issue_cert("twin.test"))
    context.sni_callback = lambda _, name, __: named.append(name)
    assert get_tls(settings, context).content == HELLO
    assert named == ["twin.test"]


@pytest.mark.parametrize("hosts", [["other.test"], ["127.0.0.1"]])
def test_a_certificate_for_another_name_is_refused(settings: Any, authority: trustme.CA, hosts: list[str]) -> None:
    with pytest.raises(EngineFailed, match="certificate of twin.test is not valid") as failure:
        get_tls(settings, serving(authority.issue_cert(*hosts)))
    assert failure.value.code == "url_unreachable"


def test_a_certificate_that_expired_is_refused(settings: Any, authority: trustme.CA) -> None:
    expired = authority.issue_cert("twin.test", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(EngineFailed, match="certificate has expired"):
        get_tls(settings, serving(expired))


def test_a_certificate_of_an_unknown_authority_is_refused(settings: Any, authority: trustme.CA) -> None:
    with pytest.raises(EngineFailed, match="not valid"):
        get_tls(settings, serving(trustme.CA().issue_cert("twin.test")))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_versions_of_tls_are_refused(settings: Any, authority: trustme.CA) -> None:
    context = serving(authority.issue_cert("twin.test"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises(EngineFailed) as failure:
        get_tls(settings, context)
    assert failure.value.code == "url_unreachable"


def test_a_handshake_that_never_ends_is_left_at_the_deadline(settings: Any, authority: trustme.CA) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        reach(settings, port)
        with pytest.raises(EngineFailed) as failure:
            fetch.fetch(f"https://twin.test:{port}/", max_bytes=10, seconds=0.3)
    assert failure.value.code == "url_timeout"


def test_a_drip_through_tls_is_left_at_the_deadline(settings: Any, authority: trustme.CA) -> None:
    context = serving(authority.issue_cert("twin.test"))
    with pytest.raises(EngineFailed) as failure:
        get_tls(settings, context, drips(answer("200 OK", Content_Length="1000")))
    assert failure.value.code == "url_timeout"


def test_https_does_not_redirect_to_http(settings: Any, authority: trustme.CA) -> None:
    context = serving(authority.issue_cert("twin.test"))
    with pytest.raises(EngineFailed, match="from https to http"):
        get_tls(settings, context, redirects("http://twin.test/"))
