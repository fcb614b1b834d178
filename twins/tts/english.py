"""How written English is read aloud: its table, and what English alone does."""

import re
from dataclasses import dataclass

from twins.tts.habits import Habits, table

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH_SHORT = {f"{month[:3].lower()}.": month for month in _MONTHS if month != "May"} | {"sept.": "September"}
_ACRONYMS = frozenset({
    "AI", "API", "ASCII", "ATM", "BBC", "CEO", "CFO", "CLI", "CPU", "CRM", "CSS", "CSV", "CTO", "DIY", "DNS", "DVD",
    "EU", "FAQ", "FBI", "FTP", "GDP", "GPS", "GPT", "GPU", "HD", "HR", "HTML", "HTTP", "HTTPS", "ID", "IP", "IT", "JS",
    "KPI", "LLM", "ML", "MP", "NHS", "OS", "PC", "PDF", "PHP", "PM", "PR", "QA", "QR", "ROI", "SDK", "SMS", "SQL",
    "SSH", "SSL", "TLS", "TTS", "TV", "UI", "UK", "UN", "URL", "US", "USA", "USB", "UX", "VIP", "VPN", "VR", "XML",
})  # fmt: skip
_SCALES = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion"}
_SCALE = frozenset({"thousand", "million", "billion", "trillion", *_SCALES})
_PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 8: "eighth", 10: "tenth"}
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_AREA_CODE, _LOCAL_NUMBER = re.compile(r"\d{3}"), re.compile(r"\d{3}-\d{4}\b")
_CLOCK = re.compile(r"\d{1,2}(?::\d\d)?")
_INITIALS = re.compile(r"(?:[A-Z]\.){2,5}")
_SCALED = re.compile(rf"(?:US|CA|AU|NZ|[ACS])?(?P<sign>[$€£¥₹₩])(?P<number>{_NUMBER})(?P<scale>k|m|bn|b)", re.I)
_PLURAL_ACRONYM = re.compile(r"([A-Z]{2,5})s")


@dataclass(frozen=True)
class _English(Habits):
    """Reads a word with its neighbours where that is English's own: scales of money, a.m., area codes, "St."."""

    def said(self, words: list[str], index: int) -> str:
        word, previous = words[index], words[index - 1] if index else ""
        following = next((other for other in words[index + 1 : index + 4] if other), "")
        core = word.rstrip(".,!?;:")
        end = word[len(core) :]
        if core.lower() in _SCALE and (sign := previous.lstrip("(\"'“‘")[:1]) in self.money:
            return f"{core} {self.money[sign][1]}{end}"
        if core.lower() in ("am", "pm") and _CLOCK.fullmatch(previous):
            return f"{core[0].upper()} M{end}"
        if _CLOCK.fullmatch(core) and ":" in core and following.lower()[:2] in ("am", "pm"):
            return _clock(core) + end
        if _AREA_CODE.fullmatch(core.strip("()")) and _LOCAL_NUMBER.match(following):
            return " ".join(core.strip("()")) + ","
        if core[:1] in self.money and following.lower().rstrip(".,!?;:") in _SCALE:
            return core[1:]  # "$5 million": the unit is read after the scale
        return self._dotted(word.rstrip(",!?;:)"), following) or super().said(words, index)

    def _dotted(self, word: str, following: str) -> str:
        if word.lower() == "st.":
            return "Saint" if following[:1].isupper() else "Street"
        if _INITIALS.fullmatch(word):
            return " ".join(word.replace(".", " ").split()) + ("" if following else ".")
        return ""


def ordinal(number: int) -> str:
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _year(text: str) -> str:
    """1987 -> "19 87", 2026 -> "20 26"; 2005 and 1900 are read by the synthesiser."""
    return f"{text[:2]} {text[2:]}" if text[2:] >= "10" and "11" <= text[:2] <= "20" else text


def _date(day: int, month: str, year: str) -> str:
    return f"{month} {ordinal(day)}, {year}"


def _time(hour: int, minute: int) -> str:
    if minute:
        return f"{hour} {minute}" if minute > 9 else f"{hour} oh {minute}"
    return f"{hour} hundred hours" if hour > 12 or hour == 0 else f"{hour} o'clock"


def _clock(text: str) -> str:
    """A time that "am" or "pm" follows."""
    hour, _, minute = text.partition(":")
    return _time(int(hour), int(minute)) if int(minute or 0) else str(int(hour))


def _half_day(match: re.Match[str], following: str) -> str:
    return f"{_clock(match['time'])} {match['half'][0].upper()} M"


def _scaled(match: re.Match[str], following: str) -> str:
    many = ENGLISH.money[match["sign"]][1]
    return f"{match['number']} {_SCALES[match['scale'].lower()]} {many}"


def _fraction(match: re.Match[str], following: str) -> str:
    top, bottom = int(match[1]), int(match[2])
    if top < bottom and bottom in _PARTS:
        plural = "halves" if bottom == 2 else _PARTS[bottom] + "s"
        return f"{top} {_PARTS[bottom] if top == 1 else plural}"
    return f"{top} {bottom}"


def _local_number(match: re.Match[str], following: str) -> str:
    return f"{' '.join(match[1])}, {' '.join(match[2])}"


def _alternatives(match: re.Match[str], following: str) -> str:
    words = match[0].split("/")
    return (" or " if len(words) == 2 and "or" not in words else " ").join(words)


