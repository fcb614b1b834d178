"""The form in which an account makes a twin of a person: a face, a voice, a few words."""

from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Q

from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import User
from twins import voices
from twins.forms_people import RECORDINGS, PersonForm, fitted, picker
from twins.models import Twin, Voice
from twins.replicas import LONGEST_NAME
from twins.services import create_twin

PHOTO, VIDEO = "photo", "video"


class MakeTwinForm(PersonForm):
    """What is wrong stands beside its field; files must be chosen again then, as browsers do not keep them."""

    source = forms.ChoiceField(
        choices=[(PHOTO, "A photo"), (VIDEO, "A video")], initial=PHOTO, widget=forms.RadioSelect, label="Made from"
    )
    name = forms.CharField(
        max_length=LONGEST_NAME,
        label="Name of the twin",
        help_text="As visitors read it.",
        error_messages={"required": "Give the twin a name."},
    )
    headline = forms.CharField(max_length=160, required=False, label="One line about it", help_text="May stay empty.")
    greeting = forms.CharField(
        max_length=400,
        label="Its first words",
        initial="Hello! What would you like to know?",
        widget=forms.Textarea,
        error_messages={"required": "Write what it says first."},
    )
    sample = forms.FileField(
        required=False,
        widget=picker(RECORDINGS),
        label="A recording of the voice",
        help_text="10 seconds or more of the person's speech. The voice becomes similar, not the same. May stay empty.",
    )
    voice = forms.ModelChoiceField(
        Voice.objects.none(),
        required=False,
        label="Or a voice that is there",
        empty_label="Choose for me",
        help_text="A video brings its own voice along.",
    )
    agreed = forms.BooleanField(required=False, label="The statement above is true.")

    field_order = ["source", "photo", "video", "name", "greeting"]

    def __init__(self, owner: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.owner = owner
        mine = Voice.objects.filter(Q(owner=None) | Q(owner=owner)).order_by("name")
        self.fields["voice"].queryset = mine  # type: ignore[attr-defined]
        self.fields["greeting"].widget.attrs["rows"] = 2

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("source")
        for other in {PHOTO, VIDEO} - {chosen}:
            cleaned[other] = None  # only what was asked for counts
        if chosen and not cleaned.get(chosen) and chosen not in self.errors:
            self.add_error(chosen, f"Choose the {chosen} that the twin is made from.")
        if chosen == PHOTO:
            self.need_signature()
            if not cleaned.get("agreed"):
                self.add_error("agreed", "Without the person's consent no twin can be made.")
        return cleaned

    def make(self) -> Twin | None:
        """The twin, whose face is then trained; None when a file cannot be used, which its field then says."""
        data = self.cleaned_data
        voice = fitted(self, "sample", self.owner, data["name"]) if data["sample"] else data["voice"]
        if self.errors:
            return None
        try:
            return self._made(voice)
        except EngineFailed as error:
            if data["sample"] and voice:
                voices.delete(voice)
            self.add_error(data["source"], error.message)
            return None

    @transaction.atomic
    def _made(self, voice: Voice | None) -> Twin:
        data = self.cleaned_data
        replica = self.make_replica(self.owner, data["name"])
        profile = {"greeting": data["greeting"], "headline": data["headline"]}
        return create_twin(self.owner, data["name"], replica, voice, **profile)
