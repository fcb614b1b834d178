"""How written English is read aloud: abbreviations, money, dates, times, addresses. One written word at a time."""

import re
from collections.abc import Callable

_ABBREVIATIONS = {
    "mr.": "Mister", "mrs.": "Missus", "ms.": "Miz", "dr.": "Doctor", "prof.": "Professor", "jr.": "Junior",
    "sr.": "Senior", "vs.": "versus", "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera",
    "approx.": "approximately", "dept.": "department", "est.": "established", "inc.": "Incorporated",
    "ltd.": "Limited", "corp.": "Corporation", "a.m.": "A M", "p.m.": "P M", "ph.d.": "P H D", "gov.": "Governor",
    "gen.": "General", "rev.": "Reverend", "hon.": "Honorable", "mt.": "Mount", "ave.": "Avenue", "blvd.": "Boulevard",
    "tel.": "telephone", "ext.": "extension", "incl.": "including", "cf.": "compare", "ca.": "circa",
    "mr": "Mister", "mrs": "Missus", "dr": "Doctor", "vs": "versus", "etc": "et cetera", "w/": "with", "w/o": "without",
    "&": "and", "+": "plus", "=": "equals", "%": "percent", "@": "at", "°": "degrees", "×": "times", "÷": "divided by",
    "±": "plus or minus", "≈": "about", "≠": "is not equal to", "≤": "at most", "≥": "at least", "→": "to",
    "½": "one half", "¼": "one quarter", "¾": "three quarters", "§": "section", "/": "or",
}  # fmt: skip
_SPELLED = {
    "AI", "API", "APIs", "ASCII", "ATM", "BBC", "CEO", "CFO", "CLI", "CPU", "CPUs", "CRM", "CSS", "CSV", "CTO",
    "DIY", "DNS", "DVD", "EU", "FAQ", "FAQs", "FBI", "FTP", "GDP", "GPS", "GPT", "GPU", "GPUs", "HD", "HR", "HTML",
    "HTTP", "HTTPS", "ID", "IDs", "IP", "IT", "JS", "KPI", "KPIs", "LLM", "LLMs", "ML", "MP", "NHS", "OS", "PC",
    "PDF", "PDFs", "PHP", "PM", "PR", "QA", "QR", "ROI", "SDK", "SDKs", "SMS", "SQL", "SSH", "SSL", "TLS", "TTS",
    "TV", "UI", "UK", "UN", "URL", "URLs", "US", "USA", "USB", "UX", "VIP", "VPN", "VR", "XML",
}  # fmt: skip
_MAY_END = {"etc.", "inc.", "ltd.", "corp.", "jr.", "sr.", "a.m.", "p.m.", "ph.d."}  # their dot may end a sentence too
_BEFORE_NUMBER = {"no.": "number", "nos.": "numbers", "fig.": "figure", "vol.": "volume", "ch.": "chapter",
                  "p.": "page", "pp.": "pages", "sec.": "section", "art.": "article"}  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH_SHORT = {f"{month[:3].lower()}.": month for month in _MONTHS} | {"sept.": "September"}
_UNITS = {
    "km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter", "kg": "kilogram", "g": "gram",
    "mg": "milligram", "l": "liter", "ml": "milliliter", "mi": "mile", "ft": "foot", "lb": "pound", "lbs": "pound",
    "oz": "ounce", "h": "hour", "hr": "hour", "hrs": "hour", "min": "minute", "mins": "minute", "s": "second",
    "sec": "second", "ms": "millisecond", "hz": "hertz", "khz": "kilohertz", "mhz": "megahertz", "ghz": "gigahertz",
    "kb": "kilobyte", "mb": "megabyte", "gb": "gigabyte", "tb": "terabyte", "w": "watt", "kw": "kilowatt",
    "kwh": "kilowatt hour", "v": "volt", "mph": "mile per hour", "km/h": "kilometer per hour",
    "kb/s": "kilobyte per second", "mb/s": "megabyte per second", "gb/s": "gigabyte per second",
    "m/s": "meter per second", "kmh": "kilometer per hour", "fps": "frame per second", "°c": "degree Celsius",
    "°f": "degree Fahrenheit",
    "°": "degree", "m²": "square meter", "km²": "square kilometer", "m³": "cubic meter",
}  # fmt: skip
_PLURALS = {"foot": "feet", "hertz": "hertz", "kilohertz": "kilohertz", "megahertz": "megahertz",
            "gigahertz": "gigahertz"}  # fmt: skip
