"""TLS: a certificate that is given, or one from an authority of our own that is made once and kept."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from emptor.cli.faults import Refused
from emptor.cli.serving.private_file import write_private

AUTHORITY, AUTHORITY_KEY = "ca.pem", "ca-key.pem"


@dataclass(frozen=True)
class Tls:
    """What the server shows to clients, and the file by which they know our own authority."""

    context: ssl.SSLContext
    authority: Path | None = None


def given(certificate: Path, key: Path) -> Tls:
    """TLS with the certificate chain and the key in those files; Refused when they are of no use."""
    for file in (certificate, key):
        if not file.is_file():
            raise Refused(f"There is no file {file}")
    context = _context()
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "reason", None) or str(fault)
        raise Refused(
            f"{certificate} and {key} are no certificate with its key, in PEM and without password: {reason}"
        ) from None
    return Tls(context)


def self_signed(folder: Path, names: list[str]) -> Tls:
    """TLS for those names and addresses by the authority kept in `folder`, made there when there is none."""
    import trustme

    certificate, key = folder / AUTHORITY, folder / AUTHORITY_KEY
    if certificate.exists() and key.exists():
        authority = trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    else:
        authority = trustme.CA(organization_name="Emptor on this machine")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(key, authority.private_key_pem.bytes())
        certificate.write_bytes(authority.cert_pem.bytes())
    context = _context()
    authority.issue_cert(*dict.fromkeys(names)).configure_cert(context)
    return Tls(context, certificate)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _no_password() -> str:
    """OpenSSL would ask on the terminal for the password of an encrypted key."""
    return ""