ENGLISH = _English(
    point=".",
    abbreviations={
        "mr.": "Mister", "mrs.": "Missus", "ms.": "Miz", "dr.": "Doctor", "prof.": "Professor", "jr.": "Junior",
        "sr.": "Senior", "vs.": "versus", "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera",
        "approx.": "approximately", "dept.": "department", "est.": "established", "inc.": "Incorporated",
        "ltd.": "Limited", "corp.": "Corporation", "a.m.": "A M", "p.m.": "P M", "ph.d.": "P H D", "gov.": "Governor",
        "gen.": "General", "rev.": "Reverend", "hon.": "Honorable", "mt.": "Mount", "ave.": "Avenue",
        "blvd.": "Boulevard", "tel.": "telephone", "ext.": "extension", "incl.": "including", "cf.": "compare",
        "ca.": "circa", "mr": "Mister", "mrs": "Missus", "dr": "Doctor", "vs": "versus", "etc": "et cetera",
        "w/": "with", "w/o": "without", "°": "degrees", **_MONTH_SHORT,
    },
    before_number={"no.": "number", "nos.": "numbers", "fig.": "figure", "vol.": "volume", "ch.": "chapter",
                   "p.": "page", "pp.": "pages", "sec.": "section", "art.": "article"},
    months=_MONTHS,
    units=table("""
        km|kilometer|kilometers
        m|meter|meters
        cm|centimeter|centimeters
        mm|millimeter|millimeters
        kg|kilogram|kilograms
        g|gram|grams
        mg|milligram|milligrams
        l|liter|liters
        ml|milliliter|milliliters
        mi|mile|miles
        ft|foot|feet
        lb|pound|pounds
        lbs|pound|pounds
        oz|ounce|ounces
        h|hour|hours
        hr|hour|hours
        hrs|hour|hours
        min|minute|minutes
        mins|minute|minutes
        s|second|seconds
        sec|second|seconds
        ms|millisecond|milliseconds
        hz|hertz|hertz
        khz|kilohertz|kilohertz
        mhz|megahertz|megahertz
        ghz|gigahertz|gigahertz
        kb|kilobyte|kilobytes
        mb|megabyte|megabytes
        gb|gigabyte|gigabytes
        tb|terabyte|terabytes
        w|watt|watts
        kw|kilowatt|kilowatts
        kwh|kilowatt hour|kilowatt hours
        v|volt|volts
        mph|mile per hour|miles per hour
        km/h|kilometer per hour|kilometers per hour
        kmh|kilometer per hour|kilometers per hour
        kb/s|kilobyte per second|kilobytes per second
        mb/s|megabyte per second|megabytes per second
        gb/s|gigabyte per second|gigabytes per second
        m/s|meter per second|meters per second
        fps|frame per second|frames per second
        °c|degree Celsius|degrees Celsius
        °f|degree Fahrenheit|degrees Fahrenheit
        °|degree|degrees
        m²|square meter|square meters
        km²|square kilometer|square kilometers
        m³|cubic meter|cubic meters
    """),
    money={"$": ("dollar", "dollars", "cent", "cents"), "€": ("euro", "euros", "cent", "cents"),
           "£": ("pound", "pounds", "penny", "pence"), "¥": ("yen", "yen", "", ""),
           "₹": ("rupee", "rupees", "paisa", "paise"), "₩": ("won", "won", "", "")},
    marks={".": "dot", "/": "slash", "-": "dash", "_": "underscore", "@": "at", "?": "question mark", "=": "equals",
           "&": "and", "#": "hash", ":": "colon", "%": "percent", "+": "plus", "~": "tilde"},
    words={"&": "and", "+": "plus", "=": "equals", "%": "percent", "@": "at", "×": "times",
           "÷": "divided by", "±": "plus or minus", "≈": "about", "~": "about", "≠": "is not equal to", "≤": "at most",
           "≥": "at least", "→": "to", "½": "one half", "¼": "one quarter", "¾": "three quarters", "§": "section",
           "/": "or", "#": "hashtag", "№": "number", "-": "minus", "–": "to", "²": "squared", "³": "cubed"},
    date=_date,
    time=_time,
    cents=" and ",
    ordinals=re.compile(r"(\d+)(st|nd|rd|th)"),
    ordinal=lambda number, ending: ordinal(number),
    month_first=True,
    year=_year,
    may_end=frozenset({"etc.", "inc.", "ltd.", "corp.", "jr.", "sr.", "a.m.", "p.m.", "ph.d."}),
    acronyms=_ACRONYMS,
    first=(
        (_PLURAL_ACRONYM, lambda m, _: f"{' '.join(m[1][:-1])} {m[1][-1]}'s" if m[1] in _ACRONYMS else ""),
        (_SCALED, _scaled),
        (re.compile(r"(?P<time>(?:1[0-2]|0?[1-9])(?::[0-5]\d)?)(?P<half>[ap]\.?m)", re.I), _half_day),
        (re.compile(r"(\d{1,2})/(\d{1,2})"), _fraction),
        (re.compile(r"(\d{3})-(\d{4})"), _local_number),
        (re.compile(r"\d+(?:\.\d+){2,}"), lambda m, _: m[0].replace(".", " point ")),
        (re.compile(r"([A-Za-z]+)#"), lambda m, _: f"{m[1]} sharp"),
        (re.compile(r"(\d+)½"), lambda m, _: f"{m[1]} and a half"),
        (re.compile(r"[A-Za-z]+(?:/[A-Za-z]+)+"), _alternatives),
        (re.compile(r"(\w+)&(\w+)"), lambda m, _: f"{m[1]} and {m[2]}"),
        (re.compile(r"(\w+)([²³])"), lambda m, _: f"{m[1]} {'squared' if m[2] == '²' else 'cubed'}"),
    ),
    last=((re.compile(r"[\w-]+\.[a-z]{2,4}"), lambda m, _: m[0].replace(".", " dot ").replace("_", " ")),),
)  # fmt: skip
