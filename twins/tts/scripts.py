"""Which writing a letter belongs to."""

import unicodedata
from functools import lru_cache

EASTERN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})  # written without spaces


@lru_cache(maxsize=4096)
def script_of(letter: str) -> str:
    """The first word of a letter's Unicode name, e.g. LATIN; of its compatibility form for e.g. full-width letters."""
    plain = unicodedata.normalize("NFKC", letter)[:1]
    return unicodedata.name(plain, "").split(" ")[0]
