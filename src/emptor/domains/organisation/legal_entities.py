"""The legal persons a company buys as."""

from __future__ import annotations

from emptor.domains.external_ids import external_id, patch_external_id
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Flag, Text, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Access, Resource, read_operations, write_operations
from emptor.store.schema import define


def requisite(wire: str, size: int = 200) -> Text:
    """A line of a legal person's particulars."""
    return Text(wire, size=size, write=Write.ALWAYS)


LEGAL_ENTITIES = define(
    Resource(
        name="legalentities",
        table="legal_entities",
        label="LegalEntity",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Text("name", size=200, required=True, write=Write.ALWAYS),
            requisite("fullName"),
            requisite("legalAddress", 500),
            requisite("accountNumber"),
            requisite("accountHolderName"),
            requisite("bankName"),
            requisite("bankAddress", 500),
            requisite("sortCode"),
            requisite("businessRegistrationNumber"),
            requisite("taxPayerType"),
            requisite("taxPayerNumber"),
            requisite("phone", 50),
            requisite("keyExecutive"),
            requisite("permanentAccountNumber"),
            requisite("internationalBankAccountNumber"),
            requisite("americanBankersAssociationNumber"),
            requisite("swiftCode"),
            requisite("indianFinancialSystemCode"),
            Flag("enable", default=True, write=Write.ALWAYS),
            external_id(),
        ),
        operations=(
            *read_operations("legalentities", get_hosted=False),
            *write_operations("legalentities", CONFIGURE, hosted=False),
            patch_external_id("legalentities", CONFIGURE),
        ),
        reference=("id", "name", "fullName"),
        access=Access(legal_entity="id"),
        writes=CONFIGURE,
        meta=False,
    )
)
