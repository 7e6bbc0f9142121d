"""What came in, out of the database: accounts with their contracts as frozen values, and rows to be changed under a lock."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.phone import PhoneNumber
from intake.caller import Account, Contact
from intake.entitlement import Contract, Tier
from intake.tables import AccountRow, CallRow, CaseRow, ContactRow, ContractRow


def contacts_with_phone(session: Session, phone: PhoneNumber) -> list[Contact]:
    """Load the contacts of all accounts that have this number, in the order in which they were entered."""
    found = select(ContactRow, AccountRow).join(AccountRow, ContactRow.account_id == AccountRow.id)
    rows = session.execute(found.where(ContactRow.phone == phone).order_by(ContactRow.id)).all()
    contracts = _contracts(session, {account.id for _, account in rows})
    return [Contact(c.id, _account(a, contracts.get(a.id, ())), c.name, c.phone) for c, a in rows]


def account_by_number(session: Session, number: str) -> Account | None:
    """Load the account with this number, as a caller keys it in."""
    return _one_account(session, session.scalar(select(AccountRow).where(AccountRow.number == number)))


def account_by_id(session: Session, account_id: int) -> Account | None:
    """Load one account."""
    return _one_account(session, session.get(AccountRow, account_id))


def _one_account(session: Session, row: AccountRow | None) -> Account | None:
    return None if row is None else _account(row, _contracts(session, {row.id}).get(row.id, ()))


def _account(row: AccountRow, contracts: tuple[Contract, ...]) -> Account:
    return Account(row.id, row.key, row.number, row.name, row.time_zone, row.language, contracts)


def _contracts(session: Session, account_ids: Iterable[int]) -> dict[int, tuple[Contract, ...]]:
    found: dict[int, tuple[Contract, ...]] = {}
    for row in session.scalars(select(ContractRow).where(ContractRow.account_id.in_(list(account_ids)))):
        found[row.account_id] = (*found.get(row.account_id, ()), Contract(Tier(row.tier), row.starts, row.ends))
    return found


def locked_call(session: Session, sid: str) -> CallRow | None:
    """Load a call and keep its row locked until the transaction ends: two deliveries of one webhook take turns here."""
    return session.scalar(select(CallRow).where(CallRow.sid == sid).with_for_update())


def case_by_id(session: Session, case_id: int) -> CaseRow:
    """Load a case that is known to be there."""
    return session.get_one(CaseRow, case_id)


def account_by_key(session: Session, key: str) -> Account | None:
    """Load the account with this key."""
    return _one_account(session, session.scalar(select(AccountRow).where(AccountRow.key == key)))


def account_digits(session: Session) -> str:
    """Return the length that all account numbers share, as a text; empty where they differ or where there is none."""
    lengths = set(session.scalars(select(func.length(AccountRow.number)).distinct()))
    return str(lengths.pop()) if len(lengths) == 1 else ""