_MONEY = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny"), "¥": ("yen", ""),
          "₹": ("rupee", "paisa"), "₩": ("won", "")}  # fmt: skip
_UNCOUNTED = {"yen": "yen", "won": "won", "penny": "pence", "paisa": "paise"}
_SCALE = {"thousand", "million", "billion", "trillion", "k", "m", "bn", "b"}
_SCALE_NAMES = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion"}
_MARKS = {".": " dot ", "/": " slash ", "-": " dash ", "_": " underscore ", "@": " at ", "?": " question mark ",
          "=": " equals ", "&": " and ", "#": " hash ", ":": " colon ", "%": " percent ", "+": " plus ",
          "~": " tilde "}  # fmt: skip
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_MAX_ADDRESS = 120  # characters of a URL that are read; nobody listens to a longer one
_AREA_CODE, _LOCAL_NUMBER = re.compile(r"\d{3}"), re.compile(r"\d{3}-\d{4}\b")
_NOTE = re.compile(r"^\d")
_INITIALS = re.compile(r"(?:[A-Z]\.){2,5}")


def spoken(word: str, following: str) -> str | None:
    """How `word` is read when `following` comes next; None to leave it as it is.

    `word` may end in sentence punctuation, which is kept.
    """
    bare = word.rstrip(",!?;:)")
    direct = _abbreviation(bare, following)
    if direct is not None:
        return direct + word[len(bare) :].replace(")", "")
    core = word.rstrip(".,!?;:)")
    end = word[len(core) :].replace(")", "")
    direct = _abbreviation(core, following) if end else None
    if direct is not None:
        return direct + end
    if _AREA_CODE.fullmatch(core) and _LOCAL_NUMBER.match(following):
        return " ".join(core) + ","
    for pattern, read in _RULES:
        match = pattern.fullmatch(core)
        if match:
            return read(match, following) + end
    return None


def _abbreviation(word: str, following: str) -> str | None:
    low = word.lower()
    if low in _BEFORE_NUMBER:
        return _BEFORE_NUMBER[low] if _NOTE.match(following) else None
    if low in _MONTH_SHORT and low != "may.":
        return _MONTH_SHORT[low]
    if low == "st.":
        return "Saint" if following[:1].isupper() else "Street"
    if _INITIALS.fullmatch(word):
        return " ".join(word.replace(".", " ").split()) + ("" if following else ".")
    if word in _SPELLED:
        return _letters(word)
    if low in _MAY_END and (not following or following[0].isupper()):
        return _ABBREVIATIONS[low] + "."
    return _ABBREVIATIONS.get(low)


def _letters(word: str) -> str:
    if word.endswith("s") and word[:-1].isupper():
        return " ".join(word[:-2]) + f" {word[-2]}'s"
    return " ".join(word)


def _address(match: re.Match[str], following: str) -> str:
    text = re.sub(r"^(?:[a-z]+://|mailto:)(?:www\.)?", "", match[0], flags=re.IGNORECASE)[:_MAX_ADDRESS].rstrip("/")
    return " ".join("".join(_MARKS.get(letter, letter) for letter in text).split())


