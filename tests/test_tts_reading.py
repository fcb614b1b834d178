"""How written text is read aloud, and what the captions show of it."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.speech import PARAGRAPH, seconds, speak, symbols, written
from twins.tts import languages
from twins.tts.local import LocalTTS
from twins.tts.reader import Reader
from twins.tts.speakable import pieces, visible

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalTTS]:
    with closing(LocalTTS(processes=2)) as engine:
        yield engine


@pytest.fixture(scope="module")
def said() -> Iterator[Callable[..., str]]:
    """What is said for a text."""
    with closing(Reader()) as reader:
        yield lambda text, language="en": " ".join(
            word.said for piece in pieces(text, languages.find(language), reader) for word in piece.words if word.said
        )


@pytest.mark.parametrize(
    "text, spoken",
    [
        ("Dr. Smith vs. Mr. Jones", "Doctor Smith versus Mister Jones"),
        ("Main St. near St. Paul", "Main Street near Saint Paul"),
        ("fruit, e.g. apples, etc.", "fruit, for example apples, et cetera."),
        ("It costs $5.20, not €3.", "It costs 5 dollars and 20 cents, not 3 euros."),
        ("$1.50 or $5 million", "1 dollar and 50 cents or 5 million dollars"),
        ("50% of 12 km", "50 percent of 12 kilometers"),
        ("on 2026-11-05 at 9:05 am", "on November 5th, 20 26 at 9 oh 5 A M"),
        ("at 14:30 or 9:00", "at 14 30 or 9 o'clock"),
        ("the 3rd and 21st", "the 3rd and 21st"),
        ("https://www.example.com/a-b/", "example dot com slash a dash b"),
        ("Mail info@example.com.", "Mail info at example dot com."),
        ("J.R.R. Tolkien of the U.S.", "J R R Tolkien of the U S."),
        ("the HTTP API & C#", "the H T T P A P I and C sharp"),
        ("and/or yes/no", "and or yes or no"),
        ("Call 555-1234, ages 5-10", "Call 5 5 5, 1 2 3 4, ages 5 to 10"),
        ("(555) 123-4567 or 1-800-555-0199", "5 5 5, 1 2 3, 4 5 6 7 or 1, 8 0 0, 5 5 5, 0 1 9 9"),
        ("No. 5 is it? No.", "number 5 is it? No."),
        ("20°C, 3.5GB, x², 5½", "20 degrees Celsius, 3.5 gigabytes, x squared, 5 and a half"),
        ("**bold** `code` [here](https://x.org/y)", "bold code here"),
        ("Tom &amp; Jerry", "Tom and Jerry"),
        ("π ≈ 3.14", "π about 3.14"),
    ],
)
def test_english_is_read_as_people_read_it(said, text, spoken):
    assert said(text) == spoken


@pytest.mark.parametrize(
    "language, text, spoken",
    [
        ("es", "Sr. López, son 12,50 € el 5/11/2026.",
         "señor López, son 12 euros con 50 céntimos el 5 de noviembre de 2026."),
        ("es", "A las 14:30, nº 5, 2ª, 20 °C y 3 km.",
         "A las 14 y 30, número 5, segunda, 20 grados y 3 kilómetros."),
        ("es", "50 % o 5-10, info@ejemplo.es #BuenosDías",
         "50 por ciento o 5 a 10, info arroba ejemplo punto es hashtag Buenos Días"),
        ("fr", "M. Dupont paie 12,50 € le 1/5/2026 à 14h30.",
         "monsieur Dupont paie 12 euros et 50 centimes le premier mai 2026 à 14 heures 30."),
        ("fr", "la 2e fois, n° 7, 90 km/h, www.exemple.fr",
         "la deuxième fois, numéro 7, 90 kilomètres heure, www point exemple point fr"),
        ("de", "Dr. Groß zahlt 1,05 € am 3.10.1990.",
         "Doktor Groß zahlt 1 Euro und 5 Cent am dritten Oktober 19hundert 90."),
        ("de", "um 14:30 Uhr, z.B. am 5. Mai: 3 km!",
         "um 14 Uhr 30, zum Beispiel am fünften Mai: 3 Kilometer!"),
        ("de", "Es waren 5. Danach gab es 20 % mehr usw.",
         "Es waren 5. Danach gab es 20 Prozent mehr und so weiter."),
        ("pt", "O Sr. Silva pagou R$ 12,50 às 14h30.",
         "O senhor Silva pagou 12 reais e 50 centavos às 14 horas e 30."),
        ("pt", "Dia 7/9/1822, 1ª vez, 5 kg, 100%",
         "Dia 7 de setembro de 1822, primeira vez, 5 quilos, 100 por cento"),
        ("it", "Il sig. Rossi ha 1 € e 2,10 € il 1/5/2026.",
         "Il signor Rossi ha 1 euro e 2 euro e 10 centesimi il primo maggio 2026."),
        ("it", "alle 14:30, 3° piano, 20 °C, ecc.", "alle 14 e 30, terzo piano, 20 gradi, eccetera."),
        ("ja", "2026年11月1日に1,200円の本",
         "ニセンニジューロクネン ジューイチガツ ツイタチニ センニヒャクエンノ ホン"),
        ("ja", "二人で何ですか。10%、090-12", "フタリデ ナンデスカ。 ジューパーセント、 ゼロ キュー ゼロ- イチ ニ"),
        ("fil", "ang mga bata ng bayan", "ang manga bata nang bayan"),
    ],
)  # fmt: skip
def test_other_languages_are_read_as_people_read_them(said, language, text, spoken):
    assert said(text, language) == spoken


@pytest.mark.parametrize(
    "text",
    [
        PARAGRAPH,
        "Dr. Smith paid $5.20 on 2026-11-05 at 14:30, e.g. at https://example.com/a?b=c (see info@example.com)!",
        "Great 🎉 news 👩‍💻 — really ?  Yes… \n\n # Title\n* one\n* two",
        "🎉 Hello",
        "<b>Hello</b> <break time='9s'/> there & {{ 7*7 }} {% x %}",
        "Say 你好 and привет to everybody please",
        'She said "Je ne sais pas", and left. ¿Dónde está la biblioteca? Over there.',
        "Él paga 12,50 € el 5/11/2026, a las 14:30.",
        "'; DROP TABLE users; -- and [[h@l0]]",
        "naïve café — “quoted” ‘words’, it’s 5–6 °C; ½ 100,000.50",
        "x" * 3000 + " end",
        "e" + "\u0301" * 2000 + " hello",
        "Hello\x00 \u202eworld\u202c \ud800 again\u200b\r\n",
    ],
)
def test_captions_show_exactly_what_was_written(engine, text):
    assert written(speak(engine, text)) == visible(text)


def test_what_is_not_spoken_stays_with_the_word_before_it(engine):
    (chunk,) = speak(engine, "🎉 Great 👍 work")
    assert [word.text for word in chunk.words] == ["🎉 Great 👍", "work"]


def test_markup_is_left_out_of_what_is_said(said):
    assert said("<speak><audio src='/etc/passwd'/>Hello <break time='1000s'/> there</speak>") == "Hello there"


def test_a_comparison_is_no_markup(said):
    assert said("if a<b and c>d then") == "if a b and c d then"


def test_lines_that_end_in_any_way_stay_apart():
    assert visible("one\rtwo\x85three\u2028four") == "one two three four"


def test_a_break_tag_makes_no_pause(engine):
    assert seconds(speak(engine, "Hello <break time='20s'/> there")) < 3


def test_phoneme_input_of_the_library_is_not_interpreted(engine):
    assert symbols(speak(engine, "[[mama]]")) == symbols(speak(engine, "mama"))


def test_an_initial_and_a_decimal_do_not_end_a_sentence(engine):
    assert len(speak(engine, "J. K. Rowling sold 3.5 million copies.")) == 1
