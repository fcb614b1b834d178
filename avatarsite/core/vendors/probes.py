"""Whether a vendor takes a key: its cheapest documented request, which makes nothing and costs nothing.

Sources, November 2026: D-ID's OpenAPI 4.2.1 (GET /credits, key verbatim behind "Basic"), docs.tavus.io (GET
/v2/replicas), developers.heygen.com v3 (GET /v3/user/me), ElevenLabs' and Cartesia's API references (GET
/v1/user/subscription; GET /voices with its version header), OpenAI's (GET /models).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import wire
from avatarsite.core.vendors.wire import Wire

SECONDS = 10.0  # longest silence: somebody waits for the answer
CARTESIA_VERSION = "2026-03-01"


def _nothing(answer: Any) -> str:
    return ""


@dataclass(frozen=True)
class Probe:
    """header: how the key is sent. told: what the answer says that is worth knowing, "" for nothing."""

    path: str
    header: Callable[[str], Mapping[str, str]]
    params: Mapping[str, Any] = field(default_factory=dict)
    told: Callable[[Any], str] = _nothing


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


def _credits(answer: Any) -> str:
    left = answer.get("remaining") if isinstance(answer, dict) else None
    return f"{left:g} credits are left." if isinstance(left, int | float) else ""


def _characters(answer: Any) -> str:
    numbers = [answer.get(name) for name in ("character_count", "character_limit")] if isinstance(answer, dict) else []
    if len(numbers) == 2 and all(isinstance(number, int) for number in numbers):
        return f"{numbers[0]} of {numbers[1]} characters are used."
    return ""


PROBES = {
    "openai": Probe("/models", _bearer),
    "did": Probe("/credits", lambda key: {"Authorization": f"Basic {key}"}, told=_credits),
    "tavus": Probe("/v2/replicas", lambda key: {"x-api-key": key}, {"limit": 1}),
    "heygen": Probe("/v3/user/me", lambda key: {"X-Api-Key": key}),
    "elevenlabs": Probe("/v1/user/subscription", lambda key: {"xi-api-key": key}, told=_characters),
    "cartesia": Probe("/voices", lambda key: {**_bearer(key), "Cartesia-Version": CARTESIA_VERSION}, {"limit": 1}),
}


def probe(alias: str, key: str) -> str:
    """What the vendor tells of the key, in words; "" when it only takes it.

    Raises EngineFailed as `wire.refusal` says, with the vendor's own words, and vendor_untestable.
    """
    found = PROBES.get(alias)
    if found is None:
        raise EngineFailed("There is no request by which keys of this vendor can be tested.", "vendor_untestable")
    asked = Wire(alias, found.header(key), seconds=SECONDS)
    try:
        answer = asked.json("GET", found.path, params=dict(found.params))
    except EngineFailed as error:
        if alias == "did" and error.code == "vendor_not_found":  # its answer to a good key without any credits
            return "No credits are left."
        raise
    if not isinstance(answer, dict | list):
        raise wire.failed(alias, "bad_answer")
    return found.told(answer)
