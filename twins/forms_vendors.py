"""What a replica's face is called at vendors that make clips, in fields that people can fill in."""

import re
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from avatarsite.core.vendors.catalog import vendor

ID = re.compile(r"[\w@.\-]{3,120}", re.ASCII)
OWN_VOICE = "own"
OF_DID = {"clips": "presenter_id", "scenes": "avatar_id"}  # kind of the face: how its entry names it
MEMBERS = ("did", "tavus", "heygen")
ABOUT = (
    "Needed only where one of these makes the clips: see the order of renderers. The page of the face at the vendor "
    "tells its id. Left empty, D-ID and HeyGen are given this replica's picture; Tavus cannot show it."
)


class VendorFacesForm(forms.Form):
    """Sets `vendor_faces` of the replica that a ModelForm is about; entries of other vendors stay as they are."""

    did_kind = forms.ChoiceField(
        required=False,
        label="D-ID: kind",
        choices=[("clips", "One of D-ID's presenters"), ("scenes", "An avatar of the account")],
    )
    did_face = forms.CharField(required=False, label="D-ID: id", help_text="Like v2_public_Amber@0zSz8kflCN.")
    tavus_face = forms.CharField(required=False, label="Tavus: replica", help_text="Like r79e1c033f.")
    tavus_voice = forms.BooleanField(
        required=False,
        label="Tavus: its own voice",
        help_text="It speaks there with the voice that it was trained with. Else Tavus fetches a recording from this "
        "site, which has to be reachable from outside (PUBLIC_URL).",
    )
    heygen_face = forms.CharField(required=False, label="HeyGen: avatar", help_text="The id of an avatar's look.")
    heygen_voice = forms.CharField(
        required=False,
        label="HeyGen: voice",
        help_text="The id of a voice of HeyGen's, or “own” for the avatar's. Empty: the voice that it has here.",
    )
    instance: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in _shown(self.instance.vendor_faces).items():
            if name in self.fields:
                self.fields[name].initial = value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("did_face", "tavus_face", "heygen_face", "heygen_voice"):
            if cleaned.get(name) and not ID.fullmatch(cleaned[name]):
                self.add_error(name, "Give the id alone: letters, digits and - _ . @, no address and no spaces.")
        if cleaned.get("tavus_voice") and not cleaned.get("tavus_face") and "tavus_face" not in self.errors:
            self.add_error("tavus_face", "Whose own voice? Give the replica's id.")
        own = cleaned.get("heygen_voice") == OWN_VOICE
        if own and not cleaned.get("heygen_face") and "heygen_face" not in self.errors:
            self.add_error("heygen_face", "Whose own voice? Give the avatar's id.")
        if not self.errors:
            others = {name: entry for name, entry in self.instance.vendor_faces.items() if name not in MEMBERS}
            self.instance.vendor_faces = {**others, **_stored(cleaned)}
        return cleaned


def listed(faces: dict[str, dict[str, str]]) -> SafeString | str:
    """The same to be read only."""
    rows = ((vendor(name).name, ", ".join(entry.values())) for name, entry in faces.items() if name in MEMBERS)
    return format_html_join("", '<span class="line">{}: {}</span>', rows) or "–"


def _shown(faces: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The values of the fields for what is stored."""
    did, tavus, heygen = (faces.get(name, {}) for name in MEMBERS)
    kind = "scenes" if "avatar_id" in did else "clips"
    return {
        "did_kind": kind,
        "did_face": did.get(OF_DID[kind], ""),
        "tavus_face": tavus.get("replica_id", ""),
        "tavus_voice": tavus.get("voice") == OWN_VOICE,
        "heygen_face": heygen.get("avatar_id", ""),
        "heygen_voice": heygen.get("voice", ""),
    }


def _stored(cleaned: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What is stored for the values of the fields; vendors of which nothing is said are left out."""
    kind = cleaned.get("did_kind") or "clips"
    entries = {
        "did": {"kind": kind, OF_DID[kind]: cleaned["did_face"]} if cleaned.get("did_face") else {},
        "tavus": {"replica_id": cleaned.get("tavus_face"), "voice": OWN_VOICE if cleaned.get("tavus_voice") else ""},
        "heygen": {"avatar_id": cleaned.get("heygen_face"), "voice": cleaned.get("heygen_voice")},
    }
    told = {name: {key: str(value) for key, value in entry.items() if value} for name, entry in entries.items()}
    return {name: entry for name, entry in told.items() if entry}
