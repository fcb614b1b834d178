"""What a personality was trained from."""

from django.db import models
from django.utils import timezone

from avatarsite.core.ids import new_id
from avatarsite.core.jobs import Job
from twins.models.owned import Owned
from twins.models.personalities import Personality


def new_document_id() -> str:
    return new_id("d")


def new_knowledge_id() -> str:
    return new_id("k")


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


class Document(Owned):
    """Knowledge of an account that any of its personalities, or a single conversation, may be given.

    What it says is trained into `shelf`, a personality that answers nobody; a website is one file there for each page.
    """

    id = models.CharField(primary_key=True, max_length=40, default=new_document_id, editable=False)
    shelf = models.OneToOneField(Personality, on_delete=models.CASCADE, related_name="document", editable=False)
    name = models.CharField(max_length=500, blank=True)
    url = models.CharField(max_length=2_000)
    tags = models.JSONField(default=list, blank=True)
    crawl = models.JSONField(null=True, blank=True, help_text="depth (1 to 10), max_pages (1 to 100); empty: one page.")
    crawled_urls = models.JSONField(default=list, blank=True, editable=False)
    crawl_count = models.PositiveIntegerField(default=0, editable=False)
    last_crawled_at = models.DateTimeField(null=True, editable=False)
    webhook_url = models.CharField(max_length=2_000, blank=True, editable=False)
    dialect = models.CharField(max_length=12, blank=True, editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "pk"]

    def __str__(self) -> str:
        return self.name or self.url
