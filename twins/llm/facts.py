"""What somebody tells of themselves, found by rules: in English, Spanish, French, German and Portuguese."""

import re
from dataclasses import dataclass
from functools import cache

from twins.llm.intents import folded
from twins.llm.sentences import split
from twins.llm.speakable import clean
from twins.llm.terms import primary, terms

LONGEST = 200  # characters of a fact
LOOKED_AT = 4_000  # characters of a message

# What is told goes on to a mark, or to where something else begins.
_REST = (
    r"(?P<what>[^.,;:!?()\n]{2,80}?)(?=\s*(?:[.,;:!?()\n]|$)|\s+(?:and|but|because|so|since|although|y|e|et|und|aber|"
    r"mais|pero|mas|porque|weil|parce)\b)"
)
_NAME = r"(?P<what>[^\W\d_][\w'’\-]{1,30}(?:[ ][A-ZÀ-Þ][\w'’\-]{1,30}){0,2})"
_NO_NAMES = frozenset(
    ("back", "later", "tomorrow", "when", "if", "at", "on", "maybe", "crazy", "the", "soon", "again", "now", "today")
    + ("not", "what", "by", "that")
)
_KIN = (
    r"wife|husband|partner|boyfriend|girlfriend|son|daughter|child|children|kids?|baby|mother|father|mom|mum|dad|"
    r"brother|sister|grandmother|grandfather|dog|cat|pet|horse|bird|car|bike|boss|teacher|doctor|hobby|job|company|"
    r"team|school|birthday|shoe size|size|budget|goal|dream|time ?zone|pronouns"
)
_STATES = (
    r"vegan|vegetarian|diabetic|pregnant|left-handed|right-handed|deaf|blind|colou?r-?blind|coeliac|celiac|married|"
    r"single|retired|divorced|widowed|engaged|a (?:vegan|vegetarian|student|nurse|chef|pilot|beginner|parent|mother|"
    r"father|[a-z]{2,20}(?:er|or|ist|ian))|an (?:engineer|artist|architect|accountant|expert|editor|actor|actress)"
)
_NOT_LIKED = r"(?!(?:it|this|that|these|those|you|your|him|her|them|how|what|when|the (?:way|idea|sound))\b)"

# subject -> pattern. "{what}" in a subject: what is told has it for a key, so that liking and hating it are one fact.
_RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("name", rf"\bmy name(?: is not|'s not| isn't) \w+[, ]+(?:it is|it's|but)\s+{_NAME}"),
        ("name", rf"\b(?:my name is|my name's|i am called|i'm called|(?:you (?:can|may) )?call me|i go by)\s+{_NAME}"),
        ("home", rf"\bi (?:now |currently |just )?(?:live|am living|moved|have moved|am based|reside) "
                 rf"(?:in|to|near|at|on) {_REST}"),
        ("origin", rf"\bi (?:am|come) (?:originally )?from {_REST}"),
        ("age", r"\bi am (?P<what>\d{1,3})(?: years? old)?(?=\s*(?:[.,;!]|$| and\b))"),
        ("job", rf"\bi (?:work|am working) as {_REST}"),
        ("employer", rf"\bi work (?:at|for) {_REST}"),
        ("study", rf"\bi (?:study|am studying|am learning) {_REST}"),
        ("languages", rf"\bi speak {_REST}"),
        ("allergy {what}", rf"\bi am (?:not |no longer |very |severely |also )*(?:allergic|intolerant) to {_REST}"),
        ("allergy {what}", rf"\bi have an? allergy to {_REST}"),
        ("taste {what}", rf"\bi (?:really |also |just |absolutely )*(?:like|love|enjoy|adore|prefer|hate|dislike|"
                         rf"detest|cannot stand|can't stand|do not like|am fond of|am afraid of) {_NOT_LIKED}{_REST}"),
        ("favourite {kind}", rf"\bmy favou?rite (?P<kind>\w+(?: \w+)?) (?:is|are) {_REST}"),
        ("{kind}", rf"\bmy (?P<kind>{_KIN})(?:'s name)? (?:is|are)(?: called| named)? {_REST}"),
        ("{what}", rf"\bi have (?:a|an|one|two|three|four|five|six|\d+) (?P<what>(?:\w+ )?(?:{_KIN}|cats|dogs|sons|"
                   r"daughters|brothers|sisters|pets)(?: (?:named|called) [^.,;!?]{2,40})?)\b"),
        ("{what}", rf"\bi am (?:not )?(?P<what>{_STATES})\b(?! of)"),
    ),
    "es": (
        ("name", rf"\b(?:me llamo|mi nombre es|ll[aá]mame)\s+{_NAME}"),
        ("home", rf"\b(?:vivo|resido|me mud[eé]) (?:en|a|cerca de) {_REST}"),
        ("origin", rf"\bsoy de {_REST}"),
        ("age", r"\btengo (?P<what>\d{1,3}) años"),
        ("job", rf"\btrabajo (?:como|de) {_REST}"),
        ("employer", rf"\btrabajo (?:en|para) {_REST}"),
        ("allergy {what}", rf"\b(?:no )?soy (?:muy )?al[eé]rgic[oa] (?:a los|a las|al|a la|a) {_REST}"),
        ("taste {what}", rf"\b(?:no )?me (?:gustan?|encantan?) {_REST}"),
        ("taste {what}", rf"\b(?:odio|detesto|adoro) {_REST}"),
    ),
    "fr": (
        ("name", rf"\b(?:je m'appelle|mon nom est|appelle[sz]?-moi)\s+{_NAME}"),
        ("home", rf"\b(?:j'habite|je vis|je réside) (?:à|a|en|au|aux|dans|près de) {_REST}"),
        ("origin", rf"\bje (?:viens|suis) (?:de|du|d'){_REST}"),
        ("age", r"\bj'ai (?P<what>\d{1,3}) ans"),
        ("job", rf"\bje travaille comme {_REST}"),
        ("employer", rf"\bje travaille (?:chez|pour|à) {_REST}"),
        ("allergy {what}", rf"\bje (?:ne )?suis (?:pas )?allergique (?:aux|au|à la|à l'|à) ?{_REST}"),
        ("taste {what}", rf"\b(?:j'aime|j'adore|je déteste|je n'aime pas|je hais) {_REST}"),
    ),
    "de": (
        ("name", rf"\b(?:ich hei(?:ss|ß)e|mein name ist|nenn(?:en sie)? mich)\s+{_NAME}"),
        ("home", rf"\bich (?:wohne|lebe) (?:jetzt )?(?:in|bei|nahe) {_REST}"),
        ("origin", rf"\bich komme aus {_REST}"),
        ("age", r"\bich bin (?P<what>\d{1,3})(?: jahre alt)?(?=\s*(?:[.,;!]|$))"),
        ("job", rf"\bich arbeite als {_REST}"),
        ("employer", rf"\bich arbeite (?:bei|für) {_REST}"),
        ("allergy {what}", rf"\bich bin (?:nicht )?allergisch (?:gegen|auf) {_REST}"),
        ("taste {what}", rf"\bich (?:mag|liebe|hasse|verabscheue) {_REST}"),
    ),
    "pt": (
        ("name", rf"\b(?:me chamo|chamo-me|meu nome (?:é|e)|pode me chamar de)\s+{_NAME}"),
        ("home", rf"\b(?:moro|vivo|resido) (?:em|no|na|perto de) {_REST}"),
        ("origin", rf"\bsou d[eoa] {_REST}"),
        ("age", r"\btenho (?P<what>\d{1,3}) anos"),
        ("job", rf"\btrabalho como {_REST}"),
        ("employer", rf"\btrabalho (?:em|para|na|no) {_REST}"),
        ("allergy {what}", rf"\b(?:não )?sou al[eé]rgic[oa] (?:aos|às|ao|à|a) {_REST}"),
        ("taste {what}", rf"\b(?:não )?gosto (?:de|do|da|dos|das) {_REST}"),
        ("taste {what}", rf"\b(?:adoro|odeio|detesto) {_REST}"),
    ),
}  # fmt: skip
_LONG_FORMS = (("’", "'"), ("I'm ", "I am "), ("i'm ", "i am "), ("don't ", "do not "), ("I've ", "I have "))
_SUPPOSED = re.compile(r"^\W*(?:if|imagine|suppose|what if|pretend|si|wenn|se)\b", re.IGNORECASE)
_SECRET = re.compile(r"\b(?:password|passcode|pin|cvv|card number|iban|contraseña|mot de passe|passwort|senha)\b", re.I)


