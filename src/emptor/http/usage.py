"""Who uses the API how much, and whose requests are wrong day after day (overview S6, S8)."""

from __future__ import annotations

from emptor.http.auth import Caller
from emptor.http.messages import Answer, Request
from emptor.settings import Settings
from emptor.store.unit_of_work import Database


class Usage:
    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database

    def refusal(self, request: Request, caller: Caller) -> Answer | None:
        return None

    def note(self, caller: Caller, answer: Answer) -> None:
        return None
