"""Forms of what is shown."""

from typing import Any, ClassVar

from django import forms

from avatarsite.core.models import User
from videos import lipsyncs
from videos.lipsyncing import MOST_SOUND
from videos.models import Lipsync


class LipsyncForm(forms.ModelForm):  # type: ignore[type-arg]
    """A film and the sound that its person is to say."""

    class Meta:
        model = Lipsync
        fields: ClassVar = ["name"]

    name = forms.CharField(max_length=200)
    film = forms.FileField(widget=forms.FileInput(attrs={"accept": "video/mp4"}))
    sound = forms.FileField(widget=forms.FileInput(attrs={"accept": "audio/mpeg,audio/wav"}))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        sound = cleaned.get("sound")
        if sound and sound.size > MOST_SOUND:
            self.add_error("sound", f"It is larger than {MOST_SOUND // 1_000_000} MB.")
        return cleaned

    def make(self, owner: User) -> Lipsync:
        data = self.cleaned_data
        return lipsyncs.create(owner, data["name"], film=data["film"], sound=data["sound"])