@dataclass(frozen=True)
class Fact:
    """One thing that a person told: a later one on the same `subject` replaces it. `text` is in their own words."""

    subject: str
    text: str


def facts(text: str, language: str) -> list[Fact]:
    """What the writer of a message tells of themselves in it; English is understood beside `language`."""
    found: dict[str, Fact] = {}
    for sentence in split(clean(text[:LOOKED_AT])):
        if sentence.rstrip("\"'”’»)").endswith("?") or _SUPPOSED.search(sentence) or _SECRET.search(sentence):
            continue
        for subject, pattern in _rules(primary(language)):
            for match in pattern.finditer(_in_full(sentence)):
                if (fact := _fact(subject, match)) and fact.subject not in found:
                    found[fact.subject] = fact
    return list(found.values())


def _fact(subject: str, match: re.Match[str]) -> Fact | None:
    what = match["what"].strip()
    if subject == "name":
        return (
            None
            if folded(what).split()[:1] and folded(what).split()[0] in _NO_NAMES
            else Fact(subject, _ended(match.group(), what))
        )
    named = {"what": _key(what), "kind": _key(match.groupdict().get("kind") or "")}
    key = " ".join(subject.format(**named).split())[:120]
    return Fact(key, _ended(match.group())) if key and what else None


def _ended(text: str, name: str = "") -> str:
    """A whole sentence, beginning with a capital letter."""
    text = " ".join(text.split())[:LONGEST].rstrip(" ,;:")
    if name and re.match(
        r"(?:you (?:can|may) )?call me|i go by|i am called|my name(?: is|'s)? ?(?:not|isn't)", text, re.I
    ):
        text = f"My name is {name}"
    text = re.sub(r"\bi\b", "I", text) if re.match(r"(?:i|my)\b", text, re.I) else text
    return text[:1].upper() + text[1:] + "."


def _key(what: str) -> str:
    return " ".join(dict.fromkeys(terms(what, "en"))) or folded(what)


def _in_full(sentence: str) -> str:
    for short, long in _LONG_FORMS:
        sentence = sentence.replace(short, long)
    return sentence


@cache
def _rules(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    listed = [*_RULES.get(language, ()), *(_RULES["en"] if language != "en" else ())]
    return tuple((subject, re.compile(pattern, re.IGNORECASE)) for subject, pattern in listed)
