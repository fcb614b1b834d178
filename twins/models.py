"""Who speaks: twins, and what each is made of: a face (replica), a voice, a mind (personality) and its knowledge."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from avatarsite.core.ids import new_id
from avatarsite.core.jobs import Job


def new_twin_id() -> str:
    return new_id("t")


def new_replica_id() -> str:
    return new_id("r")


def new_voice_id() -> str:
    return new_id("v")


def new_personality_id() -> str:
    return new_id("p")


def new_knowledge_id() -> str:
    return new_id("k")


def _image_name(row: models.Model, name: str) -> str:
    """A new name each time: readers of the old picture are not handed half of the new one."""
    return f"pictures/{new_id(row.pk)}.jpg"


class Owned(models.Model):
    """A row of a customer. Rows without an owner are stock: they belong to the system and are read-only."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="%(class)s_set",
        help_text="Empty: stock, for everybody.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Replica(Owned):
    """A face."""

    class Kind(models.TextChoices):
        DRAWN = "drawn", "Drawn portrait"

    class Status(models.TextChoices):
        READY = "ready"
        ERROR = "error"

    id = models.CharField(primary_key=True, max_length=40, default=new_replica_id, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.DRAWN)
    portrait = models.CharField(max_length=40, help_text="Which drawn portrait, e.g. amara.")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.READY)
    status_details = models.TextField(blank=True, help_text="Why it cannot be used, in words.")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        from twins.portraits import names

        if self.portrait not in names():
            raise ValidationError(
                {"portrait": f"There is no portrait of that name. Choose one of: {', '.join(names())}."}
            )


