"""Languages of the local voice: BCP-47 code -> language file of the espeak-ng library, and the scripts it reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from avatarsite.core.engines import EngineFailed

LATIN = frozenset({"LATIN"})
CYRILLIC = frozenset({"CYRILLIC", "LATIN"})  # the library switches to English for Latin words in another script
HAN = frozenset({"CJK", "LATIN"})


@dataclass(frozen=True)
class Language:
    """One language that the local engine speaks.

    file: the library's language file.  scripts: first words of the Unicode names of the letters that it reads.
    approximate: why it is not the language's own pronunciation or not all of its writing ("" when it is).
    respelled: words in lower case that the library reads wrongly, as it reads them rightly.
    """

    code: str
    name: str
    file: str
    scripts: frozenset[str] = LATIN
    approximate: str = ""
    respelled: Mapping[str, str] = field(default_factory=dict)

    @property
    def primary(self) -> str:
        """The code without its country."""
        return self.code.partition("-")[0]


LANGUAGES = (
    Language("en-US", "English (USA)", "gmw/en-US"),
    Language("en-GB", "English (UK)", "gmw/en-GB-x-rp"),
    Language("en-AU", "English (Australia)", "gmw/en", approximate="spoken with a British accent"),
    Language("en-CA", "English (Canada)", "gmw/en-US", approximate="spoken with a US accent"),
    Language(
        "ja",
        "Japanese",
        "jpx/ja",
        frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK", "LATIN"}),
    ),
    Language("zh", "Chinese", "sit/cmn", HAN),
    Language("de", "German", "gmw/de"),
    Language("hi", "Hindi", "inc/hi", frozenset({"DEVANAGARI", "LATIN"})),
    Language("fr-FR", "French (France)", "roa/fr"),
    Language("fr-CA", "French (Canada)", "roa/fr", approximate="spoken with the accent of France"),
    Language("ko", "Korean", "ko", frozenset({"HANGUL", "LATIN"})),
    Language("pt-BR", "Portuguese (Brazil)", "roa/pt-BR"),
    Language("pt-PT", "Portuguese (Portugal)", "roa/pt"),
    Language("it", "Italian", "roa/it"),
    Language("es-ES", "Spanish (Spain)", "roa/es"),
    Language("es-MX", "Spanish (Mexico)", "roa/es-419"),
    Language("id", "Indonesian", "poz/id"),
    Language("nl", "Dutch", "gmw/nl"),
    Language("tr", "Turkish", "trk/tr"),
    Language(
        "fil",
        "Filipino",
        "poz/id",
        approximate="spoken by the rules of Indonesian",
        respelled={"ng": "nang", "mga": "manga"},
    ),
    Language("pl", "Polish", "zlw/pl"),
    Language("sv", "Swedish", "gmq/sv"),
    Language("bg", "Bulgarian", "zls/bg", CYRILLIC),
    Language("ro", "Romanian", "roa/ro"),
    Language(
        "ar-SA",
        "Arabic (Saudi Arabia)",
        "sem/ar",
        frozenset({"ARABIC", "LATIN"}),
        approximate="short vowels that the text does not mark are guessed from the sentence",
    ),
    Language(
        "ar-AE",
        "Arabic (UAE)",
        "sem/ar",
        frozenset({"ARABIC", "LATIN"}),
        approximate="standard Arabic; short vowels that the text does not mark are guessed from the sentence",
    ),
    Language("cs", "Czech", "zlw/cs"),
    Language("el", "Greek", "grk/el", frozenset({"GREEK", "LATIN"})),
    Language("fi", "Finnish", "urj/fi"),
    Language("hr", "Croatian", "zls/hr"),
    Language("ms", "Malay", "poz/ms"),
    Language("ru", "Russian", "zle/ru", CYRILLIC),
    Language("sk", "Slovak", "zlw/sk"),
    Language("da", "Danish", "gmq/da"),
    Language("ta", "Tamil", "dra/ta", frozenset({"TAMIL", "LATIN"})),
    Language("uk", "Ukrainian", "zle/uk", CYRILLIC),
)

_BY_CODE = {language.code.lower(): language for language in LANGUAGES}
# What people write -> the code of the table; a bare "en" is settled by the voice's own accent before this.
_ALIASES = {
    "en": "en-us",
    "fr": "fr-fr",
    "pt": "pt-br",
    "es": "es-es",
    "es-419": "es-mx",
    "es-us": "es-mx",
    "ar": "ar-sa",
    "cmn": "zh",
    "tl": "fil",
    "in": "id",
    "jp": "ja",
    "en-uk": "en-gb",
    "en-ie": "en-gb",
    "en-nz": "en-au",
}
_NATIVE = {
    "español": "es", "castellano": "es", "français": "fr", "deutsch": "de", "português": "pt", "italiano": "it",
    "nederlands": "nl", "polski": "pl", "svenska": "sv", "dansk": "da", "suomi": "fi", "čeština": "cs", "türkçe": "tr",
    "русский": "ru", "українська": "uk", "български": "bg", "ελληνικά": "el", "العربية": "ar", "हिन्दी": "hi",
    "日本語": "ja", "中文": "zh", "한국어": "ko", "mandarin": "zh", "brazilian portuguese": "pt-BR",
    "british english": "en-GB", "american english": "en-US", "mexican spanish": "es-MX",
    "english (united states)": "en-US", "english (united kingdom)": "en-GB", "arabic (united arab emirates)": "ar-AE",
    "tagalog": "fil",
}  # fmt: skip


def resolve(text: str) -> str:
    """The code for a language's name or code, in any case ("english", "pt-BR", "Portuguese (Brazil)", "Deutsch").

    A bare "en" or "English" stays "en": the accent is the voice's. Raises EngineFailed language_unsupported.
    """
    wanted = " ".join(text.lower().split())
    for language in LANGUAGES:
        if wanted == language.name.lower():
            return language.code
    for language in LANGUAGES:
        if wanted == language.name.lower().partition(" (")[0]:
            wanted = language.code.partition("-")[0]
            break
    wanted = _NATIVE.get(wanted, wanted)
    return "en" if wanted.lower() == "en" else find(wanted).code


def spoken_name(code: str) -> str:
    """The English name of a language for a code; a code that is not known is its own name."""
    for candidate in (code.lower(), _ALIASES.get(code.lower(), "")):
        if candidate in _BY_CODE and code.lower() != "en":
            name = _BY_CODE[candidate].name
            return name if "-" in code else name.partition(" (")[0]
    primary = code.partition("-")[0].lower()
    found = (language.name for language in LANGUAGES if language.code.partition("-")[0].lower() == primary)
    return next(found, code).partition(" (")[0]


def find(code: str, accent: str = "en-US") -> Language:
    """The table's language for a loosely written code ("en_us", "pt", "zh-Hans-CN"); a bare "en" takes `accent`.

    Raises EngineFailed language_unsupported.
    """
    wanted = "-".join(code.strip().replace("_", "-").lower().split("-"))
    if wanted == "en":
        wanted = accent.lower()
    for candidate in (wanted, wanted.split("-")[0]):
        candidate = _ALIASES.get(candidate, candidate)
        if candidate in _BY_CODE:
            return _BY_CODE[candidate]
    supported = ", ".join(f"{language.name} {language.code}" for language in LANGUAGES)
    raise EngineFailed(f"The local voice does not speak this language. It speaks: {supported}.", "language_unsupported")


def note(code: str) -> str:
    """In which way the local voice speaks a language only approximately; "" for its own pronunciation."""
    try:
        return find(code).approximate
    except EngineFailed:
        return ""
