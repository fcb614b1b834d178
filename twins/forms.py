"""Forms of twins and their parts: choices from what is installed, refusals in words."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from avatarsite.core.erasing import erase
from twins.knowledge import services as knowledge
from twins.models import KnowledgeFile, Personality, Replica, Twin, Voice
from twins.tts import voices

Choices = list[tuple[str, str]]


def face_url(portrait: str) -> str:
    return reverse("admin:twins_replica_face", args=[portrait])


def picture_url(replica: Replica) -> str:
    """Where the admin site has a face's picture; "" while it cannot be shown."""
    if replica.kind == Replica.Kind.DRAWN:
        return face_url(replica.portrait)
    return reverse("admin:twins_replica_picture", args=[replica.pk]) if replica.usable else ""


class FaceSelect(forms.Select):
    """A choice of faces with a picture beside it; each option names its picture, a script shows the chosen one."""

    class Media:
        js = ["admin_avatarsite/faces.js"]

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        replica = getattr(value, "instance", None)
        picture = picture_url(replica) if replica else str(value) and face_url(str(value))
        if picture:
            option["attrs"]["data-face"] = picture
        return option

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        select = super().render(name, value, {**(attrs or {}), "data-faces": ""}, renderer)
        return format_html('{}<img class="face face-large" alt="The chosen face" hidden>', select)


class TwinForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Twin
        fields: ClassVar = ["name", "headline", "owner", "replica", "voice", "is_public", "position"]
        widgets: ClassVar = {"replica": FaceSelect}
        labels: ClassVar = {"replica": "Face", "is_public": "Public"}
        error_messages: ClassVar = {
            "replica": {"required": "Choose a face: without one the twin cannot be shown."},
            "voice": {"required": "Choose a voice: without one the twin cannot speak."},
        }

    def clean(self) -> dict[str, Any]:
        """A twin is put together from stock and from what its own owner has."""
        cleaned = super().clean() or {}
        owner = cleaned.get("owner", self.instance.owner)
        for name in ("replica", "voice"):
            part = cleaned.get(name)
            if part is not None and part.owner not in (None, owner):
                whose = "stock" if owner is None else f"stock or one of {owner}"
                self.add_error(name, f"“{part}” belongs to {part.owner}; choose {whose}.")
        return cleaned


