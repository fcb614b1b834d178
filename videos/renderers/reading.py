"""What renderers read out of vendors' answers, which may hold anything."""

import json
import re
from collections.abc import Sequence
from typing import Any

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors.catalog import vendor
from avatarsite.core.vendors.wire import failed, words_of

Clue = tuple[re.Pattern[str], str, str]  # how a vendor says it, the code of it, and our words for it
USUAL: tuple[Clue, ...] = (
    (
        re.compile(r"guideline|moderat|polic(y|ies)|prohibited|inappropriate|celebrity", re.IGNORECASE),
        "vendor_content_refused",
        "{} refuses this content.",
    ),
    (
        re.compile(r"credit|quota|billing", re.IGNORECASE),
        "vendor_quota",
        "The quota of this account's {} key is used up.",
    ),
)


def member(value: Any, *names: str) -> Any:
    """What stands at a path of names in JSON; None where there is no such thing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def needed(alias: str, value: Any, *names: str) -> str:
    """The text at a path of names. Raises EngineFailed vendor_bad_answer when there is none."""
    found = member(value, *names)
    if not isinstance(found, str) or not found.strip():
        raise failed(alias, "bad_answer")
    return found.strip()


def link(value: Any) -> str:
    """An address of a result; "" for what is none yet."""
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else ""


def percent(value: Any) -> int:
    """Of "42/100"; 0 when it does not say so."""
    found = re.fullmatch(r"\s*(\d{1,3})\s*/\s*100\s*", value) if isinstance(value, str) else None
    return min(100, int(found[1])) if found else 0


def meaning(alias: str, content: bytes, clues: Sequence[Clue]) -> EngineFailed | None:
    """What the first of `clues` found in an answer says, in our words and then in the vendor's; None without one."""
    text = content.decode(errors="replace")
    for pattern, code, words in clues:
        if pattern.search(text):
            return EngineFailed(words.format(vendor(alias).name) + _said(content), code)
    return None


def trouble(alias: str, told: Sequence[Any], clues: Sequence[Clue]) -> EngineFailed:
    """Why a job ended badly, from the texts in which the vendor tells it; vendor_failed when no clue is in them."""
    content = json.dumps([each for each in told if each]).encode()
    words = f"{vendor(alias).name} could not make the clip.{_said(content)}"
    return meaning(alias, content, clues) or EngineFailed(words, "vendor_failed")


def gone(alias: str) -> EngineFailed:
    """The trouble of a job that its vendor does not know any more."""
    return EngineFailed(f"{vendor(alias).name} does not have this clip any more.", "vendor_not_found")


def no_face(alias: str) -> EngineFailed:
    name = vendor(alias).name
    return EngineFailed(f"This face is not known at {name}: enter its id there on the face's page.", "vendor_no_face")


def own_voice(alias: str, voice: str) -> str:
    """The vendor's id of an order's voice; "" for the face's own. Raises EngineFailed vendor_cannot."""
    provider, _, name = voice.partition(":")
    if provider not in ("", alias):
        raise EngineFailed(f"{vendor(alias).name} cannot speak with a voice of {provider}.", "vendor_cannot")
    return "" if name == "own" else name


def _said(content: bytes) -> str:
    own = words_of(content)
    return f" It says: {own}" if own else ""
