"""How German is read aloud."""

import re

from twins.tts.habits import Habits, table

_STEMS = ("", "erst", "zweit", "dritt", "viert", "fünft", "sechst", "siebt", "acht", "neunt", "zehnt", "elft", "zwölft",
          "dreizehnt", "vierzehnt", "fünfzehnt", "sechzehnt", "siebzehnt", "achtzehnt", "neunzehnt")  # fmt: skip
_ONES = ("", "einund", "zweiund", "dreiund", "vierund", "fünfund", "sechsund", "siebenund", "achtund", "neunund")
_MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
           "Dezember")  # fmt: skip
_FOLLOWERS = frozenset(month.lower() for month in _MONTHS) | {"jahrhundert", "jahrhunderts", "mal", "stock", "klasse"}


def _ordinal(number: int) -> str:
    """Up to 39th, in the form that stands after "am" and "der" alike in its weak ending."""
    if number < len(_STEMS):
        return _STEMS[number] + "en"
    return f"{_ONES[number % 10]}{'zwanzig' if number < 30 else 'dreißig'}sten"


def _date(day: int, month: str, year: str) -> str:
    return f"{_ordinal(day)} {month} {year}".rstrip()


def _year(year: str) -> str:
    """1989 is said in hundreds, 2026 as a number."""
    return f"{year[:2]}hundert {year[2:].lstrip('0')}".rstrip() if "11" <= year[:2] <= "19" else year


def _time(hour: int, minute: int) -> str:
    return f"{hour} Uhr {minute}" if minute else f"{hour} Uhr"


def _counted(match: re.Match[str], following: str) -> str:
    """ "5." before a month or the like is the fifth; otherwise the dot ends the sentence."""
    return _ordinal(int(match[1])) if following.lower().rstrip(".,!?;:") in _FOLLOWERS else ""


GERMAN = Habits(
    point=",",
    abbreviations={
        "dr.": "Doktor", "prof.": "Professor", "hr.": "Herr", "fr.": "Frau", "z.b.": "zum Beispiel",
        "d.h.": "das heißt", "u.a.": "unter anderem", "usw.": "und so weiter", "bzw.": "beziehungsweise",
        "ca.": "circa", "inkl.": "inklusive", "evtl.": "eventuell", "ggf.": "gegebenenfalls", "tel.": "Telefon",
        "str.": "Straße", "vgl.": "vergleiche", "max.": "maximal", "mind.": "mindestens", "st.": "Sankt",
        "etc.": "et cetera", "zzgl.": "zuzüglich", "bspw.": "beispielsweise", "sog.": "sogenannte",
        "jh.": "Jahrhundert",
    },
    before_number={"nr.": "Nummer", "s.": "Seite", "kap.": "Kapitel", "abb.": "Abbildung", "art.": "Artikel",
                   "bd.": "Band", "§": "Paragraf"},
    months=_MONTHS,
    units=table("""
        km|Kilometer|Kilometer
        m|Meter|Meter
        cm|Zentimeter|Zentimeter
        mm|Millimeter|Millimeter
        kg|Kilogramm|Kilogramm
        g|Gramm|Gramm
        mg|Milligramm|Milligramm
        l|Liter|Liter
        ml|Milliliter|Milliliter
        h|Stunde|Stunden
        std.|Stunde|Stunden
        min|Minute|Minuten
        s|Sekunde|Sekunden
        km/h|Stundenkilometer|Stundenkilometer
        m²|Quadratmeter|Quadratmeter
        km²|Quadratkilometer|Quadratkilometer
        m³|Kubikmeter|Kubikmeter
        °c|Grad|Grad
        °|Grad|Grad
        kb|Kilobyte|Kilobyte
        mb|Megabyte|Megabyte
        gb|Gigabyte|Gigabyte
        kw|Kilowatt|Kilowatt
        kwh|Kilowattstunde|Kilowattstunden
    """),
    money={"€": ("Euro", "Euro", "Cent", "Cent"), "$": ("Dollar", "Dollar", "Cent", "Cent"),
           "£": ("Pfund", "Pfund", "Penny", "Pence"), "¥": ("Yen", "Yen", "", ""), "₹": ("Rupie", "Rupien", "", ""),
           "₩": ("Won", "Won", "", "")},
    marks={".": "Punkt", "/": "Schrägstrich", "-": "Bindestrich", "_": "Unterstrich", "@": "ät", "?": "Fragezeichen",
           "=": "gleich", "&": "und", "#": "Raute", ":": "Doppelpunkt", "%": "Prozent", "+": "plus"},
    words={"&": "und", "%": "Prozent", "+": "plus", "=": "gleich", "@": "ät", "#": "Hashtag", "№": "Nummer",
           "-": "minus", "–": "bis", "~": "etwa", "±": "plus minus", "²": "Quadrat", "³": "hoch drei", "½": "ein halb"},
    date=_date,
    time=_time,
    cents=" und ",
    ordinals=re.compile(r"(\d{1,3})(te|ten|ter|tes|ste|sten)"),
    ordinal=lambda number, ending: _ordinal(number) if 0 < number < 40 else f"{number}",
    clock_words=frozenset({"uhr"}),
    year=_year,
    may_end=frozenset({"usw.", "etc."}),
    with_dot=((re.compile(r"(\d{1,2})\."), _counted),
              (re.compile(r"(\d{1,2})\.(\d{1,2})\."), lambda m, _: _day(m))),
)  # fmt: skip


def _day(match: re.Match[str]) -> str:
    """ "5.11." without its year."""
    day, month = int(match[1]), int(match[2])
    return _date(day, _MONTHS[month - 1], "") if 0 < day < 32 and 0 < month < 13 else ""
