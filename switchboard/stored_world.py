"""The database's records in the shape of a world file, read and written; the one place that knows both."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.phone import PhoneNumber
from intake.tables import AccountRow, ContactRow, ContractRow
from oncall.readiness import REMIND_HOURS, DrillChannel
from oncall.store import roster_data
from oncall.tables import LayerRow, OverrideRow, RosterRow, TechnicianRow, TimeOffRow
from routing.tables import CalendarRow, EscalationPolicyRow, PolicyRow, ServiceLevelRow
from switchboard.world import Documents, settled
from switchboard.world_shape import (
    CALENDARS,
    CONTACTS,
    CONTRACTS,
    ESCALATION_POLICIES,
    LAYERS,
    OVERRIDES,
    SERVICE_LEVELS,
    SHAPES,
    TIME_OFF,
    Document,
    Shape,
)

# Reading --------------------------------------------------------------------------------------------------------------


def load_world(session: Session) -> Documents:
    """Read every record that a world file can hold; those of one kind in the order in which they were made."""
    return {kind: _by_key(shape, LOADS[kind](session)) for kind, shape in SHAPES.items()}


def _by_key(shape: Shape, documents: Iterable[Document]) -> dict[str, Document]:
    return {shape.key_of(document) or shape.name: settled(shape, document) for document in documents}


def _policies(session: Session) -> list[Document]:
    policies = {row.key: row.value for row in session.scalars(select(PolicyRow).order_by(PolicyRow.key))}
    return [policies] if policies else []


def _technicians(session: Session) -> list[Document]:
    return [_technician(row) for row in session.scalars(select(TechnicianRow).order_by(TechnicianRow.id))]


def _technician(row: TechnicianRow) -> Document:
    return {
        "key": row.key,
        "name": row.name,
        "phone": row.phone.e164,
        "sms_phone": None if row.sms_phone is None else row.sms_phone.e164,
        "email": row.email,
        "time_zone": row.time_zone,
        "languages": list(row.languages),
        "remind_hours": list(REMIND_HOURS if row.remind_hours is None else row.remind_hours),
        "drill": row.drill or DrillChannel.TEXT.value,
    }


def _accounts(session: Session) -> list[Document]:
    contracts: dict[int, list[Document]] = {}
    contacts: dict[int, list[Document]] = {}
    for contract in session.scalars(select(ContractRow).order_by(ContractRow.id)):
        contracts.setdefault(contract.account_id, []).append(_contract(contract))
    for contact in session.scalars(select(ContactRow).order_by(ContactRow.id)):
        contacts.setdefault(contact.account_id, []).append(_contact(contact))
    return [
        _fields(row, "key", "number", "name", "time_zone", "language", "pin", "pin_required", "csm")
        | {"contracts": contracts.get(row.id, []), "contacts": contacts.get(row.id, [])}
        for row in session.scalars(select(AccountRow).order_by(AccountRow.id))
    ]


def _contract(row: ContractRow) -> Document:
    return {"tier": row.tier, "starts": row.starts.isoformat(), "ends": row.ends.isoformat()}


def _contact(row: ContactRow) -> Document:
    phone = None if row.phone is None else row.phone.e164
    return {"key": row.key, "name": row.name, "phone": phone, "email": row.email, "language": row.language}


def _rosters(session: Session) -> list[Document]:
    return [_roster(row) for row in session.scalars(select(RosterRow).order_by(RosterRow.id))]


def _roster(row: RosterRow) -> Document:
    document = roster_data(row)
    for shape in (LAYERS, OVERRIDES, TIME_OFF):
        document[shape.name] = [shape.complete(entry) for entry in document[shape.name]]
    return document


def _escalation_policies(session: Session) -> list[Document]:
    rows = session.scalars(select(EscalationPolicyRow).order_by(EscalationPolicyRow.key))
    return [_columns(row, ESCALATION_POLICIES) for row in rows]


def _calendars(session: Session) -> list[Document]:
    return [_columns(row, CALENDARS) for row in session.scalars(select(CalendarRow).order_by(CalendarRow.key))]


def _service_levels(session: Session) -> list[Document]:
    rows = session.scalars(select(ServiceLevelRow).order_by(ServiceLevelRow.tier, ServiceLevelRow.severity))
    return [_columns(row, SERVICE_LEVELS) for row in rows]


def _columns(row: object, shape: Shape) -> Document:
    return _fields(row, *(field.name for field in shape.fields))


def _fields(row: object, *names: str) -> Document:
    return {name: getattr(row, name) for name in names}


LOADS: dict[str, Callable[[Session], list[Document]]] = {
    "policies": _policies,
    "technicians": _technicians,
    "accounts": _accounts,
    "rosters": _rosters,
    "escalation_policies": _escalation_policies,
    "calendars": _calendars,
    "service_levels": _service_levels,
}


# Writing --------------------------------------------------------------------------------------------------------------


def write_record(session: Session, kind: str, document: Document) -> None:
    """Write one whole record over the stored one of its key, or as a new one."""
    SAVES[kind](session, document)


def _save_policies(session: Session, document: Document) -> None:
    for key, value in document.items():
        session.merge(PolicyRow(key=key, value=value))


def _save_technician(session: Session, document: Document) -> None:
    row = session.scalar(select(TechnicianRow).where(TechnicianRow.key == document["key"]))
    if row is None:
        row = TechnicianRow(key=document["key"])
        session.add(row)
    _set(row, document, "name", "email", "time_zone", "languages", "remind_hours", "drill")
    row.phone = PhoneNumber(document["phone"])
    row.sms_phone = _number(document["sms_phone"])


def _save_account(session: Session, document: Document) -> None:
    row = session.scalar(select(AccountRow).where(AccountRow.key == document["key"]))
    if row is None:
        row = AccountRow(key=document["key"])
        session.add(row)
    _set(row, document, "number", "name", "time_zone", "language", "pin", "pin_required", "csm")
    session.flush()
    _save_contracts(session, row.id, document[CONTRACTS.name])
    _save_contacts(session, row.id, document[CONTACTS.name])


def _save_contracts(session: Session, account_id: int, documents: Iterable[Document]) -> None:
    session.execute(delete(ContractRow).where(ContractRow.account_id == account_id))
    session.add_all(
        ContractRow(
            account_id=account_id,
            tier=contract["tier"],
            starts=date.fromisoformat(contract["starts"]),
            ends=date.fromisoformat(contract["ends"]),
        )
        for contract in documents
    )


def _save_contacts(session: Session, account_id: int, documents: Iterable[Document]) -> None:
    """Update contacts by key, so that the cases and calls of those who stay still know them."""
    rows = {row.key: row for row in session.scalars(select(ContactRow).where(ContactRow.account_id == account_id))}
    for document in documents:
        row = rows.pop(document["key"], None)
        if row is None:
            row = ContactRow(account_id=account_id, key=document["key"])
            session.add(row)
        _set(row, document, "name", "email", "language")
        row.phone = _number(document["phone"])
    for row in rows.values():
        session.delete(row)


def _save_roster(session: Session, document: Document) -> None:
    row = session.scalar(select(RosterRow).where(RosterRow.key == document["key"]))
    if row is None:
        row = RosterRow(key=document["key"])
        session.add(row)
    _set(row, document, "name", "time_zone", "coverage", "holidays")
    row.layers = [LayerRow(position=place, **layer) for place, layer in enumerate(document["layers"])]
    row.overrides = [OverrideRow(**override, **_origin(row, override)) for override in document["overrides"]]
    row.time_off = [TimeOffRow(**absence) for absence in document["time_off"]]


ORIGIN = ("source", "request_id", "created_by", "created_at", "reason")
"""What is known of how an override came about; a world file does not say, and does not take it away."""


def _origin(row: RosterRow, document: Document) -> Document:
    """Return where a stored override that stays came from; nothing for a new one."""
    same = (o for o in row.overrides if all(getattr(o, name) == value for name, value in document.items()))
    stored = next(same, None)
    return {} if stored is None else _fields(stored, *ORIGIN)


def _save_escalation_policy(session: Session, document: Document) -> None:
    session.merge(EscalationPolicyRow(**document))


def _save_calendar(session: Session, document: Document) -> None:
    session.merge(CalendarRow(**document))


def _save_service_level(session: Session, document: Document) -> None:
    session.merge(ServiceLevelRow(**document))


def _set(row: object, document: Document, *names: str) -> None:
    for name in names:
        setattr(row, name, document[name])


def _number(e164: Any) -> PhoneNumber | None:  # noqa: ANN401 - a field of a document
    return None if e164 is None else PhoneNumber(str(e164))


SAVES: dict[str, Callable[[Session, Document], None]] = {
    "policies": _save_policies,
    "technicians": _save_technician,
    "accounts": _save_account,
    "rosters": _save_roster,
    "escalation_policies": _save_escalation_policy,
    "calendars": _save_calendar,
    "service_levels": _save_service_level,
}


def free_account_numbers(session: Session, keys: Iterable[str]) -> None:
    """Give accounts whose numbers change a number that nobody can key in, so that two may exchange theirs."""
    for row in session.scalars(select(AccountRow).where(AccountRow.key.in_(list(keys)))):
        row.number = f"#{row.id}"
    session.flush()
