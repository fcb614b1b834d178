"""How Spanish, French, Portuguese and Italian are read aloud."""

import re
from collections.abc import Callable

from twins.tts.habits import Habits, table

_ORDINAL = re.compile(r"(\d{1,2})\.?([ºª°])")


def _date(link: str, first: str) -> Callable[[int, str, str], str]:
    """link: between day, month and year. first: the first of a month."""
    return lambda day, month, year: f"{first if day == 1 else day}{link}{month}{link + year if year else ''}"


def _ordinal(words: str) -> Callable[[int, str], str]:
    """Of the first ten, in masculine; "ª" makes them feminine. The voice reads the others as numbers."""
    names = words.split()

    def say(number: int, ending: str) -> str:
        if not 1 <= number <= len(names):
            return str(number)
        return names[number - 1][:-1] + "a" if ending == "ª" else names[number - 1]

    return say


def _spanish_time(hour: int, minute: int) -> str:
    return f"{hour} y {minute}" if minute else str(hour)


def _french_time(hour: int, minute: int) -> str:
    word = " heure" if hour < 2 else " heures"
    return f"{hour}{word} {minute}" if minute else f"{hour}{word}"


def _portuguese_time(hour: int, minute: int) -> str:
    word = " hora" if hour == 1 else " horas"
    return f"{hour}{word} e {minute}" if minute else f"{hour}{word}"


def _italian_time(hour: int, minute: int) -> str:
    return f"{hour} e {minute}" if minute else str(hour)


_FRENCH_ORDINALS = ("premier", "deuxième", "troisième", "quatrième", "cinquième", "sixième", "septième", "huitième",
                    "neuvième", "dixième")  # fmt: skip


def _french_ordinal(number: int, ending: str) -> str:
    if number == 1:
        return "première" if ending in ("re", "ère") else "premier"
    return _FRENCH_ORDINALS[number - 1] if 1 < number <= len(_FRENCH_ORDINALS) else f"{number}ième"


SPANISH = Habits(
    point=",",
    abbreviations={
        "sr.": "señor", "sra.": "señora", "srta.": "señorita", "sres.": "señores", "dr.": "doctor", "dra.": "doctora",
        "d.": "don", "dña.": "doña", "ud.": "usted", "uds.": "ustedes", "vd.": "usted", "prof.": "profesor",
        "etc.": "etcétera", "p.ej.": "por ejemplo", "ej.": "ejemplo", "avda.": "avenida", "av.": "avenida",
        "c/": "calle", "tel.": "teléfono", "tfno.": "teléfono", "aprox.": "aproximadamente", "máx.": "máximo",
        "mín.": "mínimo", "dpto.": "departamento", "ee.uu.": "Estados Unidos", "vs.": "contra", "gral.": "general",
    },
    before_number={"nº": "número", "n.º": "número", "n°": "número", "núm.": "número", "pág.": "página",
                   "págs.": "páginas", "art.": "artículo", "cap.": "capítulo", "vol.": "volumen"},
    months=("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
            "noviembre", "diciembre"),
    units=table("""
        km|kilómetro|kilómetros
        m|metro|metros
        cm|centímetro|centímetros
        mm|milímetro|milímetros
        kg|kilo|kilos
        g|gramo|gramos
        mg|miligramo|miligramos
        l|litro|litros
        ml|mililitro|mililitros
        h|hora|horas
        min|minuto|minutos
        s|segundo|segundos
        km/h|kilómetro por hora|kilómetros por hora
        m²|metro cuadrado|metros cuadrados
        km²|kilómetro cuadrado|kilómetros cuadrados
        m³|metro cúbico|metros cúbicos
        °c|grado|grados
        ºc|grado|grados
        °|grado|grados
        kb|kilobyte|kilobytes
        mb|megabyte|megabytes
        gb|gigabyte|gigabytes
        kw|kilovatio|kilovatios
        kwh|kilovatio hora|kilovatios hora
    """),
    money={"€": ("euro", "euros", "céntimo", "céntimos"), "$": ("dólar", "dólares", "centavo", "centavos"),
           "£": ("libra", "libras", "penique", "peniques"), "¥": ("yen", "yenes", "", ""),
           "₹": ("rupia", "rupias", "", ""), "₩": ("won", "wones", "", "")},
    marks={".": "punto", "/": "barra", "-": "guion", "_": "guion bajo", "@": "arroba", "?": "interrogación",
           "=": "igual", "&": "y", "#": "almohadilla", ":": "dos puntos", "%": "por ciento", "+": "más"},
    words={"&": "y", "%": "por ciento", "+": "más", "=": "igual a", "@": "arroba", "#": "hashtag", "№": "número",
           "-": "menos", "–": "a", "~": "unos", "±": "más menos", "²": "al cuadrado", "³": "al cubo", "½": "medio"},
    date=_date(" de ", "primero"),
    time=_spanish_time,
    cents=" con ",
    ordinals=_ORDINAL,
    ordinal=_ordinal("primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo"),
    may_end=frozenset({"etc.", "ee.uu."}),
)  # fmt: skip

