"""The account's own keys at vendors: kept encrypted, tested, never shown again."""

from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api import throttles
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.vendors import accounts
from avatarsite.core.vendors.accounts import Provider
from conversations.api_persona.envelope import PersonaView, success
from conversations.api_persona.fields import Shape, Text
from conversations.api_persona.finding import not_found
from conversations.api_persona.openapi import described


class CircuitOut(Shape):
    engine = serializers.CharField(source="alias")
    layer = serializers.CharField(source="kind")
    state = serializers.CharField(help_text="closed, open (left alone) or half_open (the next caller tries it).")
    seconds = serializers.FloatField(help_text="Until an open one may be tried again.")
    code = serializers.CharField(help_text="Of the failure that opened it.")


class ProviderOut(Shape):
    vendor = serializers.CharField(source="vendor.alias")
    name = serializers.CharField(source="vendor.name")
    host = serializers.CharField(source="vendor.host", help_text="Who the key is sent to, and nobody else.")
    keysUrl = serializers.CharField(source="vendor.keys_url", help_text="Where the vendor shows a key.")
    keyOf = serializers.CharField(
        source="source", help_text="Whose key works: own, site, keyless (none is wanted) or none."
    )
    hint = serializers.CharField(source="key.hint", default="", help_text="The last characters of the own key.")
    createdAt = serializers.DateTimeField(source="key.created_at", default=None, allow_null=True)
    testedAt = serializers.DateTimeField(source="key.tested_at", default=None, allow_null=True)
    trouble = serializers.CharField(
        source="key.trouble", default="", help_text="What the vendor said at the last test; empty: it took the key."
    )
    prices = serializers.ListField(child=serializers.CharField())
    circuits = CircuitOut(many=True)


class ProviderIn(Shape):
    key = Text(
        max_length=accounts.LONGEST_KEY, trim_whitespace=True, help_text="As the vendor shows it; never shown again."
    )


class TestedOut(Shape):
    taken = serializers.BooleanField(help_text="Whether the vendor takes the key.")
    words = serializers.CharField(help_text="What it says.")
    vendorCode = serializers.CharField(help_text="vendor_auth, vendor_quota, …; empty when it takes the key.")


class ProvidersView(PersonaView):
    @described("getProviders", "Providers fetched successfully.", ProviderOut(many=True))
    def get(self, request: Request) -> Response:
        """Every vendor, and whose key is used for this account."""
        shown = ProviderOut(accounts.providers(self.account.pk), many=True).data
        return success("Providers fetched successfully.", shown)


class ProviderView(PersonaView):
    @described("getProvider", "Provider fetched successfully.", ProviderOut(), refusals=(404,))
    def get(self, request: Request, vendor: str) -> Response:
        """A vendor, and whose key is used for this account."""
        return success("Provider fetched successfully.", self._shown(vendor))

    @described(
        "putProvider",
        "Provider key saved successfully.",
        ProviderOut(),
        request=ProviderIn,
        refusals=(404,),
        example={"key": "sk-0123456789abcdef0123456789abcdef"},
    )
    def put(self, request: Request, vendor: str) -> Response:
        """Save this account's own key at a vendor, in the place of the one before. It goes before the site's."""
        accounts.keep(_known(vendor), self.read(ProviderIn)["key"], self.account.pk)
        return success("Provider key saved successfully.", self._shown(vendor))

    @described("deleteProvider", "Provider key deleted successfully.", refusals=(404,))
    def delete(self, request: Request, vendor: str) -> Response:
        """Forget this account's own key; the site's is used again, where there is one."""
        if not accounts.forget(_known(vendor), self.account.pk):
            not_found("key")
        return success("Provider key deleted successfully.", [])

    def _shown(self, vendor: str) -> Any:
        found: Provider = accounts.provider(_known(vendor), self.account.pk)
        return ProviderOut(found).data


class ProviderTestView(PersonaView):
    @described("testProvider", "Provider key tested.", TestedOut(), post=True, refusals=(404, 409))
    @idempotent
    def post(self, request: Request, vendor: str) -> Response:
        """Ask the vendor whether it takes the own key, by a request that costs nothing."""
        throttles.hit("provider-test", self.account.pk, accounts.TESTS)
        told = accounts.test(_known(vendor), self.account.pk)
        return success("Provider key tested.", {"taken": not told.code, "words": told.words, "vendorCode": told.code})


def _known(vendor: str) -> str:
    return vendor if vendor in settings.VENDORS else not_found("vendor")
