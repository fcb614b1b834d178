"""URLs that customers give: which may be asked at all, and that nothing ever leads inside."""

import ipaddress
import socket
from typing import Any

import pytest

from avatarsite.core import fetch
from avatarsite.core.engines import EngineFailed
from tests.fakes.raw_server import RawServer, plain
from tests.fetching import LOOPBACK, Names, reach

pytestmark = pytest.mark.engine

INSIDE = [
    *("127.0.0.1", "127.1", "127.0.1", "127.127.127.127", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1"),
    *("017700000001", "0", "0.0.0.0", "localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1."),
    *("00000177.1", "0x7f.1", "127.0.0.0x1", "1.0x7f", "4294967297"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[fe80::1]", "[fc00::1]", "[fd12::1]"),
    *("[fec0::1]", "[feff::1]", "[64:ff9b::a00:5]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a00:5]", "[2002:7f00:1::1]"),
    *("[2002:a00:5::1]", "[2001::1]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[2001:10::1]", "[3fff::1]", "[5f00::1]"),
    *("[100::1]", "[ff02::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:169.254.169.254]", "[2620:4f:8000::1]"),
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "2852039166"),
    *("0xa9fea9fe", "0251.0376.0251.0376", "100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.1"),
    *("192.0.0.192", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
    *("239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
]
MALFORMED = [
    *("file:///etc/passwd", "ftp://pub.test/", "gopher://pub.test/", "data:text/plain,x", "javascript:alert(1)"),
    *("blob:http://pub.test/1", "unix:/run/x.sock", "http+unix://%2Frun%2Fx.sock/", "pub.test/", "//pub.test/", ""),
    *("http:", "http://", "http:///", "http:/pub.test/", "http:pub.test", "https://?", "http://#", "HTTP:\\\\pub.test"),
    *("http://user:pass@pub.test/", "http://pub.test@127.0.0.1/", "http://127.0.0.1@pub.test/", "http://@pub.test/"),
    *("http://pub.test#@127.0.0.1/", "http://127.0.0.1\\@pub.test/", "http://pub.test\\@127.0.0.1/"),
    *("http://pub.test/\\evil", "http://pub\t.test/", "http://pub\r.test/", "http://pub\n.test/", "http://pub .test/"),
    *("http://pub\0.test/", " http://pub.test/", "http://pub.test/ ", "http://pub.test/a b", "http://pub.test/\x7f"),
    *("http://①②⑦.⓪.⓪.①/", "http://１２７.0.0.1/", "http://pub。test/", "http://раypal.test/", "http://ⓛocalhost/"),
    *("http://pub.test\u200b/", "http://pub.test/\u202egpj.exe", "http://pub.test/\ud800", "http://℀.test/"),
    *("http://pub.test/%0d%0aHost:%20evil", "http://pub.test/%0A", "http://pub.test/%00"),
    *("http://pub.test:22/", "http://pub.test:25/", "http://pub.test:6379/", "http://pub.test:5432/"),
    *("http://pub.test:9200/", "http://pub.test:0/", "http://pub.test:65536/", "http://pub.test:8000/"),
    *(
        "http://pub.test:/",
        "http://pub.test:80a/",
        "http://pub.test:-80/",
        "http://pub.test:+80/",
        "http://pub.test:８0/",
    ),
    *("http://[::1/", "http://::1/", "http://[::1]x/", "http://[fe80::1%25lo]/", "http://[fe80::1%lo]/", "http://[]/"),
    *("http://[127.0.0.1]/", "http://[pub.test]/", "http://[2606:4700::1/", "http://pub..test/", "http://.pub.test/"),
    *("http://-pub.test/", "http://pub.test../", "http://pub%2etest/", "http://%31%32%37.0.0.1/", "http://pub*.test/"),
    *("http://256.1.1.1/", "http://1.2.3.4.5/", "http://08.8.8.8/", "http://8.8.8/", "http://" + "a" * 64 + ".test/"),
    *("http://pub.test,127.0.0.1/", "http://pub.test;127.0.0.1/", "http://pub.test&@127.0.0.1/", "http://(pub.test)/"),
    *("http://pub.test/" + "a" * 2_040, "http://" + "a." * 130 + "test/"),
]
FINE = [
    ("https://example.com", "https://example.com/"),
    ("HTTP://Example.COM./A?b=c#part", "http://example.com/A?b=c"),
    ("https://example.com:443/a%20b/ü?q=ö&x=%0a", "https://example.com/a%20b/%C3%BC?q=%C3%B6&x=%0a"),
    ("http://example.com?q=1", "http://example.com/?q=1"),
    ("https://93.184.215.14/", "https://93.184.215.14/"),
    ("http://[2606:4700:4700::1111]:80/dns", "http://[2606:4700:4700::1111]/dns"),
    ("https://xn--mnchen-3ya.de/", "https://xn--mnchen-3ya.de/"),
    ("http://example.com:443/", "http://example.com:443/"),
    ("https://a_b.example.com/x:y@z", "https://a_b.example.com/x:y@z"),
]


def is_address(host: str) -> bool:
    """Whether a resolver may give this answer."""
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def refusal(url: str) -> str:
    with pytest.raises(EngineFailed) as failure:
        fetch.check(url)
    assert failure.value.code == "url_refused"
    assert not failure.value.retryable
    return failure.value.message


@pytest.mark.parametrize("host", INSIDE)
def test_an_address_inside_is_refused_when_it_is_given(host: str) -> None:
    refusal(f"http://{host}/")


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    refusal(url)


@pytest.mark.parametrize(("url", "read"), FINE)
def test_a_plain_web_address_is_read_as_browsers_read_it(url: str, read: str) -> None:
    assert fetch.addresses.read(url).url == read


def test_the_corpus_has_more_than_a_hundred_attacks() -> None:
    assert len(set(INSIDE) | set(MALFORMED)) > 150


def test_a_refusal_says_why() -> None:
    assert "port 22" in refusal("http://pub.test:22/")
    assert "not public" in refusal("http://10.0.0.1/")
    assert "user names" in refusal("http://me:secret@pub.test/")


def test_nothing_is_sent_to_any_address_inside_however_it_is_written(settings: Any) -> None:
    """With the canary's port allowed, only the address stands between the URL and the canary."""
    with RawServer(plain()) as canary:
        settings.FETCH_EXTRA_PORTS = [canary.port]
        for host in INSIDE:
            with pytest.raises(EngineFailed):
                fetch.fetch(f"http://{host}:{canary.port}/", max_bytes=100, seconds=1)
        assert canary.arrivals == 0


@pytest.mark.parametrize("host", sorted(filter(is_address, (host.strip("[]") for host in INSIDE))))
def test_a_name_that_leads_inside_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names({"evil.test": [host]})
    monkeypatch.setattr(socket, "getaddrinfo", names)
    with pytest.raises(EngineFailed, match="not public"):
        fetch.fetch("http://evil.test/", max_bytes=100, seconds=1)


@pytest.mark.parametrize("answers", [["93.184.215.14", "127.0.0.1"], ["127.0.0.1", "93.184.215.14"]])
def test_one_inner_address_among_the_answers_refuses_them_all(
    answers: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(plain()) as canary:
        settings.FETCH_EXTRA_PORTS = [canary.port]
        monkeypatch.setattr(socket, "getaddrinfo", Names({"mixed.test": answers}))
        with pytest.raises(EngineFailed, match="not public"):
            fetch.fetch(f"http://mixed.test:{canary.port}/", max_bytes=100, seconds=1)
        assert canary.arrivals == 0


def test_a_name_is_looked_up_once_so_it_cannot_change_its_answer(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(plain()) as server:
        reach(settings, server.port)
        names = Names({"rebinds.test": [["127.0.0.1"], ["10.0.0.1"]]})
        monkeypatch.setattr(socket, "getaddrinfo", names)
        assert fetch.fetch(f"http://rebinds.test:{server.port}/", max_bytes=100).content == b"hello"
        assert names.asked == ["rebinds.test"]
        assert server.requests[0].headers["host"] == f"rebinds.test:{server.port}"


def test_a_second_address_is_tried_when_the_first_is_dead(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(plain()) as server:
        reach(settings, server.port)
        monkeypatch.setattr(socket, "getaddrinfo", Names({"two.test": ["127.0.0.9", "127.0.0.1"]}))
        assert fetch.fetch(f"http://two.test:{server.port}/", max_bytes=100).content == b"hello"


def test_an_operator_can_allow_a_network_and_a_port(settings: Any) -> None:
    refusal("http://127.0.0.1:8080/")
    settings.FETCH_ALLOW_PRIVATE, settings.FETCH_EXTRA_PORTS = LOOPBACK, [8080]
    fetch.check("http://127.0.0.1:8080/")
    fetch.check("http://localhost:8080/")
    refusal("http://[::1]:8080/")
    refusal("http://[::ffff:127.0.0.1]:8080/")
    refusal("http://10.0.0.1:8080/")


@pytest.mark.parametrize(
    "url",
    ["https://twins.example/media/x.mp4", "http://TWINS.example./", "http://www.site.example/", "http://a.all.io/"],
)
def test_our_own_site_is_not_fetched_from(url: str, settings: Any) -> None:
    settings.PUBLIC_URL = "https://twins.example"
    settings.ALLOWED_HOSTS = ["www.site.example", ".all.io", "localhost", "127.0.0.1"]
    assert "this server" in refusal(url)


def test_our_own_port_is_not_fetched_from_even_where_loopback_is_allowed(settings: Any) -> None:
    reach(settings, settings.PORT)
    assert "this server" in refusal(f"http://127.0.0.1:{settings.PORT}/")


def test_an_installation_that_answers_to_any_name_still_fetches_from_others(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    fetch.check("https://example.com/")