FRENCH = Habits(
    point=",",
    abbreviations={
        "m.": "monsieur", "mm.": "messieurs", "mme": "madame", "mmes": "mesdames", "mlle": "mademoiselle",
        "dr": "docteur", "dr.": "docteur", "pr": "professeur", "me": "me", "st": "saint", "ste": "sainte",
        "etc.": "et cetera", "p.ex.": "par exemple", "ex.": "exemple", "av.": "avenue", "bd": "boulevard",
        "bd.": "boulevard", "tél.": "téléphone", "tél": "téléphone", "env.": "environ", "max.": "maximum",
        "min.": "minimum", "svp": "s'il vous plaît", "rdv": "rendez-vous", "c.-à-d.": "c'est-à-dire", "vs": "contre",
    },
    before_number={"n°": "numéro", "nº": "numéro", "no": "numéro", "p.": "page", "pp.": "pages", "art.": "article",
                   "chap.": "chapitre", "vol.": "volume"},
    months=("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
            "novembre", "décembre"),
    units=table("""
        km|kilomètre|kilomètres
        m|mètre|mètres
        cm|centimètre|centimètres
        mm|millimètre|millimètres
        kg|kilo|kilos
        g|gramme|grammes
        mg|milligramme|milligrammes
        l|litre|litres
        ml|millilitre|millilitres
        h|heure|heures
        min|minute|minutes
        s|seconde|secondes
        km/h|kilomètre heure|kilomètres heure
        m²|mètre carré|mètres carrés
        km²|kilomètre carré|kilomètres carrés
        m³|mètre cube|mètres cubes
        °c|degré|degrés
        °|degré|degrés
        ko|kilooctet|kilooctets
        mo|mégaoctet|mégaoctets
        go|gigaoctet|gigaoctets
        kw|kilowatt|kilowatts
        kwh|kilowattheure|kilowattheures
    """),
    money={"€": ("euro", "euros", "centime", "centimes"), "$": ("dollar", "dollars", "cent", "cents"),
           "£": ("livre", "livres", "penny", "pence"), "¥": ("yen", "yens", "", ""),
           "₹": ("roupie", "roupies", "", ""), "₩": ("won", "wons", "", "")},
    marks={".": "point", "/": "barre oblique", "-": "tiret", "_": "tiret bas", "@": "arobase",
           "?": "point d'interrogation", "=": "égale", "&": "et", "#": "dièse", ":": "deux points", "%": "pour cent",
           "+": "plus"},
    words={"&": "et", "%": "pour cent", "+": "plus", "=": "égale", "@": "arobase", "#": "hashtag", "№": "numéro",
           "-": "moins", "–": "à", "~": "environ", "±": "plus ou moins", "²": "au carré", "³": "au cube",
           "½": "un demi"},
    date=_date(" ", "premier"),
    time=_french_time,
    cents=" et ",
    ordinals=re.compile(r"(\d{1,3})(er|re|ère|e|è|ème|de|nd|nde)"),
    ordinal=_french_ordinal,
    clock_words=frozenset({"h", "heure", "heures"}),
    may_end=frozenset({"etc."}),
)  # fmt: skip

