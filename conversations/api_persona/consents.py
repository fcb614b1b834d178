"""Consents of people to replicas of them: asked for, read aloud in a clip or signed, and taken back."""

from http import HTTPStatus

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.api.pagination import page_of
from conversations.api_persona.envelope import FormView, PersonaView, success
from conversations.api_persona.fields import Shape, Text
from conversations.api_persona.files import named
from conversations.api_persona.finding import consent_of, consents_of
from conversations.api_persona.openapi import LIMIT, PAGE, described
from twins import consents
from twins.models import Consent

SECONDS = 180.0  # that listening to a clip may take


class ConsentIn(Shape):
    person = Text(max_length=120, help_text="The full name of whoever consents.")
    statement = Text(required=False, max_length=5_000, help_text="What you sign, when the person reads nothing aloud.")
    signedBy = Text(required=False, max_length=120, help_text="Your full name, with statement.")


class ClipIn(Shape):
    clip = serializers.FileField(help_text="A film or recording, up to 2 minutes, in which the person reads `phrase`.")


class ConsentOut(Shape):
    consentId = serializers.CharField(source="pk")
    kind = serializers.ChoiceField(Consent.Kind.choices)
    person = serializers.CharField()
    phrase = serializers.CharField(help_text="What is to be read aloud, or what was signed.")
    signedBy = serializers.CharField(source="signed_by")
    given = serializers.SerializerMethodField(help_text="Whether a replica may be made with it.")
    statusDetails = serializers.SerializerMethodField(help_text="What is missing; empty: nothing.")
    transcript = serializers.CharField(help_text="What was heard.")
    score = serializers.FloatField(allow_null=True, help_text="0 to 1: share of the phrase that was heard.")
    replicaId = serializers.CharField(source="replica_id", allow_null=True, help_text="What it was given for.")
    askedAt = serializers.DateTimeField(source="asked_at")
    givenAt = serializers.DateTimeField(source="given_at", allow_null=True)
    revokedAt = serializers.DateTimeField(source="revoked_at", allow_null=True)

    def get_given(self, consent: Consent) -> bool:
        return consent.given_at is not None and consent.revoked_at is None

    def get_statusDetails(self, consent: Consent) -> str:  # noqa: N802  DRF's naming
        return "" if self.get_given(consent) else consents.trouble(consent)


class ConsentsOut(Shape):
    consents = ConsentOut(many=True)
    totalRecords = serializers.IntegerField()
    currentPage = serializers.IntegerField()
    totalPages = serializers.IntegerField()


class ConsentsView(PersonaView):
    @described(
        "getConsents", "Consents fetched successfully.", ConsentsOut(), parameters=[PAGE, LIMIT], refusals=(400,)
    )
    def get(self, request: Request) -> Response:
        """The account's consents, the newest first."""
        page = page_of(consents_of(self.account).order_by("-asked_at", "-pk"), request.query_params)
        shown = ConsentOut(page.items, many=True).data
        return success("Consents fetched successfully.", {"consents": shown, **page.counts})

    @described(
        "createConsent", "Consent created successfully.", ConsentOut(), request=ConsentIn, status=(201,),
        example={"person": "Ada Lovelace"},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Ask a person for consent: `phrase` is to be read aloud. With `statement`, it is signed by you instead."""
        fields = self.read(ConsentIn)
        if "statement" in fields:
            signed_by = fields.get("signedBy", "")
            made = consents.state(self.account, fields["person"], fields["statement"], signed_by)
        else:
            made = consents.ask(self.account, fields["person"], asked_by=self.account)
        return success("Consent created successfully.", ConsentOut(made).data, HTTPStatus.CREATED)


class ConsentView(PersonaView):
    @described("getConsent", "Consent fetched successfully.", ConsentOut(), refusals=(404,))
    def get(self, request: Request, consent_id: str) -> Response:
        """A consent: whether it was given, and what is missing."""
        return success("Consent fetched successfully.", ConsentOut(consent_of(self.account, consent_id)).data)


class ConsentClipView(FormView):
    @described(
        "sendConsentClip", "Consent clip heard.", ConsentOut(), request={"multipart/form-data": ClipIn},
        refusals=(404, 409, 502),
    )  # fmt: skip
    @idempotent(waits=SECONDS)
    def post(self, request: Request, consent_id: str) -> Response:
        """Send the clip in which the phrase is read; `given` tells whether it was understood. It may be sent again."""
        consent = consent_of(self.account, consent_id)
        clip = self.read(ClipIn)["clip"]
        with named("clip"):
            heard = consents.hear_clip(consent, clip)
        return success("Consent clip heard.", ConsentOut(heard).data)


class ConsentRevokeView(PersonaView):
    @described("revokeConsent", "Consent revoked.", ConsentOut(), post=True, refusals=(404,))
    @idempotent
    def post(self, request: Request, consent_id: str) -> Response:
        """Take a consent back: its replica is shown no more, and jobs that work with it are cancelled."""
        consent = consents.revoke(consent_of(self.account, consent_id))
        return success("Consent revoked.", ConsentOut(consent).data)