def _money(match: re.Match[str], following: str) -> str:
    unit, part = _MONEY[match["sign"]]
    whole, _, fraction = match["amount"].partition(".")
    scale = (match["scale"] or "").lower()
    if scale:
        return f"{match['amount']} {_SCALE_NAMES.get(scale, scale)} {_plural(unit, '2')}"
    if following.lower().rstrip(".,!?;:") in _SCALE:
        return match["amount"]  # "$5 million": the unit is read after the scale, see `_scale`
    if len(fraction) == 2 and fraction != "00" and part:
        cents = str(int(fraction))
        return f"{whole} {_plural(unit, whole)} and {cents} {_plural(part, cents)}"
    amount = whole if fraction in ("", "00") else match["amount"]
    return f"{amount} {_plural(unit, amount)}"


def after_money(previous: str, word: str) -> str | None:
    """The "million" of "$5 million": the unit follows the scale."""
    core = word.rstrip(".,!?;:")
    sign = previous.lstrip("(\"'“‘")[:1]
    if sign in _MONEY and core.lower() in _SCALE:
        return f"{core} {_plural(_MONEY[sign][0], '2')}{word[len(core) :]}"
    return None


def after_number(previous: str, word: str) -> str | None:
    """The unit of "12 km": read in full."""
    core = word.rstrip(".,!?;:")
    if core.lower() in ("am", "pm") and re.fullmatch(r"\d{1,2}(?::\d\d)?", previous):
        return f"{core[0].upper()} M{word[len(core) :]}"
    unit = _UNITS.get(core.lower())
    if unit is None or not re.fullmatch(_NUMBER, previous) or core.lower() in ("l", "s", "m") and core.isupper():
        return None
    return _units(unit, previous) + word[len(core) :]


def _plural(unit: str, amount: str) -> str:
    return unit if amount == "1" else _UNCOUNTED.get(unit, unit + "s")


def _units(unit: str, amount: str) -> str:
    first, _, rest = unit.partition(" ")
    if first in ("square", "cubic", "kilowatt"):
        return unit if amount == "1" else unit + "s"
    return f"{first if amount == '1' else _PLURALS.get(first, first + 's')} {rest}".strip()


def _measure(match: re.Match[str], following: str) -> str:
    unit = _UNITS.get(match["unit"].lower())
    return match[0] if unit is None else f"{match['amount']} {_units(unit, match['amount'])}"


def _date(match: re.Match[str], following: str) -> str:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0].replace("-", " ").replace("/", " ")
    return f"{_MONTHS[month - 1]} {ordinal(day)}, {_year(match['year'])}"


def _year(text: str) -> str:
    """1987 -> "19 87", 2026 -> "20 26"; 2005 and 1900 are read by the synthesiser."""
    if len(text) == 4 and text[2:] >= "10" and "11" <= text[:2] <= "20":
        return f"{text[:2]} {text[2:]}"
    return text


def ordinal(number: int) -> str:
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _time(match: re.Match[str], following: str) -> str:
    hour, minute = int(match["hour"]), match["minute"]
    half = " ".join((match["half"] or "").upper().replace(".", ""))
    exact = "hundred hours" if hour > 12 or hour == 0 else "o'clock"
    if minute == "00":
        minute = "" if half or following.lower()[:2] in ("am", "pm") else exact
    elif minute.startswith("0"):
        minute = f"oh {minute[1]}"
    return " ".join(f"{hour} {minute} {half}".split())


def _range(match: re.Match[str], following: str) -> str:
    """ "5-10" is a range, "555-1234" a telephone number."""
    if len(match[1]) == 3 and len(match[2]) == 4:
        return f"{' '.join(match[1])}, {' '.join(match[2])}"
    return f"{match[1]} to {match[2]}"


def _telephone(match: re.Match[str], following: str) -> str:
    """Digit by digit, group by group."""
    return ", ".join(" ".join(group) for group in re.findall(r"\d+", match[0]))


def _alternatives(match: re.Match[str], following: str) -> str:
    words = match[0].split("/")
    return (" or " if len(words) == 2 and "or" not in words else " ").join(words)


