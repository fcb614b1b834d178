"""Forms that take what a person's face and voice are made of, and how the person has agreed."""

from pathlib import Path
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from avatarsite.core import media
from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import User
from twins import consents, portraits, replicas, voices
from twins.forms import FaceSelect
from twins.forms_vendors import VendorFacesForm
from twins.models import Consent, Replica, Voice
from twins.replicas import LONGEST_NAME

PHOTOS = "image/jpeg,image/png,image/webp,image/heic"
FILMS = "video/mp4,video/webm"
RECORDINGS = "audio/*,video/mp4,video/webm"
MOST_SAMPLE = 50 * 1_048_576  # bytes of a recording that a voice is fitted to


def picker(kinds: str) -> forms.FileInput:
    return forms.FileInput(attrs={"accept": kinds})


class PersonForm(forms.Form):
    """A photo or a film of a person; a photo comes with a signed consent, a film begins with a spoken one."""

    photo = forms.FileField(
        required=False,
        widget=picker(PHOTOS),
        help_text="JPEG, PNG, WebP or HEIC: one face, looking at the camera, in even light.",
    )
    video = forms.FileField(
        required=False,
        widget=picker(FILMS),
        help_text="MP4 or WebM of a minute or more: one person before a still camera, who first reads the consent.",
    )
    person = forms.CharField(
        required=False, max_length=120, label="Who is seen", help_text="The full name of the person."
    )
    signed_by = forms.CharField(
        required=False, max_length=120, label="Signed by", help_text="Your own full name, under the statement."
    )

    def clean_photo(self) -> "UploadedFile[Any] | None":
        return self._sized("photo", settings.TRAINING_PHOTO_MAX_BYTES)

    def clean_video(self) -> "UploadedFile[Any] | None":
        return self._sized("video", min(settings.TRAINING_FILM_MAX_BYTES, settings.UPLOAD_MAX_BYTES))

    def need_signature(self) -> None:
        """Refuse a photo without its signed consent."""
        words = {
            "person": "Whose face is it? The person must have agreed.",
            "signed_by": "Sign with your full name that the person has agreed.",
        }
        for name, sentence in words.items():
            if not self.cleaned_data.get(name, "").strip():
                self.add_error(name, sentence)

    def make_replica(self, owner: User, name: str, consent: Consent | None = None, **facts: Any) -> Replica:
        """The replica that a valid form asks for; call in a transaction."""
        data = self.cleaned_data
        if data.get("photo"):
            person = data["person"].strip()
            signed = consent or consents.state(owner, person, consents.declaration(person), data["signed_by"])
            return replicas.create_from_photo(owner, name, content=data["photo"].read(), consent=signed, **facts)
        return replicas.create_from_video(owner, name, upload=data["video"], consent=consent, **facts)

    def _sized(self, field: str, most: int) -> "UploadedFile[Any] | None":
        file: UploadedFile[Any] | None = self.cleaned_data[field]
        if file is not None and (file.size or 0) > most:
            raise forms.ValidationError(f"It is larger than {most // 1_048_576} MB: send a smaller file.")
        return file


class ReplicaForm(PersonForm, VendorFacesForm, forms.ModelForm):  # type: ignore[type-arg]
    """A face: one of the drawn portraits, or that of a person."""

    class Meta:
        model = Replica
        fields: ClassVar = ["name", "owner", "portrait", "framing", "voice"]

    field_order = ["name", "owner", "portrait", "photo", "video", "consent", "person", "signed_by"]
    name = forms.CharField(max_length=LONGEST_NAME)
    consent = forms.ModelChoiceField(
        Consent.objects.none(),
        required=False,
        help_text="One that the person has given before; then nothing needs to be signed.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = Consent.objects.filter(replica=None, given_at__isnull=False, revoked_at=None)
        self.fields["consent"].queryset = given.select_related("owner")  # type: ignore[attr-defined]
        if "framing" in self.fields:
            self.fields["framing"].required = False  # left out, it is close
        if "portrait" in self.fields:
            names = [(name, name.capitalize()) for name in portraits.names()]
            self.fields["portrait"] = forms.ChoiceField(
                choices=[("", "---------"), *names], widget=FaceSelect, required=False, help_text="A drawn face."
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance._state.adding:
            self._check_source(cleaned)
        return cleaned

    def _check_source(self, cleaned: dict[str, Any]) -> None:
        given = [name for name in ("portrait", "photo", "video") if cleaned.get(name)]
        if len(given) != 1 and not self.errors.keys() & {"portrait", "photo", "video"}:
            self.add_error("portrait", "Choose a drawn face, or send a photo, or a video: one of the three.")
        if given == ["portrait"] or self.errors:
            return
        consent = cleaned.get("consent")
        if not cleaned.get("owner"):
            self.add_error("owner", "The face of a person belongs to an account: choose the owner.")
        elif consent and consent.owner != cleaned["owner"]:
            self.add_error("consent", f"It was given to {consent.owner}; the owner must be the same.")
        if given == ["photo"] and not consent:
            self.need_signature()

    def _post_clean(self) -> None:
        if self.instance._state.adding and not self.cleaned_data.get("portrait"):
            self.instance.kind = Replica.Kind.PHOTO  # of which the model asks no portrait
        super()._post_clean()  # type: ignore[misc]


class SampleForm(forms.Form):
    """A voice fitted to a recording."""

    name = forms.CharField(max_length=120)
    sample = forms.FileField(
        widget=picker(RECORDINGS), label="Recording", help_text="10 seconds or more of one person's speech, no music."
    )
    owner: User  # set by whoever shows the form
    voice: Voice | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            self.voice = fitted(self, "sample", self.owner, cleaned["name"])
        return cleaned


def fitted(form: forms.Form, field: str, owner: User, name: str) -> Voice | None:
    """The voice that fits the recording in a field; what is wrong with it becomes the field's error, and None."""
    try:
        with media.local(form.cleaned_data[field]) as path:
            return _voice_of(path, owner, name)
    except EngineFailed as error:
        form.add_error(field, error.message)
        return None


def _voice_of(path: Path, owner: User, name: str) -> Voice:
    media.probe(path, media.Limits(bytes=MOST_SAMPLE, needs_audio=True))
    return voices.create_from_file(owner, name, path)


class ConsentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A consent that is asked for, or signed."""

    class Meta:
        model = Consent
        fields: ClassVar = ["person", "owner", "kind", "signed_by"]

    person = forms.CharField(max_length=120, help_text="The full name of whoever consents.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(letter.isalpha() for letter in cleaned.get("person", "a")):
            self.add_error("person", "Write the name in letters, as it will be said aloud.")
        if cleaned.get("kind") == Consent.Kind.STATEMENT and not cleaned.get("signed_by", "").strip():
            self.add_error("signed_by", "Sign with your full name that the person has agreed.")
        if not cleaned.get("owner") and "owner" not in self.errors:
            self.add_error("owner", "A consent is given to an account: choose it.")
        return cleaned