class Voice(Owned):
    """How a twin sounds: an engine's voice, and how it is used."""

    id = models.CharField(primary_key=True, max_length=40, default=new_voice_id, editable=False)
    name = models.CharField(max_length=120)
    engine = models.CharField(max_length=40, default="local", help_text="Alias of a TTS engine in the settings.")
    engine_voice = models.CharField(max_length=120, help_text="The engine's own id of the voice.")
    language = models.CharField(max_length=20, default="en", help_text="BCP-47, e.g. en-US.")
    gender = models.CharField(max_length=12, blank=True)
    description = models.CharField(max_length=200, blank=True)
    rate = models.FloatField(default=1.0, help_text="Speed around the voice's own, 0.5 to 2.")
    pitch = models.FloatField(default=1.0, help_text="Pitch around the voice's own, 0.5 to 2.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(rate__gte=0.5, rate__lte=2.0), name="voice_rate_range"),
            models.CheckConstraint(condition=models.Q(pitch__gte=0.5, pitch__lte=2.0), name="voice_pitch_range"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.engine not in settings.TTS:
            raise ValidationError({"engine": f"No such TTS engine. Configured: {', '.join(settings.TTS)}."})


class Twin(Owned):
    """A person's or brand's double: binds a face, a voice and personalities."""

    id = models.CharField(primary_key=True, max_length=40, default=new_twin_id, editable=False)
    name = models.CharField(max_length=120)
    headline = models.CharField(max_length=160, blank=True, help_text="One line under the name.")
    description = models.TextField(blank=True, max_length=2_000)
    tags = models.JSONField(default=list, blank=True, help_text="Words to find it by.")
    image = models.FileField(upload_to=_image_name, max_length=200, blank=True, editable=False)
    replica = models.ForeignKey(Replica, on_delete=models.RESTRICT, null=True, related_name="twins")
    voice = models.ForeignKey(Voice, on_delete=models.RESTRICT, null=True, related_name="twins")
    is_public = models.BooleanField(default=False, help_text="Anybody with the link may talk to it.")
    position = models.PositiveSmallIntegerField(default=100, help_text="Order on the home page.")

    class Meta:
        ordering = ["position", "created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def personality(self) -> "Personality | None":
        """The personality that answers when none is named: the first one."""
        return self.personalities.order_by("created_at", "id").first()

    @property
    def trouble(self) -> str:
        """Why this twin cannot speak now, in words; "" when it can."""
        if self.replica is None:
            return f"The twin “{self.name}” has no face: choose a replica for it."
        if self.replica.status != Replica.Status.READY:
            return f"The face of “{self.name}” cannot be used: {self.replica.status_details or 'it is not ready'}"
        if self.voice is None:
            return f"The twin “{self.name}” has no voice: choose one for it."
        return ""


class Personality(Owned):
    """A mind: how a twin thinks and talks. (A Tavus persona is a personality.)"""

    id = models.CharField(primary_key=True, max_length=40, default=new_personality_id, editable=False)
    twin = models.ForeignKey(Twin, on_delete=models.CASCADE, null=True, blank=True, related_name="personalities")
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=80, blank=True)
    description = models.TextField(blank=True, max_length=2_000, help_text="For people; no part of the prompt.")
    gender = models.CharField(max_length=40, blank=True)
    brain_id = models.CharField(max_length=80, blank=True, help_text="The customer's own number for it.")
    url = models.URLField(max_length=2_000, blank=True, help_text="A page that it was trained from.")
    image = models.FileField(upload_to=_image_name, max_length=200, blank=True, editable=False)
    system_prompt = models.TextField(blank=True, max_length=20_000, help_text="Who it is and how it behaves.")
    context = models.TextField(blank=True, max_length=20_000, help_text="What it should keep in mind.")
    avoid = models.TextField(blank=True, max_length=2_000, help_text="What it does not talk about: one subject a line.")
    greeting = models.CharField(max_length=400, blank=True, help_text="The first words; spoken in the welcome clip.")
    language = models.CharField(max_length=20, default="en", help_text="BCP-47, e.g. en-US.")
    max_sentences = models.PositiveSmallIntegerField(default=3, help_text="Longest reply, in sentences.")
    word_limit = models.PositiveSmallIntegerField(default=60, help_text="Longest reply, in words, roughly.")
    llm_model = models.CharField(max_length=80, blank=True, help_text="Empty: the site's model.")

    class Meta:
        verbose_name_plural = "personalities"
        constraints = [
            models.CheckConstraint(condition=models.Q(max_sentences__gte=1), name="personality_says_something")
        ]

    def __str__(self) -> str:
        return self.name


class KnowledgeFile(Job):
    """Something that a personality was trained from, and the job of ingesting it.

    What it says is served from its chunks. They are replaced all at once when an ingestion ends well, so that the
    old ones serve until then; `pages`, `chunk_count` and `ingested_at` are about the chunks that serve.
    """

    class Kind(models.TextChoices):
        TEXT = "text", "Text"
        FILE = "file", "File"
        PAGE = "page", "Web page"

    id = models.CharField(primary_key=True, max_length=40, default=new_knowledge_id, editable=False)
    personality = models.ForeignKey(Personality, on_delete=models.CASCADE, related_name="knowledge")
    name = models.CharField(max_length=500, help_text="What it is about, or the file's name; the twin may say it.")
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.TEXT, editable=False)
    text = models.TextField(blank=True, max_length=500_000)
    upload = models.FileField(upload_to="knowledge/", max_length=200, blank=True, editable=False)
    url = models.URLField(max_length=2_000, blank=True, editable=False)
    webhook_url = models.URLField(max_length=2_000, blank=True, editable=False)
    size = models.PositiveBigIntegerField(default=0, editable=False, help_text="Bytes.")
    pages = models.PositiveIntegerField(default=0, editable=False, help_text="Pages, slides, rows or sections.")
    chunk_count = models.PositiveIntegerField(default=0, editable=False)
    ingested_at = models.DateTimeField(null=True, editable=False)

    class Meta(Job.Meta):
        abstract = False
        ordering = ["created_at", "id"]
        verbose_name = "document"
        constraints = [models.UniqueConstraint(fields=["personality", "name"], name="knowledge_name_once")]

    def __str__(self) -> str:
        return self.name

    def ended(self) -> None:
        from twins.knowledge.services import report

        report(self)


class Chunk(models.Model):
    """A passage of a document, as it is searched and quoted.

    A full-text index over `tokens` is kept by the database itself (see the migrations).
    """

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(KnowledgeFile, on_delete=models.CASCADE, related_name="chunks")
    personality = models.ForeignKey(Personality, on_delete=models.CASCADE, related_name="chunks")
    place = models.PositiveIntegerField(help_text="Its number in the document.")
    text = models.TextField()
    location = models.CharField(max_length=200, blank=True, help_text="Page, slide, row, heading or time.")
    tokens = models.TextField(help_text="Its search terms, stemmed, with a space between.")
    vector = models.BinaryField(null=True, help_text="Its embedding: float32, little-endian, of length one.")
    vector_model = models.CharField(max_length=80, blank=True, help_text="Which model the vector is of.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "place"], name="chunk_place_once")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.place}"
