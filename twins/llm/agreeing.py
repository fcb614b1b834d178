"""Whether somebody says yes, without a language model: by how their words begin."""

import re

from twins.llm.terms import primary

# The words of each language that say yes when they come first; most are also understood in other languages' talks.
_YES = {
    "en": "yes yeah yep yup correct right exactly sure indeed confirmed absolutely",
    "de": "ja genau richtig stimmt korrekt",
    "fr": "oui exact exactement correct",
    "es": "sí si correcto exacto claro",
    "it": "sì si esatto giusto corretto",
    "pt": "sim certo correto exato isso",
    "nl": "ja klopt juist",
    "sv": "ja stämmer",
    "da": "ja rigtigt",
    "fi": "kyllä joo",
    "pl": "tak zgadza",
    "cs": "ano správně",
    "sk": "áno správne",
    "hr": "da točno",
    "ro": "da corect",
    "bg": "да точно",
    "ru": "да верно правильно",
    "uk": "так вірно правильно",
    "el": "ναι σωστά",
    "tr": "evet doğru",
    "id": "ya betul benar",
    "ms": "ya betul",
    "fil": "oo opo tama",
    "hi": "हाँ हां जी",
    "ta": "ஆம்",
    "ar": "نعم صحيح",
    "ja": "はい ええ そうです",
    "ko": "네 예 맞아요",
    "zh": "是 对 對 没错 好",
}
_UNSPACED = {"ja", "ko", "zh"}  # or with endings that grow onto the word
_FIRST = re.compile(r"[^\W\d_][\w\u0300-\u036f\u0900-\u097f\u0b80-\u0bff]*")


def agrees(text: str, language: str) -> bool:
    """Whether the text begins with a yes, in `language` or in English."""
    own = primary(language)
    begins = text.strip().lower()
    if own in _UNSPACED and begins.startswith(tuple(_YES[own].split())):
        return True
    first = _FIRST.search(begins)
    return first is not None and first[0] in {*_YES.get(own, "").split(), *_YES["en"].split()}
