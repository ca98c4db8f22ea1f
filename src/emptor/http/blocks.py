"""Addresses that send too many unauthorised requests are turned away for a while (overview S7)."""

from __future__ import annotations

from emptor.http.messages import Answer, Request
from emptor.settings import Settings
from emptor.store.unit_of_work import Database


class Blocks:
    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database

    def refusal(self, request: Request) -> Answer | None:
        return None

    def unauthorised(self, request: Request) -> None:
        return None
