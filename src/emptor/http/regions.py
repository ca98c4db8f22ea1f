"""A company lives in one region; a request at the other region's host is sent to the right one (overview S10, S11)."""

from __future__ import annotations

from urllib.parse import urlsplit

from emptor.http.errors import failed
from emptor.http.messages import Answer, Request
from emptor.settings import REGIONS, Settings


def region_of(settings: Settings, host: str) -> str | None:
    """The region whose public address has this host; the only one served here; None when any will do."""
    wanted = _named(host)
    for region in REGIONS:
        netloc = _named(urlsplit(settings.base_url(region)).netloc)
        if netloc and wanted in (netloc, netloc.partition(":")[0]):
            return region
    return settings.served_regions[0] if len(settings.served_regions) == 1 else None


def _named(netloc: str) -> str:
    """A host as it is compared: any case, and without a port that goes without saying."""
    return netloc.lower().removesuffix(":443").removesuffix(":80")


def refusal(settings: Settings, request: Request, company_region: str) -> Answer | None:
    """The 421 for a request at the wrong region's host, None when the place is right."""
    here = region_of(settings, request.headers.get("host", ""))
    if here is None or here == company_region:
        return None
    right = settings.base_url(company_region) or f"the API address of the region {company_region}"
    message = f"This key belongs to a company in the region {company_region}. Send its requests to {right}"
    return failed(421, message, request.request_id, baseUrl=settings.base_url(company_region) or None)
