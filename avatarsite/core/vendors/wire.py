"""HTTP to a vendor, and what its refusals mean: one reading of all vendors' errors."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import requests

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors.catalog import vendor

CONNECT_SECONDS = 5.0
LONGEST_ANSWER = 4_194_304  # bytes of an answer in JSON
LONGEST_WORDS = 300  # characters of a vendor's own words that are passed on
LONGEST_WAIT = 3_600.0  # seconds that a Retry-After may ask for
LEAST_SECRET = 8  # characters of what is taken for a key, or a part of one
SECRET_LIKE = re.compile(r"[A-Za-z0-9_\-:.=+/]{24,}")
WORDS_IN = ("message", "description", "detail", "error", "kind", "title")  # where vendors put their sentence

Reading = Callable[[int, bytes], EngineFailed | None]


class Wire:
    """Requests to one vendor with one account's key; connections are kept, one set for each thread.

    headers: say who calls. Redirects are not followed: a key goes to the vendor's own host alone.
    reading: what the vendor's own codes mean, as `refusal`; None leaves an answer to that.
    """

    def __init__(
        self,
        alias: str,
        headers: Mapping[str, str],
        *,
        base_url: str = "",
        seconds: float = 30.0,
        reading: Reading | None = None,
    ) -> None:
        self.vendor = vendor(alias)
        self._reading = reading
        self.base_url = (base_url or self.vendor.base_url).rstrip("/")
        self._headers, self._seconds = dict(headers), seconds
        self._secrets = _secrets_in(headers)
        self._local = threading.local()

    def json(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of a 2xx answer. `options`: json, data, files, params, headers of requests.

        Raises EngineFailed as `refusal` says; vendor_timeout is also raised when the vendor may have taken the
        request: whoever pays for it twice must look first.
        """
        with self.stream(method, path, **options) as response:
            return parsed(self.vendor.alias, _content(self.vendor.alias, response))

    @contextmanager
    def stream(self, method: str, path: str, *, seconds: float | None = None, **options: Any) -> Iterator[Any]:
        """A 2xx answer (requests.Response) whose body is read as it comes. seconds: the longest silence."""
        session, alias = self._session(), self.vendor.alias
        limits = (CONNECT_SECONDS, seconds or self._seconds)
        own_headers = options.pop("headers", {})
        try:
            with session.request(
                method,
                f"{self.base_url}{path}",
                stream=True,
                allow_redirects=False,
                timeout=limits,
                headers={**self._headers, **own_headers},
                **options,
            ) as response:
                if not HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
                    raise self._refused(response.status_code, response.headers, _content(alias, response))
                yield response
        except requests.Timeout as error:
            raise failed(alias, "timeout") from error
        except (requests.RequestException, OSError) as error:
            raise failed(alias, "unreachable") from error

    def _refused(self, status: int, headers: Mapping[str, str], content: bytes) -> EngineFailed:
        content = _without(self._secrets, content)
        known = self._reading(status, content) if self._reading else None
        return known or refusal(self.vendor.alias, status, headers, content)

    def _session(self) -> requests.Session:
        found: requests.Session | None = getattr(self._local, "session", None)
        if found is None:
            found = self._local.session = requests.Session()
            found.trust_env = False
        return found


def parsed(alias: str, content: bytes) -> Any:
    """JSON of a vendor. Raises EngineFailed vendor_bad_answer, for a page in HTML with status 200 as well."""
    try:
        return json.loads(content)
    except ValueError as error:
        raise failed(alias, "bad_answer") from error


def failed(alias: str, what: str) -> EngineFailed:
    """What has no words of the vendor's: "timeout", "unreachable", "bad_answer"."""
    name = vendor(alias).name
    words = {
        "timeout": f"{name} did not answer in time.",
        "unreachable": f"{name} could not be reached.",
        "bad_answer": f"{name} answered something that could not be understood.",
    }
    return EngineFailed(words[what], f"vendor_{what}", retryable=True)


def refusal(alias: str, status: int, headers: Mapping[str, str], content: bytes) -> EngineFailed:
    """What an answer that is not 2xx means, in words for the account that called.

    vendor_auth, vendor_quota, vendor_content_refused, vendor_not_found, vendor_rejected: no second try helps.
    vendor_rate_limited (with retry_after), vendor_unavailable, vendor_bad_answer: one may.
    """
    name, own = vendor(alias).name, words_of(content)
    said = f" It says: {own}" if own else ""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return EngineFailed(f"{name} refused the key: check the {name} key of this account.{said}", "vendor_auth")
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return EngineFailed(f"The quota of this account's {name} key is used up.{said}", "vendor_quota")
    if status == HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS:
        return EngineFailed(f"{name} refuses this content.{said}", "vendor_content_refused")
    if status == HTTPStatus.NOT_FOUND:
        return EngineFailed(f"{name} does not know what it was asked for.{said}", "vendor_not_found")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _seconds(headers.get("Retry-After", ""))
        return EngineFailed(
            f"{name} was asked too often.{said}", "vendor_rate_limited", retryable=True, retry_after=wait
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return EngineFailed(f"{name} is in trouble (HTTP {status}).", "vendor_unavailable", retryable=True)
    if status < HTTPStatus.BAD_REQUEST:
        return failed(alias, "bad_answer")
    return EngineFailed(f"{name} rejects this request.{said}", "vendor_rejected")


def _secrets_in(headers: Mapping[str, str]) -> list[bytes]:
    """The keys in headers, and the parts of those that have some, the longest first."""
    pieces = [piece for value in headers.values() for piece in (value.split()[-1:] + re.split(r"[\s:]+", value))]
    return sorted({piece.encode() for piece in pieces if len(piece) >= LEAST_SECRET}, key=len, reverse=True)


def _without(secrets: list[bytes], content: bytes) -> bytes:
    """An answer may repeat the key that it refuses, whatever the key looks like."""
    for secret in secrets:
        content = content.replace(secret, "…".encode())
    return content


def words_of(content: bytes) -> str:
    """The sentence in a vendor's error, cut, without anything that looks like a key; "" when there is none."""
    try:
        found = _sentence(json.loads(content))
    except ValueError:
        return ""
    return SECRET_LIKE.sub("…", " ".join(found.split()))[:LONGEST_WORDS]


def _sentence(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _sentence(value[0]) if value else ""
    if isinstance(value, dict):
        return next((words for name in WORDS_IN if (words := _sentence(value.get(name)))), "")
    return ""


def _content(alias: str, response: requests.Response) -> bytes:
    content = b""
    for piece in response.iter_content(65_536):
        content += piece
        if len(content) > LONGEST_ANSWER:
            raise failed(alias, "bad_answer")
    return content


def _seconds(retry_after: str) -> float:
    return min(float(retry_after), LONGEST_WAIT) if retry_after.strip().isdigit() else 0.0