def _fraction(match: re.Match[str], following: str) -> str:
    top, bottom = int(match[1]), int(match[2])
    names = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 8: "eighth", 10: "tenth"}
    if top < bottom and bottom in names:
        plural = "halves" if bottom == 2 else names[bottom] + "s"
        return f"{top} {names[bottom] if top == 1 else plural}"
    return f"{top} {bottom}"


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], str]], ...] = (
    (re.compile(r"(?:[a-z][a-z0-9+.-]*://|mailto:)\S+", re.I), _address),
    (re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"), _address),
    (re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|ai|app|co|uk|de|eu|edu|gov)(?:/\S*)?", re.I),
     _address),
    (re.compile(r"@\w+"), lambda m, _: f"at {m[0][1:].replace('_', ' ')}"),
    (re.compile(r"#\d+"), lambda m, _: f"number {m[0][1:]}"),
    (re.compile(r"#\w+"), lambda m, _: f"hashtag {m[0][1:].replace('_', ' ')}"),
    (re.compile(rf"(?:US|CA|AU|NZ|[ACS])?(?P<sign>[$€£¥₹₩])(?P<amount>{_NUMBER})(?P<scale>k|m|bn|b)?", re.I), _money),
    (re.compile(rf"(?P<amount>{_NUMBER})(?P<scale>)(?P<sign>[$€£¥₹₩])"), _money),
    (re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})"), _date),
    (re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})"), _date),
    (re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::\d\d)?(?P<half>[ap]\.?m)?", re.I), _time),
    (re.compile(r"(?P<hour>1[0-2]|[1-9])(?P<minute>)(?P<half>[ap]\.?m)", re.I), _time),
    (re.compile(r"(\d{1,2})/(\d{1,2})"), _fraction),
    (re.compile(r"\+?\d{1,4}(?:-\d{2,4}){2,4}"), _telephone),
    (re.compile(r"(1[1-9]\d\d|20\d\d)[-–](1[1-9]\d\d|20\d\d)"), lambda m, _: f"{_year(m[1])} to {_year(m[2])}"),
    (re.compile(rf"({_NUMBER})[-–]({_NUMBER}%?)"), _range),
    (re.compile(r"\d+(?:\.\d+){2,}"), lambda m, _: m[0].replace(".", " point ")),
    (re.compile(r"[\w-]+\.[a-z]{2,4}"), lambda m, _: m[0].replace(".", " dot ").replace("_", " ")),
    (re.compile(r"([A-Za-z]+)#"), lambda m, _: f"{m[1]} sharp"),
    (re.compile(rf"±({_NUMBER}%?)"), lambda m, _: f"plus or minus {m[1]}"),
    (re.compile(r"(\w+)²"), lambda m, _: f"{m[1]} squared"),
    (re.compile(r"(\w+)³"), lambda m, _: f"{m[1]} cubed"),
    (re.compile(r"(\d+)½"), lambda m, _: f"{m[1]} and a half"),
    (re.compile(r"1[1-9]\d\d|20\d\d"), lambda m, _: _year(m[0])),
    (re.compile(rf"[~≈]({_NUMBER}%?)"), lambda m, _: f"about {m[1]}"),
    (re.compile(rf"[-−]({_NUMBER})"), lambda m, _: f"minus {m[1]}"),
    (re.compile(rf"({_NUMBER})%"), lambda m, _: f"{m[1]} percent"),
    (re.compile(rf"(?P<amount>{_NUMBER})(?P<unit>[a-zA-Z°][a-zA-Z/²³°]{{0,3}})"), _measure),
    (re.compile(r"[A-Za-z]+(?:/[A-Za-z]+)+"), _alternatives),
    (re.compile(r"(\w+)&(\w+)"), lambda m, _: f"{m[1]} and {m[2]}"),
)  # fmt: skip
