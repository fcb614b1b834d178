"""Which addresses of the network a customer's URL may lead to, and how such a URL is read.

A URL is read by one grammar of our own and connected to from the parts it gave, so that no second reader can see
another host in it. An address must be public by the registries of special-purpose addresses (RFC 6890 and
https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry), or belong to a network
that the operator named in FETCH_ALLOW_PRIVATE.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http.request import validate_host

from avatarsite.core.engines import EngineFailed

MAX_LENGTH = 2_048
PORTS = {"http": 80, "https": 443}
SHAPE = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]+)(?P<rest>[/?][^#]*)?(?P<fragment>#.*)?", re.I)
AUTHORITY = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::(?P<port>[0-9]{1,5}))?", re.I)
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"(?=.{{1,253}}$){LABEL}(?:\.{LABEL})*", re.I)
ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2000-\u200f\u2028-\u202f\u2060\u3000\ufeff\ud800-\udfff]")
SPLITTER = re.compile(r"%0[0ad]", re.I)  # NUL, line feed, carriage return
NUMERIC = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)", re.I)  # a last label like this makes the name a number to C libraries

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # all other IPv6: loopback, mapped, NAT64, local, site-local, …
SPECIAL = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers, and clouds' own services
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",  # Teredo, ORCHID, benchmarking and other protocols
        "2001:db8::/32",
        "2002::/16",  # 6to4: holds any IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",
    )
]


@dataclass(frozen=True)
class Target:
    """A URL that may be asked, in the parts that are connected to and sent."""

    scheme: str
    host: str  # lower case, no brackets, no closing dot
    port: int
    path: str  # with the query; ASCII

    @property
    def literal(self) -> IPAddress | None:
        """The address that stands in the URL itself, when there is one."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return ipaddress.ip_address("127.0.0.1")  # RFC 6761
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def refused(why: str) -> EngineFailed:
    return EngineFailed(f"This address cannot be used: {why}", "url_refused")


def read(url: str) -> Target:
    """The parts of a customer's URL. Raises EngineFailed url_refused with the reason; asks no name server."""
    if len(url) > MAX_LENGTH:
        raise refused(f"it is longer than {MAX_LENGTH} characters.")
    if UNSAFE.search(url):
        raise refused("it holds a space, a backslash or a control character.")
    shape = SHAPE.fullmatch(url)
    if shape is None:
        raise refused("it must begin with http:// or https:// and a host name.")
    if shape["fragment"] and not shape["rest"]:
        raise refused("a # follows the host name.")
    host, port = _host_and_port(shape["authority"])
    scheme = shape["scheme"].lower()
    target = Target(scheme, host, PORTS[scheme] if port is None else port, _path(shape["rest"] or "/"))
    _check_place(target)
    return target


def _host_and_port(authority: str) -> tuple[str, int | None]:
    if "@" in authority:
        raise refused("user names and passwords are not allowed in it.")
    if not authority.isascii():
        raise refused("write its host name in ASCII (xn--…).")
    parts = AUTHORITY.fullmatch(authority)
    if parts is None:
        raise refused("its host name or port is malformed.")
    port = int(parts["port"]) if parts["port"] else None
    if parts["v6"]:
        return _address(parts["v6"], 6), port
    name = parts["name"].lower().removesuffix(".")
    if NUMERIC.fullmatch(name.rpartition(".")[2]):
        return _address(name, 4), port
    if not NAME.fullmatch(name):
        raise refused("its host name is malformed.")
    return name, port


def _address(text: str, version: int) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise refused("its host is a malformed IP address.") from error
    if address.version != version:
        raise refused("its host is a malformed IP address.")
    return str(address)


def _path(rest: str) -> str:
    path = rest if rest.startswith("/") else "/" + rest
    if SPLITTER.search(path.partition("?")[0]):
        raise refused("its path holds an encoded line break or NUL.")
    return quote(path, safe="".join(chr(code) for code in range(0x21, 0x7F)))


def _check_place(target: Target) -> None:
    """Ports, our own host, and addresses that stand in the URL."""
    if target.port not in {*PORTS.values(), *settings.FETCH_EXTRA_PORTS}:
        raise refused(f"port {target.port} is not allowed.")
    literal = target.literal
    if _is_own(target, literal):
        raise refused("it leads back to this server.")
    if literal is not None and not is_allowed(literal):
        raise refused("it leads to an address that is not public.")


def _is_own(target: Target, literal: IPAddress | None) -> bool:
    if literal is not None and literal.is_loopback and target.port == settings.PORT:
        return True
    if target.host == (urlsplit(settings.PUBLIC_URL).hostname or ""):
        return True
    names = [name for name in settings.ALLOWED_HOSTS if re.search("[a-z]", name, re.I) and name != "localhost"]
    return literal is None and validate_host(target.host, [name for name in names if name != "*"])


def is_allowed(address: IPAddress) -> bool:
    """Whether a connection to this address may be made for a customer."""
    if any(address in network for network in settings.FETCH_ALLOW_PRIVATE):
        return True
    if address.version == 6 and (address not in GLOBAL_UNICAST or getattr(address, "scope_id", None)):
        return False
    return address.is_global and not any(address in network for network in SPECIAL)
