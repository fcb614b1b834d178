"""`contact_sheet`: a face on one picture, to be looked at before others look at it."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import cv2
from django.core.management.base import BaseCommand, CommandError

from avatarsite.core.engines import EngineFailed
from twins import photos, portraits
from twins.models import Replica
from twins.tts.voices import VOICES
from videos.contact_sheet import contact_sheet
from videos.faces import face_of
from videos.renderers.base import FaceRef


class Command(BaseCommand):
    help = "Draw a face's mouths, blinks, brows and frames of a talking clip on one picture."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        face = parser.add_mutually_exclusive_group(required=True)
        face.add_argument("replica", nargs="?", help="Id of a replica.")
        face.add_argument("--photo", type=Path, help="A JPEG, PNG or WebP file; it is checked like a customer's.")
        face.add_argument("--portrait", choices=portraits.names(), help="A drawn portrait.")
        parser.add_argument("--size", type=int, default=512, help="Pixels of a picture's side, even; default 512.")
        parser.add_argument("out", type=Path, help="The PNG to write.")

    def handle(self, *args: Any, **options: Any) -> None:
        with tempfile.TemporaryDirectory() as folder:
            try:
                sheet = contact_sheet(_face(options, Path(folder)), options["size"], VOICES[0].id)
            except (EngineFailed, OSError) as error:
                raise CommandError(str(error)) from error
        if not cv2.imwrite(str(options["out"]), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)):
            raise CommandError(f"{options['out']} cannot be written.")


def _face(options: dict[str, Any], folder: Path) -> FaceRef:
    if options["portrait"]:
        return FaceRef("drawn", options["portrait"])
    if options["photo"]:
        package = folder / "photo.npz"
        package.write_bytes(photos.make_package(options["photo"].read_bytes()))
        return FaceRef("photo", options["photo"].stem, package=str(package))
    try:
        return face_of(Replica.objects.get(pk=options["replica"]))
    except Replica.DoesNotExist as error:
        raise CommandError(f"There is no replica {options['replica']}.") from error
