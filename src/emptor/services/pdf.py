"""The e-invoice that a PDF carries, as Factur-X and ZUGFeRD do: an XML among its embedded files.

A PDF is somebody else's program. It is taken apart in a process of its own, which gets so many seconds and so much
memory; whatever goes wrong there, the PDF has no e-invoice for us.
"""

from __future__ import annotations

import io
import subprocess
import sys

NAMES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml")
"""What embedded e-invoices are called, whatever the case; of several, the first one counts."""
LARGEST = 10 * 1024 * 1024
"""Longer ones are passed over, in bytes."""
SECONDS = 15
MEMORY = 1024 * 1024 * 1024

_TRACE = b"EmbeddedFile"
"""Stands in the clear in every PDF with embedded files: the name cannot be in what is compressed or encrypted."""


def e_invoice(content: bytes) -> bytes | None:
    """The XML of the e-invoice in a PDF; None where there is none, or none that can be got at."""
    if not content.startswith(b"%PDF-") or _TRACE not in content:
        return None
    command = (sys.executable, "-P", "-m", __name__)  # -P: nothing is imported from where the server was started
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout[:LARGEST] if done.returncode == 0 and done.stdout else None


def embedded(content: bytes) -> bytes | None:
    """The same in this process, as it comes; raises what pypdf raises."""
    from pypdf import PdfReader  # takes a while to load, and only this process needs it

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        return None
    found = {name.lower(): name for name in reader.attachments}
    for name in NAMES:
        if name in found:
            (first, *_) = reader.attachments[found[name]]
            return first if len(first) <= LARGEST else None
    return None


def _limit() -> None:
    """Keep this process within its memory, where the system can do that."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    _limit()
    sys.stdout.buffer.write(embedded(sys.stdin.buffer.read()) or b"")
