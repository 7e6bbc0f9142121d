"""Who is calling: from the accounts that know the number to one account, a choice, or nobody; identified is not authenticated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from foundation.phone import PhoneNumber
from intake.entitlement import Contract, Entitlement, entitlement


@dataclass(frozen=True, slots=True)
class Account:
    """A customer as the rules see it."""

    id: int
    key: str
    number: str
    name: str
    time_zone: str
    language: str | None
    contracts: tuple[Contract, ...]

    def entitlement(self, at: datetime, grace_days: int = 0) -> Entitlement:
        """What this account is entitled to at an instant."""
        return entitlement(self.contracts, self.time_zone, at, grace_days)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at an account who is known by a number."""

    id: int
    account: Account
    name: str
    phone: PhoneNumber | None


@dataclass(frozen=True, slots=True)
class OneAccount:
    """The number belongs to one account."""

    contact: Contact


@dataclass(frozen=True, slots=True)
class SeveralAccounts:
    """The number belongs to contacts of several accounts; the caller chooses."""

    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """The number is withheld, malformed, or nobody's."""


Identification = OneAccount | SeveralAccounts | Unknown


def identify(contacts: Sequence[Contact]) -> Identification:
    """Judge the contacts that have the caller's number; two contacts of one account are one account."""
    by_account = {contact.account.id: contact for contact in reversed(contacts)}
    match sorted(by_account.values(), key=lambda contact: contact.account.number):
        case []:
            return Unknown()
        case [contact]:
            return OneAccount(contact)
        case several:
            return SeveralAccounts(tuple(several))
