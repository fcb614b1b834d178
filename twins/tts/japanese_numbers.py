"""Numbers of Japanese in kana, with the sound changes between a number and what it counts."""

_DIGITS = ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュー")
_HUNDREDS = {3: "サンビャク", 6: "ロッピャク", 8: "ハッピャク"}
_THOUSANDS = {3: "サンゼン", 8: "ハッセン"}
_MYRIADS = ("", "マン", "オク", "チョー", "ケイ")
_KANJI_DIGITS = {kanji: value for value, kanji in enumerate("〇一二三四五六七八九")}
_KANJI_POWERS = {"十": 10, "百": 100, "千": 1000}
_KANJI_MYRIADS = {"万": 10**4, "億": 10**8, "兆": 10**12}
MOST = 10**20  # larger numbers are read digit by digit

# What is counted, and the numbers that are said in their own way with it; others follow `_joined`.
COUNTERS: dict[str, tuple[str, dict[int, str]]] = {
    "人": ("ニン", {1: "ヒトリ", 2: "フタリ", 4: "ヨニン", 7: "シチニン"}),
    "つ": ("ツ", dict(enumerate(("ヒトツ", "フタツ", "ミッツ", "ヨッツ", "イツツ", "ムッツ", "ナナツ", "ヤッツ",
                                 "ココノツ"), 1))),
    "日": ("ニチ", {1: "ツイタチ", 2: "フツカ", 3: "ミッカ", 4: "ヨッカ", 5: "イツカ", 6: "ムイカ", 7: "ナノカ",
                    8: "ヨーカ", 9: "ココノカ", 10: "トーカ", 14: "ジューヨッカ", 20: "ハツカ", 24: "ニジューヨッカ"}),
    "月": ("ガツ", {4: "シガツ", 7: "シチガツ", 9: "クガツ"}),
    "年": ("ネン", {4: "ヨネン"}),
    "時": ("ジ", {4: "ヨジ", 7: "シチジ", 9: "クジ", 14: "ジューヨジ", 19: "ジュークジ"}),
    "時間": ("ジカン", {4: "ヨジカン", 9: "クジカン"}),
    "分": ("フン", {3: "サンプン", 4: "ヨンプン"}),
    "秒": ("ビョー", {}), "週間": ("シューカン", {}), "ヶ月": ("カゲツ", {}), "か月": ("カゲツ", {}),
    "円": ("エン", {4: "ヨエン"}), "ドル": ("ドル", {}), "ユーロ": ("ユーロ", {}),
    "本": ("ホン", {3: "サンボン"}), "匹": ("ヒキ", {3: "サンビキ"}), "杯": ("ハイ", {3: "サンバイ"}),
    "冊": ("サツ", {}), "歳": ("サイ", {20: "ハタチ"}), "才": ("サイ", {20: "ハタチ"}), "個": ("コ", {}),
    "回": ("カイ", {}), "階": ("カイ", {3: "サンガイ"}), "件": ("ケン", {}), "点": ("テン", {}), "枚": ("マイ", {}),
    "台": ("ダイ", {}), "名": ("メイ", {}), "度": ("ド", {}), "倍": ("バイ", {}), "番": ("バン", {}),
    "号": ("ゴー", {}),
    "%": ("パーセント", {}), "キロ": ("キロ", {}), "km": ("キロメートル", {}), "kg": ("キログラム", {}),
    "m": ("メートル", {}), "cm": ("センチメートル", {}), "℃": ("ド", {}), "°C": ("ド", {}),
}  # fmt: skip
# First kana of a counter -> last digits that are cut short before it ("イチ" + "サツ" = "イッサツ").
_SHORTENED = {"カ": (1, 6, 8, 0), "キ": (1, 6, 8, 0), "コ": (1, 6, 8, 0), "ケ": (1, 6, 8, 0), "サ": (1, 8, 0),
              "シ": (1, 8, 0), "テ": (1, 8, 0), "ト": (1, 8, 0), "ハ": (1, 6, 8, 0), "ヒ": (1, 6, 8, 0),
              "フ": (1, 6, 8, 0), "ホ": (1, 6, 8, 0)}  # fmt: skip
_HARDENED = {"ハ": "パ", "ヒ": "ピ", "フ": "プ", "ホ": "ポ"}
_CUT = {1: ("イチ", "イッ"), 6: ("ロク", "ロッ"), 8: ("ハチ", "ハッ"), 0: ("ジュー", "ジュッ")}


def value(text: str) -> int | None:
    """The whole number that Arabic or Chinese digits write; None for what is no number."""
    plain = text.replace(",", "")
    if plain.isascii():
        return int(plain) if plain.isdigit() and len(plain) <= 20 else None
    total = part = digit = 0
    for letter in plain:
        if letter in _KANJI_DIGITS:
            digit = digit * 10 + _KANJI_DIGITS[letter]
        elif letter in _KANJI_POWERS:
            part, digit = part + (digit or 1) * _KANJI_POWERS[letter], 0
        elif letter in _KANJI_MYRIADS:
            total, part, digit = total + (part + digit or 1) * _KANJI_MYRIADS[letter], 0, 0
        else:
            return None
    return total + part + digit


def spoken(number: str, counter: str = "") -> str:
    """Kana of a number ("1,200", "3.5", "二十") and what it counts, a key of COUNTERS."""
    whole, _, fraction = number.partition(".")
    known = value(whole)
    if known is None or known >= MOST or (len(whole) > 1 and whole[0] == "0"):
        return digits(number) + (COUNTERS[counter][0] if counter else "")
    if fraction:
        tail = "".join(_DIGITS[int(letter)] for letter in fraction)
        return f"{_cardinal(known)}テン{tail}{COUNTERS[counter][0] if counter else ''}"
    return _joined(known, *COUNTERS[counter]) if counter else _cardinal(known)


def digits(number: str) -> str:
    """One after the other, as telephone numbers are read."""
    return " ".join(_DIGITS[int(letter)] for letter in number if letter.isascii() and letter.isdigit())


def _cardinal(number: int) -> str:
    if number == 0:
        return _DIGITS[0]
    parts = []
    for name in _MYRIADS:
        number, four = divmod(number, 10_000)
        if four:
            parts.append(_four(four) + name)
    return "".join(reversed(parts))


def _four(number: int) -> str:
    """Up to 9999."""
    thousands, hundreds, tens, ones = (number // power % 10 for power in (1000, 100, 10, 1))
    said = _THOUSANDS.get(thousands, _multiple(thousands, "セン"))
    said += _HUNDREDS.get(hundreds, _multiple(hundreds, "ヒャク"))
    return said + _multiple(tens, "ジュー") + (_DIGITS[ones] if ones else "")


def _multiple(digit: int, power: str) -> str:
    return "" if digit == 0 else power if digit == 1 else _DIGITS[digit] + power


def _joined(number: int, counter: str, own: dict[int, str]) -> str:
    if number in own:
        return own[number]
    last = number % 10
    if number > 10 and 0 < last < 10 and last in own and counter not in ("ニチ", "ツ", "ニン"):
        return _cardinal(number - last) + own[last]
    said = _cardinal(number)
    if last in _SHORTENED.get(counter[0], ()) and said.endswith(_CUT[last][0]):
        said = said.removesuffix(_CUT[last][0]) + _CUT[last][1]
        counter = _HARDENED.get(counter[0], counter[0]) + counter[1:]
    return said + counter
