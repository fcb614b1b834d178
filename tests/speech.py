"""What the tests of voices share: texts to speak, and measures of what was spoken."""

from typing import Any

import numpy as np

from twins.tts.base import TTS, AudioChunk, VoiceSettings

PARAGRAPH = (
    "Hello there, and welcome. I'm glad that you came by today. My job is to answer your questions about our "
    "products, and to help you find what you need. If I don't know something, I will tell you plainly. Shall we begin?"
)
SENTENCES = {
    "en": ("The weather is beautiful this morning.", set("ðθɹ")),
    "ja": ("わたしは ふゆに きょうとへ いきます。", set("kɯtɕ")),
    "zh": ("我们今天去北京吃饭，她很喜欢。", set("ɕʂʐ")),
    "de": ("Die schöne Prüfung für Jäger und Bücher.", set("øçʏy")),
    "hi": ("मेरा नाम राम है और ठंडा घर।", set("ʈɖ")),
    "fr": ("Un bon vin blanc, je voudrais une feuille.", set("ʁʒ")),
    "ko": ("안녕하세요, 저는 오늘 학교에 갑니다.", set("ɯɐ")),
    "pt": ("Amanhã vou à praia com minha mãe e meu filho.", set("ɲʎ")),
    "it": ("Gli amici mangiano ogni giorno la pizza.", set("ʎɲ")),
    "es": ("El niño come jamón y queso con la lluvia.", set("ɲx")),
    "id": ("Saya pergi ke pasar dengan nyanyian.", set("ŋɲ")),
    "nl": ("Goedemorgen, ik wil graag een huis.", set("ɣx")),
    "tr": ("Güzel bir gün, ağaç ve ışık.", set("yɯ")),
    "fil": ("Magandang umaga po sa inyong lahat.", set("ŋ")),
    "pl": ("Chrząszcz brzmi w trzcinie, źle się śpi.", set("ʑɕʂ")),
    "sv": ("Sju sköna sjömän, barn och kött.", set("ɧɕʉ")),
    "bg": ("Добър ден, аз обичам щъркели и жаби.", set("ʒʃ")),
    "ro": ("Bună ziua, îmi place să citesc cărți.", set("ɨ")),
    "ar": ("مرحبا، كيف حالك؟ قلب، طعام", set("ħʕq")),
    "cs": ("Dobrý den, žlutý kůň a tři řeky.", set("ʒɲr")),
    "el": ("Καλημέρα σας, θέλω τη θάλασσα.", set("θ")),
    "fi": ("Hyvää päivää, yö on pimeä.", set("yæø")),
    "hr": ("Dobar dan, želim ljubav i čaj.", set("ʒʎ")),
    "ms": ("Selamat pagi, saya suka makan nyanyi.", set("əɲ")),
    "ru": ("Здравствуйте, меня зовут Юрий, жена.", set("ʒɨʐʑ")),
    "sk": ("Dobrý deň, ľúbim ťa, kôň, žena.", set("ɲʎʒ")),
    "da": ("Goddag, jeg hedder Søren og rødgrød.", set("ðʁø")),
    "ta": ("வணக்கம், என் பெயர் ராஜா. பழம்.", set("ɳʌ")),
    "uk": ("Добрий день, мене звати Їжак.", set("ʒɪ")),
}


def speak(engine: TTS, text: str, voice: str = "amara", **settings: Any) -> list[AudioChunk]:
    return list(engine.stream(text, VoiceSettings(voice, **settings)))


def audio_of(chunks: list[AudioChunk]) -> np.ndarray:
    return np.concatenate([np.frombuffer(chunk.pcm, "<i2") for chunk in chunks]) / 32768


def pauses(chunks: list[AudioChunk]) -> list[float]:
    """Lengths of the pauses, in seconds, in order; a chunk's own pauses and the one after it."""
    return [phoneme.end - phoneme.start for chunk in chunks for phoneme in chunk.phonemes if not phoneme.symbol]


def seconds(chunks: list[AudioChunk]) -> float:
    return sum(chunk.seconds for chunk in chunks)


def symbols(chunks: list[AudioChunk]) -> list[str]:
    return [phoneme.symbol for chunk in chunks for phoneme in chunk.phonemes]


def written(chunks: list[AudioChunk]) -> str:
    return " ".join(word.text for chunk in chunks for word in chunk.words)


def level(chunk: AudioChunk, start: float, end: float) -> float:
    samples = np.frombuffer(chunk.pcm, "<i2")[int(start * chunk.sample_rate) : int(end * chunk.sample_rate)]
    return float(np.sqrt(np.mean(samples.astype(float) ** 2)))


def pitch_of(audio: np.ndarray, rate: int = 22050) -> float:
    """Median fundamental frequency in Hz, by autocorrelation of the voiced frames."""
    found = []
    for start in range(0, len(audio) - 1024, 512):
        frame = audio[start : start + 1024] * np.hanning(1024)
        correlation = np.fft.irfft(np.abs(np.fft.rfft(frame, 4096)) ** 2)
        lag = rate // 500 + int(np.argmax(correlation[rate // 500 : rate // 50]))
        if np.sqrt(np.mean(frame**2)) > 0.02 and correlation[lag] > 0.45 * correlation[0]:
            found.append(rate / lag)
    return float(np.median(found))


def k_weighted(audio: np.ndarray, rate: int = 22050) -> float:
    """Loudness after ITU-R BS.1770 (the two filters' responses at 48 kHz), gated 20 dB below the loudest 50 ms."""
    hertz = np.fft.rfftfreq(len(audio), 1 / rate)
    z = np.exp(-2j * np.pi * hertz / 48000)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    weighted = np.fft.irfft(np.fft.rfft(audio) * shelf * high_pass, len(audio))
    frames = weighted[: len(weighted) // 1102 * 1102].reshape(-1, 1102)
    power = np.mean(frames**2, axis=1)
    return float(10 * np.log10(power[power > power.max() / 100].mean()))
