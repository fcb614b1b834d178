"""Which languages and voices the local engine has."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from avatarsite.core.engines import EngineFailed
from tests.speech import speak, symbols, written
from twins.tts import languages
from twins.tts.local import LocalTTS

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalTTS]:
    with closing(LocalTTS(processes=2)) as engine:
        yield engine


PROMISED = """
English (USA), English (UK), English (Australia), English (Canada), Japanese, Chinese, German, Hindi, French (France),
French (Canada), Korean, Portuguese (Brazil), Portuguese (Portugal), Italian, Spanish (Spain), Spanish (Mexico),
Indonesian, Dutch, Turkish, Filipino, Polish, Swedish, Bulgarian, Romanian, Arabic (Saudi Arabia), Arabic (UAE), Czech,
Greek, Finnish, Croatian, Malay, Russian, Slovak, Danish, Tamil, Ukrainian
"""

# A sentence of each, and how some of its words sound: in IPA, without stress and length.
SPOKEN = {
    "en-US": ("Bath water is hot.", "bæθ wɔɾɚ hɑt"),
    "en-GB": ("Bath water is hot.", "bɑθ wɔtɐ hɒt"),
    "en-AU": ("Bath water is hot.", "baθ wɔtə hɒt"),
    "en-CA": ("Bath water is hot.", "bæθ wɔɾɚ hɑt"),
    "ja": ("今日は学校へ行って、日本語を読みます。", "kowa ɡakkoe itte nihoŋɡo jomimasɯ"),
    "zh": ("我们今天去北京吃饭，她很喜欢银行。", "wo tɕintiɛn tɕyp peitɕiŋ tʂɨfan ɕi χuan jinχɑŋ"),
    "de": ("Die schöne Prüfung für Jäger und Bücher.", "ʃønə pɾyfʊŋ jɛɡɜ byçɜ"),
    "hi": ("मेरा नाम राम है और ठंडा घर।", "meɾa nam ɾam hɛ ʈʌɳɖa ɡʌɾ"),
    "fr-FR": ("Un bon vin blanc, je voudrais une feuille.", "vɛ blɑ vudʁɛ fœj"),
    "fr-CA": ("Un bon vin blanc, je voudrais une feuille.", "vɛ blɑ vudʁɛ fœj"),
    "ko": ("안녕하세요, 저는 오늘 학교에 갑니다.", "ɐnnjʌŋhɐsejo tɕʌnɯn ɐqkjoe ɡɐpnidɐ"),
    "pt-BR": ("Amanhã vou à praia com minha mãe de noite.", "æmɐɲɐ vo miɲæ mɐ noɪtʃy"),
    "pt-PT": ("Amanhã vou à praia com minha mãe de noite.", "ɐmɐɲɐ vu miɲɐ mɐj noɪtɨ"),
    "it": ("Gli amici mangiano ogni giorno la pizza.", "ʎɪ amitʃɪ mandʒano oɲɲɪ dʒorno pitsa"),
    "es-ES": ("Cinco niños comen jamón con la lluvia.", "θinko niɲos xamon ʎuβja"),
    "es-MX": ("Cinco niños comen jamón con la lluvia.", "sinko niɲos xamon ʝuβja"),
    "id": ("Saya pergi ke pasar dengan nyanyian.", "saja pɛrɡi pasar dɛŋan ɲaɲian"),
    "nl": ("Goedemorgen, ik wil graag een huis.", "ɣudəmɔrɣən ʋɪ ɣrax hœys"),
    "tr": ("Güzel bir gün, ağaç ve ışık.", "ɟyzæl bɪr ɟøn atʃ ɯʃɯk"),
    "fil": ("Magandang umaga po sa inyong mga bata.", "maɡandaŋ umaɡa iɲoŋ maŋa bata"),
    "pl": ("Chrząszcz brzmi w trzcinie, źle się śpi.", "xʃɔʒdʒ bʒmi tʃtɕiɲɛ ʑlɛ ɕpi"),
    "sv": ("Sju sköna sjömän, barn och kött.", "ɧʉ ɧøna ɧømɛn ɕœt"),
    "bg": ("Добър ден, аз обичам щъркели и жаби.", "dobər den obitʃɐm ʃtərkeli ʒabi"),
    "ro": ("Bună ziua, îmi place să citesc cărți.", "bunə ziwa ɨm platʃe tʃitesk kərts"),
    "ar-SA": ("ذهب الولد إلى المدرسة في الصباح.", "ðahaba alwaladu almadrasati assabaħi"),
    "ar-AE": ("السلام عليكم، كيف حالك؟", "assalamu ʕalaikum kaifa ħal"),
    "cs": ("Dobrý den, žlutý kůň a tři řeky.", "dobri ʒluti kuɲ reki"),
    "el": ("Καλημέρα σας, θέλω τη θάλασσα.", "kalimera θelo θalassa"),
    "fi": ("Hyvää päivää, yö on pimeä.", "hyvæ pæivæ yø pimeæ"),
    "hr": ("Dobar dan, želim ljubav i čaj.", "dobɑr ʒɛlɪm ʎubæv tʃɑj"),
    "ms": ("Selamat pagi, saya suka makan nyanyi.", "səlamat sajə sukə ɲaɲi"),
    "ru": ("Здравствуйте, меня зовут Юрий, жена.", "zdrɑ zʌvut jurij ʒynɑ"),
    "sk": ("Dobrý deň, ľúbim ťa, kôň, žena.", "deɲ ʎubim kuoɲ ʒena"),
    "da": ("Goddag, jeg hedder Søren og rødgrød.", "jɑj ðʔʌ sœʔʌn ʁʔœð"),
    "ta": ("வணக்கம், என் பெயர் ராஜா. பழம்.", "vʌɳʌkkʌm pejʌr ɹadʒa pʌɻʌm"),
    "uk": ("Добрий день, мене звати Їжак.", "dobrɪj dɛɲ zβatɪ jiʒak"),
}  # fmt: skip


def test_the_table_holds_the_36_promised_languages_by_their_names(engine):
    promised = [name.strip() for name in PROMISED.replace("\n", " ").split(",")]
    assert len(promised) == len(set(promised)) == 36
    assert sorted(engine.languages().values()) == sorted(promised)
    assert [languages.resolve(name) for name in engine.languages().values()] == list(engine.languages())


@pytest.mark.parametrize("code", SPOKEN)
def test_every_language_speaks_with_its_own_sounds(engine, code):
    text, words = SPOKEN[code]
    chunks = speak(engine, text, "sofia", language=code)
    heard = "".join(symbols(chunks))
    assert [word for word in words.split() if word not in heard] == [], heard
    assert written(chunks).replace(" ", "") == text.replace(" ", "")


def test_every_language_of_the_table_was_spoken():
    assert list(SPOKEN) == [language.code for language in languages.LANGUAGES]


def test_languages_without_a_voice_of_their_own_say_how_they_are_spoken(engine):
    said = engine.approximations()
    assert set(said) == {"en-AU", "en-CA", "fr-CA", "fil", "ar-SA", "ar-AE"}
    assert said["fil"] == "spoken by the rules of Indonesian"


@pytest.mark.parametrize(
    "written_code, code",
    [("en-us", "en-US"), ("EN_GB", "en-GB"), ("zh-Hans-CN", "zh"), ("cmn", "zh"), ("pt", "pt-BR"), ("es-419", "es-MX"),
     ("de-AT", "de"), (" fr_fr ", "fr-FR"), ("tl", "fil"), ("ar", "ar-SA")],
)  # fmt: skip
def test_codes_are_matched_loosely(written_code, code):
    assert languages.find(written_code).code == code


@pytest.mark.parametrize("voice, sound", [("amara", "æ"), ("margaret", "ɑ")])
def test_bare_english_takes_the_voices_own_accent(engine, voice, sound):
    assert sound in symbols(speak(engine, "Bath.", voice, language="en"))


def test_a_foreign_name_in_latin_letters_is_read_inside_another_script(engine):
    names = "".join(symbols(speak(engine, "Зайдите на сайт Google сегодня.", language="ru")))
    assert "ɡuɡəl" in names


@pytest.mark.parametrize("code", ["xx", "", "klingon", "../../etc/passwd", "e" * 10_000])
def test_an_unknown_language_is_refused_and_the_known_ones_are_named(engine, code):
    with pytest.raises(EngineFailed, match="pt-BR") as refusal:
        speak(engine, "Hello", language=code)
    assert (refusal.value.code, refusal.value.retryable) == ("language_unsupported", False)


def test_an_unknown_voice_is_refused_and_the_known_ones_are_named(engine):
    with pytest.raises(EngineFailed, match="margaret") as refusal:
        speak(engine, "Hello", "nobody")
    assert refusal.value.code == "voice_unknown"


def test_the_note_of_a_language_says_how_it_is_spoken():
    assert languages.note("en_AU") == "spoken with a British accent"
    assert languages.note("de") == languages.note("klingon") == ""