class Suggesting(forms.TextInput):
    """A text field that suggests values and takes any."""

    def __init__(self, choices: Choices) -> None:
        super().__init__()
        self._choices = choices

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        listed = f"{name}_suggested"
        options = format_html_join("", '<option value="{}">{}</option>', self._choices)
        field = super().render(name, value, {**(attrs or {}), "list": listed}, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', field, listed, options)


class VoiceForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Voice
        fields: ClassVar = [
            "name", "owner", "engine", "engine_voice", "language", "gender", "description", "rate", "pitch", "options",
        ]  # fmt: skip

    engine_voice = forms.CharField(
        max_length=120,
        label="Voice of the engine",
        help_text="One of the list, or the id of a vendor's voice: the list of a vendor is on its own page, and at "
        "GET /v1/voices/engines/{engine}.",
    )
    rate = forms.FloatField(min_value=0.5, max_value=2, initial=1.0, help_text="Speed: 1 is the voice's own.")
    pitch = forms.FloatField(min_value=0.5, max_value=2, initial=1.0, help_text="Height: 1 is the voice's own.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        local = [(voice.id, f"{voice.name} · {voice.description}") for voice in voices.VOICES]
        _offer(self, "engine", [(alias, alias) for alias in settings.TTS])
        if "engine_voice" in self.fields:
            self.fields["engine_voice"].widget = Suggesting(local)
        _offer(self, "language", _languages())
        for name in ("rate", "pitch"):
            if name in self.fields:
                self.fields[name].widget.attrs["step"] = "0.05"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("engine") == "local" and cleaned.get("engine_voice"):
            try:
                voices.find(cleaned["engine_voice"])
            except EngineFailed as error:
                self.add_error("engine_voice", error.message)
        return cleaned


class MindForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Personality
        fields: ClassVar = [
            "name", "owner", "twin", "greeting", "system_prompt", "context",
            "language", "max_sentences", "word_limit", "llm_model", "avoid",
        ]  # fmt: skip
        labels: ClassVar = {"avoid": "What it does not talk about", "llm_model": "Language model"}
        widgets: ClassVar = {
            "greeting": forms.Textarea(attrs={"rows": 2}),
            "system_prompt": forms.Textarea(
                attrs={"rows": 6, "placeholder": "You are Ada, a patient teacher of maths. …"}
            ),
            "context": forms.Textarea(attrs={"rows": 3}),
            "avoid": forms.Textarea(attrs={"rows": 2, "placeholder": "politics"}),
        }

    max_sentences = forms.IntegerField(min_value=1, max_value=20, initial=3, help_text="Longest reply, in sentences.")
    word_limit = forms.IntegerField(min_value=5, max_value=400, initial=60, help_text="Longest reply, in words.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "language", _languages())


class PersonalityForm(MindForm):
    """A personality by itself, which may be given to a twin."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        twin = cleaned.get("twin")
        if twin is not None and twin.owner != cleaned.get("owner", self.instance.owner):
            self.add_error("twin", f"“{twin}” belongs to {twin.owner or 'the stock'}; it must have the same owner.")
        return cleaned


class PersonalityOfTwinForm(MindForm):
    """A personality inside its twin's form; takes the first document of its knowledge along."""

    class Meta(MindForm.Meta):
        exclude: ClassVar = ["owner", "twin"]

    name = forms.CharField(required=False, max_length=120, help_text="Empty: the twin's name.")
    document_title = forms.CharField(
        required=False,
        max_length=160,
        label="New document: title",
        help_text="A few words that name the subject, e.g. Opening hours; the twin may say them aloud.",
    )
    document_text = forms.CharField(
        required=False,
        max_length=500_000,
        label="New document: text",
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="What it knows, in short whole sentences: the built-in mind answers by saying the best of them.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("document_title") and not cleaned.get("document_text", "").strip():
            self.add_error("document_text", "Write the text of the document, or take its title away.")
        return cleaned

    def save(self, commit: bool = True) -> Personality:
        mind, twin = self.instance, self.instance.twin
        if twin is not None:
            mind.name = mind.name or twin.name
            mind.owner = twin.owner if mind._state.adding else mind.owner
        saved: Personality = super().save(commit)
        text = self.cleaned_data["document_text"].strip()
        if commit and text:
            title = self.cleaned_data["document_title"] or f"About {saved.name}"[:160]
            knowledge.add_text(saved, title, text)
        return saved


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A document of a personality: a text that is typed, or a file that is sent."""

    class Meta:
        model = KnowledgeFile
        fields: ClassVar = ["name", "text"]
        widgets: ClassVar = {"text": forms.Textarea(attrs={"rows": 8})}

    name = forms.CharField(
        required=False, max_length=500, help_text="What it is about; the twin may say it. Empty: the file's name."
    )
    file = forms.FileField(
        required=False, help_text="PDF, Word, PowerPoint, HTML, Markdown, CSV, JSON, subtitles or plain text."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.kind != KnowledgeFile.Kind.TEXT:
            self.fields["text"].disabled = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        sent, text = cleaned.get("file"), str(cleaned.get("text", "")).strip()
        cleaned["name"] = cleaned.get("name") or (sent.name if sent else "")
        if not cleaned["name"]:
            self.add_error("name", "Give the document a name.")
        if not sent and not text and self.instance.kind == KnowledgeFile.Kind.TEXT:
            self.add_error("text", "Write the text of the document, or send a file.")
        if sent and sent.size > settings.KNOWLEDGE_MAX_BYTES:
            self.add_error("file", f"It is larger than {settings.KNOWLEDGE_MAX_BYTES // 1_048_576} MB.")
        return cleaned

    def train(self) -> None:
        """Bring the document to what the form says: through the services, which replace it by its name."""
        document, cleaned = self.instance, self.cleaned_data
        if not document._state.adding and "name" in self.changed_data:
            KnowledgeFile.objects.filter(pk=document.pk).update(name=cleaned["name"])
        if cleaned["file"]:
            knowledge.add_file(document.personality, cleaned["name"], cleaned["file"])
        elif document.kind == KnowledgeFile.Kind.TEXT:
            knowledge.add_text(document.personality, cleaned["name"], cleaned["text"])
        elif "name" in self.changed_data:
            document.refresh_from_db()
            knowledge.renew(document)


class PersonalitiesFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    default_error_messages: ClassVar = {
        **forms.BaseInlineFormSet.default_error_messages,
        "too_few_forms": "A twin needs a personality: write at least its greeting, or who it is.",
    }

    def delete_existing(self, obj: Personality, commit: bool = True) -> None:
        if commit:
            erase(Personality.objects.filter(pk=obj.pk))


def _offer(form: forms.BaseForm, name: str, choices: Choices) -> None:
    """Make a text field a choice; a value that is stored already stays possible."""
    if name not in form.fields:
        return
    field, known = form.fields[name], {value for value, _ in choices}
    stored = form.initial.get(name) or field.initial
    kept = [(stored, stored)] if stored and stored not in known else []
    form.fields[name] = forms.ChoiceField(
        choices=[*choices, *kept], initial=field.initial, label=field.label, help_text=field.help_text
    )


def _languages() -> Choices:
    """What the configured voice engines speak, and how where it is only approximately.

    A bare "en" is spoken in the voice's own accent.
    """
    known: dict[str, str] = {}
    for alias in settings.TTS:
        engine = engines.load("TTS", alias)
        notes = engine.approximations()
        told = {code: f"{name}: {notes[code]}" if code in notes else name for code, name in engine.languages().items()}
        known = told | known  # the embedded engine comes first: what it says of a language holds
    return [("en", "English, as the voice does"), *sorted(known.items(), key=lambda item: item[1])]