PORTUGUESE = Habits(
    point=",",
    abbreviations={
        "sr.": "senhor", "sra.": "senhora", "srta.": "senhorita", "dr.": "doutor", "dra.": "doutora",
        "d.": "dona", "v.": "você", "vc": "você", "prof.": "professor", "profa.": "professora", "eng.": "engenheiro",
        "etc.": "et cétera", "p.ex.": "por exemplo", "ex.": "exemplo", "av.": "avenida", "r.": "rua",
        "tel.": "telefone", "aprox.": "aproximadamente", "máx.": "máximo", "mín.": "mínimo", "vs.": "contra",
    },
    before_number={"nº": "número", "n.º": "número", "n°": "número", "núm.": "número", "pág.": "página",
                   "p.": "página", "art.": "artigo", "cap.": "capítulo", "vol.": "volume"},
    months=("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
            "novembro", "dezembro"),
    units=table("""
        km|quilômetro|quilômetros
        m|metro|metros
        cm|centímetro|centímetros
        mm|milímetro|milímetros
        kg|quilo|quilos
        g|grama|gramas
        mg|miligrama|miligramas
        l|litro|litros
        ml|mililitro|mililitros
        h|hora|horas
        min|minuto|minutos
        s|segundo|segundos
        km/h|quilômetro por hora|quilômetros por hora
        m²|metro quadrado|metros quadrados
        km²|quilômetro quadrado|quilômetros quadrados
        m³|metro cúbico|metros cúbicos
        °c|grau|graus
        ºc|grau|graus
        °|grau|graus
        kb|quilobyte|quilobytes
        mb|megabyte|megabytes
        gb|gigabyte|gigabytes
        kw|quilowatt|quilowatts
        kwh|quilowatt-hora|quilowatts-hora
    """),
    money={"€": ("euro", "euros", "cêntimo", "cêntimos"), "$": ("dólar", "dólares", "centavo", "centavos"),
           "R$": ("real", "reais", "centavo", "centavos"), "£": ("libra", "libras", "pêni", "pence"),
           "¥": ("iene", "ienes", "", ""), "₹": ("rupia", "rupias", "", ""), "₩": ("won", "wons", "", "")},
    marks={".": "ponto", "/": "barra", "-": "hífen", "_": "sublinhado", "@": "arroba", "?": "interrogação",
           "=": "igual", "&": "e", "#": "cerquilha", ":": "dois pontos", "%": "por cento", "+": "mais"},
    words={"&": "e", "%": "por cento", "+": "mais", "=": "igual a", "@": "arroba", "#": "hashtag", "№": "número",
           "-": "menos", "–": "a", "~": "cerca de", "±": "mais ou menos", "²": "ao quadrado", "³": "ao cubo",
           "½": "meio"},
    date=_date(" de ", "primeiro"),
    time=_portuguese_time,
    cents=" e ",
    ordinals=_ORDINAL,
    ordinal=_ordinal("primeiro segundo terceiro quarto quinto sexto sétimo oitavo nono décimo"),
    clock_words=frozenset({"h", "hora", "horas"}),
    may_end=frozenset({"etc."}),
)  # fmt: skip

ITALIAN = Habits(
    point=",",
    abbreviations={
        "sig.": "signor", "sig.ra": "signora", "sig.na": "signorina", "sigg.": "signori", "dott.": "dottor",
        "dott.ssa": "dottoressa", "dr.": "dottor", "prof.": "professor", "prof.ssa": "professoressa",
        "ing.": "ingegner", "avv.": "avvocato", "ecc.": "eccetera", "p.es.": "per esempio", "es.": "esempio",
        "v.le": "viale", "p.zza": "piazza", "tel.": "telefono", "ca.": "circa", "vs.": "contro",
    },
    before_number={"n.": "numero", "nº": "numero", "n°": "numero", "pag.": "pagina", "p.": "pagina",
                   "art.": "articolo", "cap.": "capitolo", "vol.": "volume"},
    months=("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
            "novembre", "dicembre"),
    units=table("""
        km|chilometro|chilometri
        m|metro|metri
        cm|centimetro|centimetri
        mm|millimetro|millimetri
        kg|chilo|chili
        g|grammo|grammi
        mg|milligrammo|milligrammi
        l|litro|litri
        ml|millilitro|millilitri
        h|ora|ore
        min|minuto|minuti
        s|secondo|secondi
        km/h|chilometro all'ora|chilometri all'ora
        m²|metro quadro|metri quadri
        km²|chilometro quadrato|chilometri quadrati
        m³|metro cubo|metri cubi
        °c|grado|gradi
        °|grado|gradi
        kb|kilobyte|kilobyte
        mb|megabyte|megabyte
        gb|gigabyte|gigabyte
        kw|chilowatt|chilowatt
        kwh|chilowattora|chilowattora
    """),
    money={"€": ("euro", "euro", "centesimo", "centesimi"), "$": ("dollaro", "dollari", "centesimo", "centesimi"),
           "£": ("sterlina", "sterline", "penny", "pence"), "¥": ("yen", "yen", "", ""),
           "₹": ("rupia", "rupie", "", ""), "₩": ("won", "won", "", "")},
    marks={".": "punto", "/": "barra", "-": "trattino", "_": "trattino basso", "@": "chiocciola",
           "?": "punto interrogativo", "=": "uguale", "&": "e", "#": "cancelletto", ":": "due punti",
           "%": "per cento", "+": "più"},
    words={"&": "e", "%": "per cento", "+": "più", "=": "uguale", "@": "chiocciola", "#": "hashtag", "№": "numero",
           "-": "meno", "–": "a", "~": "circa", "±": "più o meno", "²": "al quadrato", "³": "al cubo", "½": "mezzo"},
    date=_date(" ", "primo"),
    time=_italian_time,
    cents=" e ",
    ordinals=_ORDINAL,
    ordinal=_ordinal("primo secondo terzo quarto quinto sesto settimo ottavo nono decimo"),
    may_end=frozenset({"ecc."}),
)  # fmt: skip
