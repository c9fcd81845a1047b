"""PDF documents, as small as they can be."""

from __future__ import annotations

import io
from collections.abc import Sequence


def pdf_of(*pages: str) -> bytes:
    """A document with these words on its pages; only letters of ASCII."""
    streams = [f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode() if text else b"" for text in pages]
    return _written(streams)


def pdf_with(stream: bytes, extra: bytes = b"") -> bytes:
    """A document of one page with this content, and with this in the dictionary of its stream."""
    return _written([stream], extra)


def locked_pdf(password: str, *pages: str) -> bytes:
    """The same, protected by a password."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(pdf_of(*pages))).pages:
        writer.add_page(page)
    writer.encrypt(password, algorithm="RC4-128")
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def _written(streams: Sequence[bytes], extra: bytes = b"") -> bytes:
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, stream in enumerate(streams):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), extra, stream))
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    begins = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return data + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, begins)
