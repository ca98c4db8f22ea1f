"""What notices say: a title and a text for each kind, in words for people, with what to do next."""

from __future__ import annotations

from typing import Any, NamedTuple


class Words(NamedTuple):
    """The words of one kind of notice; in braces stand the facts."""

    title: str
    text: str


WORDS: dict[str, Words] = {
    "turn": Words(
        "{Noun} {name} waits for your approval",
        "{actor} asks for your approval of {noun} {name}{sum}.{budget}\n\n{note}"
        "Please approve it, reject it or send it back for changes.",
    ),
    "approved": Words(
        "{Noun} {name} is approved",
        "Good news: {noun} {name}{sum} is approved. The last word was {actor}'s.{reason}\n\n"
        "There is nothing left to do for you here; it goes its way.",
    ),
    "rejected": Words(
        "{Noun} {name} is rejected",
        "{actor} has rejected {noun} {name}{sum}.{reason}\n\n"
        "That is final. If you still need it, repeat the {noun}, change the copy and submit that.",
    ),
    "revision": Words(
        "{Noun} {name} needs changes",
        "{actor} has taken {noun} {name} back for changes.{reason}\n\n"
        "Please change what is needed and submit it again.",
    ),
    "canceled": Words(
        "{Noun} {name} is canceled",
        "{actor} has canceled {noun} {name}{sum}.{reason}\n\nIt stays visible. If you still need it, repeat it.",
    ),
    "payment_waits": Words(
        "{Noun} {name} waits for your approval",
        "{actor} has made {noun} {name}{sum}.\n\nPlease approve it or reject it; whoever has made it can't do that.",
    ),
    "payments_wait": Words(
        "{count} payments wait for your approval",
        "{actor} has made {count} payments at once{sum}.\n\n"
        "Please approve or reject each of them; whoever has made them can't do that.",
    ),
    "payment_rejected": Words(
        "{Noun} {name} is rejected",
        "{actor} has rejected your {noun} {name}{sum}.{reason}\n\n"
        "Nothing has been paid by it. If it is right all the same, make another one.",
    ),
    "bank_changed": Words(
        "The bank account of {name} was changed",
        "{actor} has changed where {noun} {name} is paid:\n\n{lines}\n\n"
        "Nothing is paid to it until somebody else confirms that. Please ask the {noun} on a way that you have used "
        "before, and confirm the account when it is right.",
    ),
    "received": Words(
        "What you asked for has come: {noun} {name}",
        "{actor} has received what you asked for with {noun} {name}:\n\n{lines}\n\n"
        "If something is missing or wrong, tell whoever received it.",
    ),
    "differs": Words(
        "{Noun} {name} differs from order {order}",
        "{actor} has entered {noun} {name}{sum}, which is not as you ordered with order {order}:\n\n{lines}\n\n"
        "Please accept the changes, which the order takes over then, or decline them.",
    ),
    "stays": Words(
        "{Noun} {name} stays as it was",
        "{actor} does not agree that {noun} {name} grows.{reason}\n\n"
        "It is approved as it was before, and what had made it grow is rejected. Please talk to the supplier.",
    ),
    "mention": Words(
        "{actor} mentions you at {noun} {name}",
        "{actor} writes about {noun} {name}:\n\n{text}\n\n"
        "You follow this {noun} from now on. Answer with a comment there.",
    ),
    "comment": Words(
        "{actor} comments on {noun} {name}",
        "{actor} writes about {noun} {name}, which you follow:\n\n{text}",
    ),
    "order": Words(
        "Order {name} from {company}",
        "Hello,\n\n{company} orders from you:\n\n{lines}\n\nTotal: {total}{required}\n\n{note}"
        "Please confirm this order, and name its number {name} on your invoice.\n\n"
        "With kind regards\n{actor}, {company}",
    ),
    "contract_ends": Words(
        "Contract {name} with {supplier} ends on {until}",
        "Contract {name} with {supplier} ends on {until}.\n\n{renews}",
    ),
    "contracts_end": Words(
        "Contracts that end until {until}",
        "These contracts end until {until}:\n\n{lines}\n\n"
        "Renew in time those that you still need. This list comes once a month.",
    ),
    "contract_renewed": Words(
        "Contract {name} with {supplier} goes on until {until}",
        "Contract {name} with {supplier} has been renewed for the same length as before, until {until}.\n\n"
        "If it shall end then, turn its renewal off.",
    ),
    "contract_exceeded": Words(
        "More has been spent of contract {name} than agreed",
        "Orders and invoices under contract {name} with {supplier} come to more than {amount}.\n\n"
        "Nothing is held back; look at its orders and invoices, or agree on a higher sum.",
    ),
    "budget_exceeded": Words(
        "More has been taken of budget {name} than there is",
        "Documents take {missing} more of budget {name} than its total of {total}; the last of them is {actor}'s.\n\n"
        "See what holds its money, and raise the total or have documents changed.",
    ),
    "unordered": Words(
        "Order {name} for requisition {requisition} waits for you",
        "Requisition {requisition} is approved, but its order {name}{sum} could not be placed by itself.{reason}\n\n"
        "It is a draft: change what is needed and confirm it.",
    ),
    "unsent": Words(
        "Order {name} could not be sent",
        "{Noun} {name}{sum} is approved, but {supplier} has no contact with an e-mail address, so it was not sent.\n\n"
        "Add an address to the supplier and send the {noun}, or note how you have sent it otherwise.",
    ),
    "answered": Words(
        "{actor} answers your {noun} {name}",
        "{actor} has made an offer for {noun} {name}:\n\n{lines}\n\n"
        "Compare it with the others and choose who wins, line by line.",
    ),
    "won": Words(
        "You have won: {name} of {company}",
        "Hello,\n\n{company} has decided for your offer for these lines:\n\n{lines}\n\n"
        "Please wait for the order before you deliver.\n\nWith kind regards\n{actor}, {company}",
    ),
    "lost": Words(
        "{company} has decided about {name}",
        "Hello,\n\nthank you for your offer. {company} has decided for others this time.\n\n"
        "With kind regards\n{actor}, {company}",
    ),
    "invitation": Words(
        "{company} asks for your offer: {name}",
        "Hello,\n\n{company} invites you to make an offer:\n\n{lines}\n\n{note}"
        "Please answer by {until}. To do so, open the link below; it is for you alone.\n\n"
        "With kind regards\n{actor}, {company}",
    ),
}
"""By kind of notice. Facts nobody gives are empty."""


class _Facts(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def worded(kind: str, facts: dict[str, Any]) -> Words:
    """The title, on one line, and the text of a notice."""
    words, known = WORDS[kind], _Facts(facts)
    title, text = words.title.format_map(known), words.text.format_map(known)
    return Words(" ".join(title.split())[:300], text.strip())
