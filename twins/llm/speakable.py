"""Text that can be read aloud: no markup, no emoji, whole sentences, no more of them than wanted."""

import re
import unicodedata

from twins.llm.sentences import split

_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^)\s]{0,500}\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_LINE_MARK = re.compile(r"^\s*(?:#{1,6}\s+|[-*•–+]\s+|>\s?|\d{1,3}[.)]\s+(?=\D))")
_QUESTION_MARK = re.compile(
    r"^(?:q|a|question|answer|frage|antwort|pregunta|respuesta|réponse)\s*[:：]\s*", re.IGNORECASE
)
_EMPHASIS = re.compile(r"\*{1,3}|`{1,3}|~~|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)")
_END = ".!?…。！？｡।॥۔؟።։"
_WIDE = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def clean(text: str) -> str:
    """Untrusted text without control characters, lone surrogates and invisible ones; newlines stay."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    return "".join(c for c in text if c in "\n\t\u200c\u200d" or unicodedata.category(c)[0] != "C")


def speakable(sentence: str) -> str:
    """One sentence of a document as it is said: marks of lists, headings, emphasis and links removed."""
    text = _LINK.sub(r"\1", clean(sentence))
    text = _LINE_MARK.sub("", _TAG.sub(" ", text))
    text = _QUESTION_MARK.sub("", _EMPHASIS.sub("", text).strip())
    text = " ".join("".join(c for c in text if not _is_picture(c)).split())
    if not re.search(r"\w", text):
        return ""
    text = text.rstrip(" ,;:-–—|")
    return text if text.rstrip("\"'”’»)）」』")[-1:] in _END else text + ("。" if _WIDE.search(text[-1]) else ".")


def _is_picture(c: str) -> bool:
    return unicodedata.category(c) == "So" and c not in "°©®™№" or c in "\ufe0f\u200d"


def fit(parts: list[str], max_sentences: int, word_limit: int) -> list[str]:
    """Whole sentences within both limits; only a first sentence that is too long is cut, at a clause."""
    kept: list[str] = []
    words = 0
    for sentence in (sentence for part in parts if part for sentence in split(part)):
        words += count_words(sentence)
        if kept and (words > word_limit or len(kept) == max_sentences):
            break
        kept.append(sentence if words <= word_limit else _shortened(sentence, word_limit))
    return kept


def count_words(text: str) -> int:
    """Words; two characters make one in scripts without spaces."""
    wide = len(_WIDE.findall(text))
    return len(_WIDE.sub(" ", text).split()) + (wide + 1) // 2


def _shortened(sentence: str, word_limit: int) -> str:
    """The clauses that fit; when not even one does, as many words as fit."""
    clauses = re.split(r"(?<=[,;:，、；：])\s*", sentence)
    text = ""
    for clause in clauses:
        joined = f"{text} {clause}".strip() if not _WIDE.search(clause[:1]) else text + clause
        if count_words(joined) > word_limit:
            break
        text = joined
    if not text:
        text = sentence[: word_limit * 2] if _WIDE.search(sentence) else " ".join(sentence.split()[:word_limit])
    return text[:2_000].rstrip(" ,;:，、；：.") + ("。" if _WIDE.search(text) else ".")
