"""Documents for tests of training, made in memory: whole ones of every kind, and hostile ones."""

import io
import zipfile
from collections.abc import Sequence

from docx import Document
from pptx import Presentation
from pypdf import PdfReader, PdfWriter

SENTENCE = "The lighthouse was built in 1874 by Ines Duarte."


def pdf(pages: Sequence[str]) -> bytes:
    """A PDF with these lines of text on its pages; built by hand: no library that we have writes text."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in pages:
        lines = "".join(f"({_escaped(line)}) Tj 0 -16 Td " for line in text.split("\n"))
        stream = f"BT /F1 12 Tf 72 720 Td {lines}ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        content = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % content
        )
        kids.append(len(objects))
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))
    return _assembled(objects)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _assembled(objects: Sequence[bytes]) -> bytes:
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def encrypted_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([SENTENCE]))))
    writer.encrypt("a password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx() -> bytes:
    document = Document()
    document.add_heading("The harbour", 1)
    document.add_paragraph(SENTENCE)
    document.add_heading("Boats", 2)
    table = document.add_table(2, 2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("Boat", "Length", "Gaivota", "9 m"), strict=True
    ):
        cell.text = text
    return _saved(document)


def pptx() -> bytes:
    deck = Presentation()
    for title, text in (("Welcome", "Hello to all."), ("The harbour", SENTENCE)):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
    slide.notes_slide.notes_text_frame.text = "Mention the storm of 1931."
    return _saved(deck)


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def office(**parts: bytes) -> bytes:
    """A zip file like Word's, with these parts: "word/document.xml" is written word__document_xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), content)
    return out.getvalue()


def bomb(megabytes: int = 400) -> bytes:
    return office(word__document_xml=b" " * megabytes * 1_048_576)


def lying_bomb() -> bytes:
    """A bomb whose directory says that it is small."""
    made = bomb(64)
    size = (64 * 1_048_576).to_bytes(4, "little")
    return made.replace(size, (1_000).to_bytes(4, "little"))


def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return office(
        word__document_xml=f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><x>&a11;</x>'.encode()
    )


HTML = """<!doctype html><html><head><title>Harbour</title><style>p {color: red}</style><script>evil()</script></head>
<body><nav><a href="/">Home</a> <a href="/shop">Shop</a></nav><h1>The harbour</h1><p>The lighthouse was
<b>built</b> in 1874 by Ines&nbsp;Duarte.</p>
<h2>Boats</h2><table><tr><th>Boat</th><th>Length</th></tr><tr><td>Gaivota</td><td>9 m</td></tr>
</table><p style="display: none">Hidden words.</p><footer>All rights reserved.</footer></body></html>"""

MARKDOWN = """# The harbour

The lighthouse was **built** in 1874
by [Ines Duarte](https://example.org/ines).

## Boats

| Boat | Length |
|------|--------|
| Gaivota | 9 m |
"""

CSV = "Boat;Length;Home\nGaivota;9 m;Faro\nAlbatroz;14 m;\n"
JSON = '[{"boat": "Gaivota", "length": 9}, {"boat": "Albatroz", "crew": ["Rui", "Ana"], "afloat": true}]'
SRT = """1
00:00:01,000 --> 00:00:03,000
The lighthouse was built

2
00:00:03,000 --> 00:00:05,500
in 1874 by <i>Ines Duarte</i>.

3
00:01:10,000 --> 00:01:12,000
Boats came later.
"""
VTT = "WEBVTT\n\nintro\n01:10.000 --> 01:12.000 align:start\n<v Ana>Boats came later.\n"
