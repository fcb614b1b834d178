"""The stock twins: what is shipped can be spoken, and seeding brings rows to it and touches no others."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from avatarsite.core.models import User
from tests.factories import make_twin, make_user
from twins import portraits, seeding, selectors
from twins.llm.sentences import split
from twins.llm.speakable import speakable
from twins.models import KnowledgeFile, Personality, Replica, Twin, Voice
from twins.tts.voices import VOICES

IN_ORDER = ["amara", "leo", "margaret", "kenji", "sofia", "walter", "priya", "omar"]
FILES = sorted(seeding.STOCK.glob("*.toml"))
LEANING = ("it", "they", "he", "she", "this", "that", "these", "those", "there", "such")
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def sentences(path: Path) -> list[str]:
    return [sentence for document in read(path)["knowledge"] for sentence in split(document["text"])]


@pytest.fixture
def seeded(db: None) -> None:
    seeding.seed()


def rows() -> list[Any]:
    """Everything that seeding is responsible for, with its times of change."""
    models: tuple[Any, ...] = (Replica, Voice, Twin, Personality, KnowledgeFile)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_there_are_eight_stock_twins() -> None:
    assert {path.stem for path in FILES} == set(IN_ORDER)


@each_file
def test_a_stock_file_holds_these_keys_and_no_others(path: Path) -> None:
    facts = read(path)
    assert set(facts) == {"position", "name", "headline", "portrait", "voice", "personality", "knowledge"}
    assert set(facts["voice"]) == {"engine_voice", "language", "gender", "description"}
    wanted = {"greeting", "system_prompt", "context", "language", "max_sentences"}
    assert set(facts["personality"]) - {"word_limit"} == wanted
    assert all(set(document) == {"title", "text"} for document in facts["knowledge"])


@each_file
def test_a_greeting_is_short_enough_for_a_welcome_clip(path: Path) -> None:
    greeting = read(path)["personality"]["greeting"]
    assert len(split(greeting)) <= 3
    assert 9 <= len(greeting.split()) <= 17


@each_file
def test_a_prompt_says_whom_the_model_is_to_be(path: Path) -> None:
    facts = read(path)
    assert facts["personality"]["system_prompt"].strip().startswith(f"You are {facts['name']}, ")


@each_file
def test_knowledge_is_enough_to_talk_about(path: Path) -> None:
    assert len(sentences(path)) >= 50


@each_file
def test_every_line_of_knowledge_is_one_sentence(path: Path) -> None:
    for document in read(path)["knowledge"]:
        assert split(document["text"]) == document["text"].strip().splitlines()


@each_file
def test_every_sentence_is_spoken_as_it_is_written(path: Path) -> None:
    marks = set("/*_#`<>[]{}|\\@")
    strange = [said for said in sentences(path) if speakable(said) != said or marks & set(said) or "www." in said]
    assert strange == []


@each_file
def test_every_sentence_has_the_length_of_an_answer(path: Path) -> None:
    assert [said for said in sentences(path) if not 5 <= len(said.split()) <= 30] == []


@each_file
def test_no_document_begins_with_a_sentence_that_leans_on_another(path: Path) -> None:
    first = [split(document["text"])[0].split()[0].lower() for document in read(path)["knowledge"]]
    assert not set(first) & set(LEANING)


@each_file
def test_no_sentence_is_there_twice(path: Path) -> None:
    said = sentences(path)
    assert len(said) == len(set(said))


@pytest.mark.usefixtures("seeded")
def test_every_stock_twin_can_speak_and_is_public() -> None:
    twins = Twin.objects.all()
    assert [twin.pk for twin in twins] == IN_ORDER
    assert [(twin.trouble, twin.owner, twin.is_public) for twin in twins] == [("", None, True)] * 8
    assert all(twin.personality and twin.personality.knowledge.exists() for twin in twins)


@pytest.mark.usefixtures("seeded")
def test_amara_answers_when_no_twin_is_named() -> None:
    default = selectors.default_twin()
    assert default is not None and default.pk == "amara"


@pytest.mark.usefixtures("seeded")
def test_every_seeded_row_is_valid() -> None:
    models: tuple[Any, ...] = (Replica, Voice, Twin, Personality, KnowledgeFile)
    for model in models:
        for row in model.objects.all():
            row.full_clean()


@pytest.mark.usefixtures("seeded")
def test_every_stock_twin_has_a_portrait_and_a_voice_of_its_own() -> None:
    faces = set(Replica.objects.values_list("portrait", flat=True))
    voices = set(Voice.objects.values_list("engine_voice", flat=True))
    assert len(faces) == len(voices) == 8
    assert faces <= set(portraits.names())
    assert voices <= {voice.id for voice in VOICES}


@pytest.mark.usefixtures("seeded")
def test_seeding_again_writes_nothing() -> None:
    before = rows()
    assert seeding.seed() == 0
    assert rows() == before


@pytest.mark.usefixtures("seeded")
def test_seeding_again_costs_a_handful_of_queries(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10):
        seeding.seed()


@pytest.mark.usefixtures("seeded")
def test_a_changed_stock_twin_is_brought_back_to_what_is_shipped() -> None:
    before = Twin.objects.get(pk="leo")
    Twin.objects.filter(pk="leo").update(name="Changed", is_public=False, voice="v-amara")
    Personality.objects.filter(pk="p-leo").update(greeting="Changed.")
    seeding.seed()
    after = Twin.objects.get(pk="leo")
    assert (after.name, after.is_public, after.voice_id) == (before.name, True, "v-leo")
    assert after.personality and after.personality.greeting != "Changed."


@pytest.mark.usefixtures("seeded")
def test_a_stock_personality_knows_exactly_what_is_shipped() -> None:
    before = list(KnowledgeFile.objects.filter(personality="p-leo").values_list("name", "text"))
    KnowledgeFile.objects.filter(personality="p-leo", name="Leo").delete()
    KnowledgeFile.objects.create(personality_id="p-leo", name="Rumours", text="Leo was once a lion.")
    seeding.seed()
    assert list(KnowledgeFile.objects.filter(personality="p-leo").values_list("name", "text")) == before


@pytest.mark.usefixtures("seeded")
def test_a_deleted_stock_twin_comes_back() -> None:
    Twin.objects.filter(pk="sofia").delete()
    seeding.seed()
    assert Twin.objects.get(pk="sofia").personality is not None


@pytest.mark.usefixtures("seeded")
def test_a_row_that_was_given_an_owner_is_left_alone() -> None:
    owner: User = make_user()
    Twin.objects.filter(pk="leo").update(owner=owner, name="Mine")
    Personality.objects.filter(pk="p-leo").update(owner=owner, greeting="Mine.")
    KnowledgeFile.objects.filter(personality="p-leo").delete()
    assert seeding.seed() == 0
    assert (Twin.objects.get(pk="leo").name, Personality.objects.get(pk="p-leo").greeting) == ("Mine", "Mine.")
    assert not KnowledgeFile.objects.filter(personality="p-leo").exists()


@pytest.mark.usefixtures("seeded")
def test_a_customers_twin_is_not_touched() -> None:
    twin = make_twin(owner=make_user(), name="Amara")
    before = Twin.objects.filter(pk=twin.pk).values().get()
    seeding.seed()
    assert Twin.objects.filter(pk=twin.pk).values().get() == before


@pytest.mark.django_db
def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed")
    call_command("seed")
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("rows written.")
    assert second == "Nothing to do."
