"""How numbers, dates, money, addresses and abbreviations are read aloud: rules of all languages over a table of one.

One written word at a time, with what stands beside it. A language is a `Habits`; `twins.tts.reading` has them all.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

Rule = tuple[re.Pattern[str], Callable[[re.Match[str], str], str]]

_END = ",!?;:)"
_MAX_ADDRESS = 120  # characters of a URL that are read; nobody listens to a longer one
_SIGNS = "$€£¥₹₩"
_CODES = {"EUR": "€", "USD": "$", "US$": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "BRL": "R$"}
_NUMBER = r"\d+(?:[.,\u202f\u00a0]\d+)*"
_QUANTITY = re.compile(_NUMBER)
_TOP_LEVELS = "com|org|net|io|dev|ai|app|co|uk|de|eu|edu|gov|es|fr|it|br|pt|mx|ca|at|ch|nl|info"


@dataclass(frozen=True)
class Habits:
    """One language's table. Keys of words are lower case; abbreviations have their dots.

    months: twelve names. units: (one, many). money: sign -> (one, many, hundredth, hundredths; "" without any).
    marks: of addresses. words: of signs that stand alone or between words: "&", "%", "+", "=", "@", "#" (hashtag),
    "№" (number), "-" (minus), "–" (to, of ranges), "~", "±", "²", "³", "°".
    date: (day, month's name, year or "") -> text. time: (hour, minute) -> text;
    clock_words: what may follow a time, and is part of that text.
    cents: text between units and hundredths. ordinal: (number, ending as written) -> word, "" where it has no own one.
    """

    point: str
    abbreviations: Mapping[str, str]
    before_number: Mapping[str, str]
    months: tuple[str, ...]
    units: Mapping[str, tuple[str, str]]
    money: Mapping[str, tuple[str, str, str, str]]
    marks: Mapping[str, str]
    words: Mapping[str, str]
    date: Callable[[int, str, str], str]
    time: Callable[[int, int], str]
    cents: str
    ordinals: re.Pattern[str]
    ordinal: Callable[[int, str], str]
    clock_words: frozenset[str] = frozenset()
    month_first: bool = False
    year: Callable[[str], str] = field(default=lambda year: year)
    may_end: frozenset[str] = frozenset()  # abbreviations whose dot may end a sentence too
    acronyms: frozenset[str] = frozenset()  # read letter by letter
    first: tuple[Rule, ...] = ()  # the language's own rules, before those of all
    last: tuple[Rule, ...] = ()  # and after them
    with_dot: tuple[Rule, ...] = ()  # its own rules for words whose final dot belongs to them

    def said(self, words: list[str], index: int) -> str:
        """How `words[index]` is read; "" when it is read with the word before it.

        words: neighbours, without quotes and brackets; each may end in sentence punctuation, which is kept.
        """
        word, previous = words[index], words[index - 1] if index else ""
        following = next((other for other in words[index + 1 : index + 4] if other), "")
        core = _core(word)
        end = word[len(core) :].replace(")", "")
        if self._is_told(core, previous, following):
            return end
        if _QUANTITY.fullmatch(core) and (sign := _sign(previous) or (_sign(_core(following)) if word == core else "")):
            return self.amount(core, sign) + end
        unit = self._unit(previous, core)
        return unit + end if unit else self._alone(word, core, end, following)

    def _is_told(self, core: str, previous: str, following: str) -> bool:
        """Whether a money sign or "Uhr" is read with the number beside it."""
        if core.lower() in self.clock_words:
            return bool(_TIME.fullmatch(previous))
        return bool(_sign(core)) and bool(_QUANTITY.fullmatch(previous) or _QUANTITY.fullmatch(_core(following)))

    def _alone(self, word: str, core: str, end: str, following: str) -> str:
        bare = word.rstrip(_END)
        for candidate in (bare, core):
            read = self._abbreviation(candidate, following)
            if read is not None:
                return read + word[len(candidate) :].replace(")", "")
        if core.isalpha() and core.islower():
            return word
        for rules, text, rest in (
            (self.with_dot, bare, word[len(bare) :]),
            (self.first, core, end),
            (self._rules, core, end),
            (self.last, core, end),
        ):
            for pattern, say in rules:
                match = pattern.fullmatch(text)
                if match and (read := say(match, following)):
                    return read + rest.replace(")", "")
        return word

    def _abbreviation(self, word: str, following: str) -> str | None:
        low = word.lower()
        if low in self.before_number:
            return self.before_number[low] if following[:1].isdigit() else None
        if word in self.acronyms:
            return " ".join(word)
        read = self.abbreviations.get(low, self.words.get(word) if len(word) == 1 and word not in "-–#~°²³" else None)
        if read is not None and low in self.may_end and (not following or following[0].isupper()):
            return read + "."
        return read

    def _unit(self, previous: str, core: str) -> str:
        """The unit of "12 km", in full; "" when it is none."""
        names = self.units.get(core.lower())
        initial = core.isupper() and core.lower() in ("l", "s", "m", "h")
        return names[previous != "1"] if names and _QUANTITY.fullmatch(previous) and not initial else ""

    def amount(self, number: str, sign: str) -> str:
        """An amount of money: units and hundredths."""
        one, many, cent, cents = self.money.get(sign, ("", sign, "", ""))
        whole, _, fraction = number.partition(self.point)
        if len(fraction) == 2 and cent:
            units, count = f"{whole} {one if whole == '1' else many}", int(fraction)
            return f"{units}{self.cents}{count} {cent if count == 1 else cents}" if count else units
        return f"{number} {one if number == '1' else many}"

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        words = self.words
        return (
            (_ADDRESS, lambda m, _: self._address(m[0])),
            (_MAIL, lambda m, _: self._address(m[0])),
            (_DOMAIN, lambda m, _: self._address(m[0])),
            (_HANDLE, lambda m, _: f"{words['@']} {m[1].replace('_', ' ')}"),
            (_COUNTED, lambda m, _: f"{words['№']} {m[1]}"),
            (_HASHTAG, lambda m, _: f"{words['#']} {parted(m[1])}"),
            (_SIGN_FIRST, lambda m, _: self.amount(m["number"], m["sign"])),
            (_SIGN_LAST, lambda m, _: self.amount(m["number"], m["sign"])),
            (_ISO_DATE, lambda m, _: self._date(m["year"], m["month"], m["day"])),
            (_DATE, lambda m, _: self._written_date(m)),
            (_TIME, lambda m, _: self.time(int(m["hour"]), int(m["minute"] or m["rest"] or 0))),
            (_TELEPHONE, lambda m, _: ", ".join(" ".join(group) for group in re.findall(r"\d+", m[0]))),
            (self.ordinals, lambda m, _: self.ordinal(int(m[1]), m[2])),
            (_RANGE, lambda m, _: f"{self._number(m[1])} {words['–']} {self._number(m[2])}{self._percent(m[3])}"),
            (_PERCENT, lambda m, _: f"{m[1]}{self._percent('%')}"),
            (_MINUS, lambda m, _: f"{words['-']} {m[1]}"),
            (_ABOUT, lambda m, _: f"{words['~' if m[1] == '≈' else m[1]]} {m[2]}{self._percent(m[3])}"),
            (_MEASURE, lambda m, _: self._measure(m[1], m[2])),
            (_POWER, lambda m, _: f"{m[1]} {words[m[2]]}"),
            (_YEAR, lambda m, _: self.year(m[0])),
        )

    def _address(self, text: str) -> str:
        plain = re.sub(r"^(?:[a-z]+://|mailto:)(?:www\.)?", "", text, flags=re.IGNORECASE)[:_MAX_ADDRESS].rstrip("/")
        return " ".join("".join(f" {self.marks[x]} " if x in self.marks else x for x in plain).split())

    def _date(self, year: str, month: str, day: str) -> str:
        if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
            return ""
        return self.date(int(day), self.months[int(month) - 1], self.year(year) if len(year) == 4 else year)

    def _written_date(self, match: re.Match[str]) -> str:
        first, second = (match["b"], match["a"]) if self.month_first else (match["a"], match["b"])
        return self._date(match["year"], second, first) or re.sub(r"\D", " ", match[0])

    def _number(self, text: str) -> str:
        return self.year(text) if _YEAR.fullmatch(text) else text

    def _percent(self, sign: str | None) -> str:
        return f" {self.words['%']}" if sign else ""

    def _measure(self, number: str, unit: str) -> str:
        names = self.units.get(unit.lower())
        return f"{number} {names[number != '1']}" if names else ""


def table(text: str) -> dict[str, tuple[str, str]]:
    """Units, one a line: sign|one|many."""
    rows = (line.strip().split("|") for line in text.strip().splitlines())
    return {sign: (one, many) for sign, one, many in rows}


def _sign(text: str) -> str:
    """The money sign that a word is, or stands for."""
    if text == "R$" or (len(text) == 1 and text in _SIGNS):
        return text
    return _CODES.get(text, "")


def _core(word: str) -> str:
    return word.rstrip("." + _END)


def parted(tag: str) -> str:
    """ "BuenosDías_hoy" as words."""
    cuts = [at for at, (one, other) in enumerate(pairwise(tag), 1) if one.islower() and other.isupper()]
    return " ".join(tag[a:b] for a, b in pairwise([0, *cuts, len(tag)])).replace("_", " ")


_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|mailto:)\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_DOMAIN = re.compile(rf"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:{_TOP_LEVELS})(?:/\S*)?", re.IGNORECASE)
_HANDLE = re.compile(r"@(\w+)")
_COUNTED = re.compile(r"#(\d+)")
_HASHTAG = re.compile(r"#(\w+)")
_SIGN_FIRST = re.compile(rf"(?:US|CA|AU|NZ|[ACS])?(?P<sign>R?[{_SIGNS}])(?P<number>{_NUMBER})")
_SIGN_LAST = re.compile(rf"(?P<number>{_NUMBER})(?P<sign>[{_SIGNS}])")
_ISO_DATE = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})")
_DATE = re.compile(r"(?P<a>\d{1,2})([./-])(?P<b>\d{1,2})\2(?P<year>\d{4})")
_TIME = re.compile(r"(?P<hour>[01]?\d|2[0-4])(?::(?P<minute>[0-5]\d)(?::\d\d)?|[hH](?P<rest>[0-5]\d)?)")
_TELEPHONE = re.compile(r"\+?\d{1,4}(?:[-.]\d{2,4}){2,}")
_RANGE = re.compile(rf"({_NUMBER})[-–]({_NUMBER})(%)?")
_PERCENT = re.compile(rf"({_NUMBER})%")
_MINUS = re.compile(rf"[-−]({_NUMBER})")
_ABOUT = re.compile(rf"([~≈±])({_NUMBER})(%)?")
_MEASURE = re.compile(rf"({_NUMBER})([a-zA-Z°µ][a-zA-Z/²³°]{{0,3}})")
_POWER = re.compile(r"(\w*\D)([²³])")
_YEAR = re.compile(r"1[1-9]\d\d|20\d\d")
