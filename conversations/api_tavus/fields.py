"""Reading bodies of this dialect: each function takes a field out of a JSON object, or says what is wrong with it.

The words name the field and the fix; a field that is missing or null is its default.
"""

from collections.abc import Sequence
from typing import Any

from avatarsite.core import fetch
from avatarsite.core.api.parsing import UNSTORABLE
from avatarsite.core.engines import EngineFailed
from conversations.api_tavus.door import bad_request

MOST_TEXT = 100_000
MOST_URL = 2_000
Body = dict[str, Any]


def text(body: Body, name: str, *, default: str = "", required: bool = False, most: int = MOST_TEXT) -> str:
    value = body.get(name)
    if value is None:
        if required:
            raise bad_request(f"{name} is required")
        return default
    if not isinstance(value, str):
        raise bad_request(f"{name}: must be a string")
    if UNSTORABLE.search(value):  # forms may hold it; JSON with it was refused before
        raise bad_request(f"{name}: holds a NUL character")
    if len(value) > most:
        raise bad_request(f"{name}: {len(value)} characters; at most {most} are allowed")
    if required and not value.strip():
        raise bad_request(f"{name} is required")
    return value


def url(body: Body, name: str, *, required: bool = False) -> str:
    """An http or https address that we may call; "" when it is not given."""
    value = text(body, name, required=required, most=MOST_URL).strip()
    if value:
        try:
            fetch.check(value)
        except EngineFailed as error:
            raise bad_request(f"{name}: {error.message}") from error
    return value


def truth(body: Body, name: str, *, default: bool = False) -> bool:
    """true or false, also as the words that some clients send."""
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise bad_request(f"{name}: must be true or false")
    return value


def whole(body: Body, name: str, *, default: int | None, least: int = 0, most: int = 2_147_483_647) -> Any:
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise bad_request(f"{name}: must be a whole number from {least} to {most}")
    return value


def choice(body: Body, name: str, choices: Sequence[str], *, default: str = "") -> str:
    value = text(body, name, default=default)
    if value and value not in choices:
        raise bad_request(f"{name}: must be one of {', '.join(choices)}")
    return value


def mapping(body: Body, name: str) -> Body:
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"{name}: must be an object")
    return value


def texts(body: Body, name: str, *, most: int = 100, longest: int = 500) -> list[str]:
    """A list of strings, each once."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise bad_request(f"{name}: must be a list of strings")
    if len(value) > most or any(len(item) > longest for item in value):
        raise bad_request(f"{name}: at most {most} strings of at most {longest} characters are allowed")
    return list(dict.fromkeys(value))
