"""What a twin can say that it knows about: the titles of its documents, or the nouns its knowledge turns on."""

import re
from functools import lru_cache

from twins.llm.intents import folded
from twins.llm.retrieval import Index
from twins.llm.speakable import speakable
from twins.llm.terms import generic_terms, stop_words, word_term, words

MOST_TOPICS = 12
_LOOKED_AT = 400  # sentences

_NOT_A_TITLE = re.compile(
    r"https?:|www\.|@|^\W*$|\d{4,}|^(?:untitled|documents?|file|text|notes?|knowledge(?: base)?|faq|misc|data|upload|"
    r"about|page|source|introduction|general|readme)\b[\s\d]*$",
    re.IGNORECASE,
)
_DETERMINERS = {
    "en": "the our my your a an of about for his her their",
    "es": "el la los las un una nuestro nuestra nuestros nuestras mi mis del",
    "fr": "le la les un une des notre nos mon ma mes du",
    "de": "der die das den dem ein eine einen einem unser unsere unseren mein meine",
    "it": "il lo la i gli le un una nostro nostra nostri nostre mio mia",
    "pt": "o a os as um uma nosso nossa nossos nossas meu minha do da",
}


def topics(index: Index, language: str, name: str) -> list[str]:
    """At most a dozen names of topics, in the order of the knowledge."""
    return list(_topics(index, language, name))


@lru_cache(maxsize=32)
def _topics(index: Index, language: str, name: str) -> tuple[str, ...]:
    sources = dict.fromkeys(unit.source for unit in index.units if unit.source)
    titles = [title for source in list(sources)[:100] if (title := _title(source, language, name))]
    return tuple(list(dict.fromkeys(titles))[:MOST_TOPICS] or _nouns(index, language, name))


def _title(source: str, language: str, name: str) -> str:
    text = re.sub(r"\.\w{2,4}$", "", source[:120])
    text = speakable(text.replace("_", " ").replace("-", " ")).rstrip(".。")
    text = re.sub(r"^about\s+", "", text, flags=re.IGNORECASE)
    if (
        _NOT_A_TITLE.search(source)
        or _NOT_A_TITLE.search(text)
        or not 1 <= len(text.split()) <= 6
        or folded(text) == folded(name)
    ):
        return ""
    first, *_ = text.split()
    lowered = language != "de" and first[1:].islower() and first not in name.split()
    return text[0].lower() + text[1:] if lowered else text


def _nouns(index: Index, language: str, name: str) -> list[str]:
    """The words that most often stand behind an article: close enough to what the knowledge turns on."""
    counted: dict[str, tuple[int, str]] = {}
    own = set(words(name))
    before = set(_DETERMINERS.get(language, "").split())
    for unit in index.units[:_LOOKED_AT]:
        spoken = words(unit.text)
        for determiner, word in zip(spoken, spoken[1:], strict=False):
            term = word_term(word, language)
            if determiner in before and len(word) > 3 and term and word not in own and _names(word, term, language):
                counted[term] = (counted.get(term, (0, ""))[0] + 1, counted.get(term, (0, word))[1])
    ranked = sorted(counted.values(), key=lambda item: -item[0])
    return [word.capitalize() if language == "de" else word for _, word in ranked[:6]]


def _names(word: str, term: str, language: str) -> bool:
    return word.isalpha() and term not in generic_terms(language) and word not in stop_words(language)
