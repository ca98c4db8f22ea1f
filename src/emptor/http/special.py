"""Operations that are not of the uniform kinds, by method and path."""

from __future__ import annotations

from emptor.http import approvals, attachments, scans
from emptor.http.endpoints import Handler

SPECIAL: dict[tuple[str, str], Handler] = {
    ("POST", "/attachments/{objectId}/{objectType}"): attachments.upload,
    ("GET", "/attachments/{id}"): attachments.download,
    ("POST", "/ap/document/upload"): scans.upload,
    ("POST", "/ap/documents/{idn}/read"): scans.read_again,
    ("GET", "/-/waiting"): approvals.waiting,
    ("GET", "/-/approvalgaps"): approvals.gaps,
    ("GET", "/-/stalledapprovals"): approvals.stalled,
    ("GET", "/-/overdueapprovals"): approvals.overdue,
}
