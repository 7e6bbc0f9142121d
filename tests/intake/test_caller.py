from datetime import UTC, date, datetime

import pytest

from foundation.phone import PhoneNumber
from intake.caller import Account, Contact, OneAccount, SeveralAccounts, Unknown, identify
from intake.entitlement import Contract, Tier

PHONE = PhoneNumber("+12025550115")


def account(number: str, *contracts: Contract, zone: str = "UTC") -> Account:
    return Account(int(number), f"account-{number}", number, f"Clinic {number}", zone, None, contracts)


def contact(number: str, contact_id: int = 1) -> Contact:
    return Contact(contact_id, account(number), "Jo Whitfield", PHONE)


def test_a_number_that_nobody_has_is_unknown() -> None:
    assert identify([]) == Unknown()


def test_a_number_of_one_contact_is_that_account() -> None:
    jo = contact("204517")
    assert identify([jo]) == OneAccount(jo)


def test_two_contacts_of_one_account_with_one_number_are_one_account_and_the_first_entered_speaks() -> None:
    first, second = contact("204517", 1), contact("204517", 2)
    assert identify([first, second]) == OneAccount(first)


@pytest.mark.parametrize("order", [("318842", "204517"), ("204517", "318842")])
def test_a_number_of_several_accounts_is_a_choice_in_the_order_of_their_numbers(order: tuple[str, str]) -> None:
    match identify([contact(number, place) for place, number in enumerate(order)]):
        case SeveralAccounts(contacts):
            assert [c.account.number for c in contacts] == ["204517", "318842"]
        case other:
            pytest.fail(f"{other}")


def test_the_order_of_the_choice_is_the_same_at_every_call() -> None:
    numbers = ("560278", "318842", "204517", "451903")
    contacts = [contact(number, place) for place, number in enumerate(numbers)]
    assert identify(contacts) == identify(contacts[::-1])


def test_an_account_judges_its_entitlement_in_its_own_zone() -> None:
    ends = Contract(Tier.PREMIUM, date(2026, 1, 1), date(2026, 3, 7))
    at = datetime(2026, 3, 8, 5, 30, tzinfo=UTC)
    assert account("204517", ends, zone="America/New_York").entitlement(at).tier is Tier.NONE
    assert account("204517", ends, zone="America/Los_Angeles").entitlement(at).tier is Tier.PREMIUM
    assert account("204517", ends, zone="America/New_York").entitlement(at, grace_days=1).tier is Tier.PREMIUM
