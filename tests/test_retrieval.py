"""Which sentences of a knowledge answer a question, and when none does."""

import pytest

from twins.llm.base import Passage
from twins.llm.retrieval import Index, index, passages

pytestmark = pytest.mark.engine

BAKERY = (
    Passage("Maya runs a small bakery in Lisbon. She opened it in 2015 with her sister.", "Maya"),
    Passage(
        "The bakery is open Tuesday to Friday from 8 am to 6 pm. On Saturdays we open from 9 am to 2 pm.",
        "Opening hours",
    ),
    Passage("A sourdough loaf costs 6 euros. Croissants are 1.80 euros each. We accept cards and cash.", "Prices"),
    Passage(
        "The baking course teaches you to make a starter. It takes four hours. It is 75 euros per person.", "Course"
    ),
    Passage("We deliver in Lisbon. Delivery takes about two hours.", "Delivery"),
)


def best(question: str, knowledge: tuple[Passage, ...] = BAKERY, language: str = "en", about: str = "") -> str:
    hits = index(knowledge, language).search(question, about=about)
    return hits[0].unit.text if hits else ""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What does a sourdough loaf cost?", "A sourdough loaf costs 6 euros."),
        ("How much are the croissants?", "Croissants are 1.80 euros each."),
        ("can I pay with a credit card", "We accept cards and cash."),
        ("When are you open?", "The bakery is open Tuesday to Friday from 8 am to 6 pm."),
        ("are you open on saturday", "On Saturdays we open from 9 am to 2 pm."),
        ("What about the weekend?", "On Saturdays we open from 9 am to 2 pm."),
        ("Do you ship?", "We deliver in Lisbon."),
        ("When did you open the bakery?", "She opened it in 2015 with her sister."),
        ("how long is the baking course", "It takes four hours."),
        ("how much is a crossant", "Croissants are 1.80 euros each."),
        ("do you delivver in lisbon", "We deliver in Lisbon."),
    ],
)
def test_the_best_sentence_answers_the_question(question: str, answer: str) -> None:
    assert best(question) == answer


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "Who won the football match?",
        "Do you repair bicycles?",
        "What is the best way to cook pasta?",
        "xyzzy",
        "",
        "the of and",
        "?!",
        "\x00",
    ],
)
def test_what_is_not_in_the_knowledge_is_not_found(question: str) -> None:
    assert best(question) == ""


def test_what_was_talked_of_decides_between_answers_that_fit_equally() -> None:
    assert best("how long does it take", about="Tell me about the baking course") == "It takes four hours."
    assert best("how long does it take", about="Do you deliver?") == "Delivery takes about two hours."


@pytest.mark.parametrize(
    ("language", "text", "question"),
    [
        ("es", "Abrimos de lunes a viernes. La visita dura dos horas.", "¿Cuánto dura la visita?"),
        ("fr", "Nous ouvrons le mardi. Les bouquets coûtent 25 euros.", "combien coute un bouquet ?"),
        (
            "de",
            "Wir öffnen um neun. Eine Prüfung der Fahrräder kostet 60 Euro.",
            "Was kosten Fahrradprüfungen? Prüfung",
        ),
        ("it", "Il forno è a legna. La pizza costa otto euro.", "Quanto costa la pizza?"),
        ("pt", "Temos três salas. As aulas começam às nove.", "Quando começa a aula?"),
        ("ru", "Мы открыты с девяти. Хлеб стоит сто рублей.", "Сколько стоит хлеба?"),
        ("zh", "我们早上九点开门。红茶每壶四十元。", "红茶多少钱？"),
        ("ja", "営業時間は九時からです。抹茶ラテは五百円です。", "抹茶ラテはいくらですか"),
        ("ko", "가게는 아홉 시에 엽니다. 커피는 사천 원입니다.", "커피가 얼마예요?"),
        ("th", "ร้านเปิดเก้าโมง กาแฟราคาห้าสิบบาท", "กาแฟราคาเท่าไร"),
        ("hi", "दुकान नौ बजे खुलती है। रोटी बीस रुपये की है।", "रोटी कितने की है"),
        ("ar", "نفتح في التاسعة. الخبز بعشرة ريالات.", "بكم الخبز"),
    ],
)
def test_any_language_is_searched(language: str, text: str, question: str) -> None:
    found = best(question, (Passage(text),), language)
    assert found and found == Index((Passage(text),), language).units[-1].text


def test_accents_do_not_matter() -> None:
    assert best("cafe", (Passage("El café está abierto. La biblioteca no."),), "es") == "El café está abierto."


def test_a_sentence_that_is_there_twice_is_found_once() -> None:
    twice = Index((Passage("Bread is warm."), Passage("bread  is warm.")), "en")
    assert [hit.unit.text for hit in twice.search("bread")] == ["Bread is warm."]


def test_the_index_of_the_same_content_is_built_once() -> None:
    assert index((Passage("Bread."),), "en") is index((Passage("Bread."),), "en")
    assert index((Passage("Bread."),), "en") is not index((Passage("Bread, changed."),), "en")


def test_prompts_are_given_whole_passages_best_first() -> None:
    assert passages(BAKERY, "en", "how much is sourdough")[0] == BAKERY[2]
    assert passages(BAKERY, "en", "football match") == []


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "😀", "?!?", "a" * 100_000, "{{ }} " * 9_000])
def test_no_knowledge_breaks_the_index(text: str) -> None:
    assert Index((Passage(text, text[:50]),), "en").search("bread") == []
