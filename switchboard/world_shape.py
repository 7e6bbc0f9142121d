"""What a world file may hold: one table of records and fields, which the reader, the exporter and the docs all read.

A reader turns what somebody wrote into the one way in which it is kept: numbers in E.164, dates and moments as text,
windows in lower case. It raises Unreadable with a sentence that says what is wrong and what to write instead.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any, Final, get_args

from foundation.phone import PhoneNumber
from foundation.windows import (
    parse_closures,
    parse_coverage,
    parse_moment,
    written_closures,
    written_coverage,
    zone_named,
)
from intake.entitlement import COVERED
from intake.severity import Severity
from oncall.layers import LONGEST_SHIFT, Kind, Turns
from oncall.readiness import REMIND_HOURS, DrillChannel
from oncall.rotation import Unit
from routing.decision import UncoveredCritical, UnverifiedCritical
from routing.hunt import Mode
from routing.sla import parse_target

Reader = Callable[[Any], Any]
Document = dict[str, Any]
"""One record as it is written: names of fields to texts, numbers, truths, and lists and tables of them."""

LONGEST_KEY = 80
LONGEST_NAME = 200
LONGEST_DIGITS = 20
LONGEST_MOMENT = 40
"""As many letters as the columns hold."""

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Unreadable(ValueError):
    """A value that cannot be what its field holds; the text says why and what to write instead."""


class Absent(Enum):
    """What a new record has where a field is not given: nothing at all, or a fault."""

    LEFT_OUT = "left out"
    REQUIRED = "required"


REQUIRED: Final = Absent.REQUIRED
LEFT_OUT: Final = Absent.LEFT_OUT


# Readers --------------------------------------------------------------------------------------------------------------


def text(longest: int = LONGEST_NAME) -> Reader:
    """Return a reader for one line of text."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Unreadable(f"{value!r} is not a text; put it in quotes")
        written = value.strip()
        if not written:
            raise Unreadable("is empty; write a text, or leave the key out")
        if len(written) > longest:
            raise Unreadable(f"has {len(written)} letters; write at most {longest}")
        if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in written):
            raise Unreadable(f"{written!r} has control characters in it; write one line of plain text")
        return written

    return read


def pattern(form: re.Pattern[str], what: str, longest: int, example: str) -> Reader:
    """Return a reader for a text that has a form."""
    plain = text(longest)

    def read(value: object) -> str:
        written: str = plain(value)
        if not form.fullmatch(written):
            raise Unreadable(f"{written!r} is not {what}; write for example {example!r}")
        return written

    return read


key = pattern(KEY, "a key (letters, digits, dot, dash, underscore)", LONGEST_KEY, "northside")
language = pattern(LANGUAGE, "a language", 10, "en")
email = pattern(EMAIL, "an e-mail address", LONGEST_NAME, "dana@northside.example")


def digits(what: str, example: str) -> Reader:
    """Return a reader for digits that are no quantity: leading zeros count, so they stand in quotes."""
    as_text = pattern(re.compile(r"[0-9]+"), f"{what}: it has digits only", LONGEST_DIGITS, example)

    def read(value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            raise Unreadable(f"{value} is a quantity and would lose its leading zeros; write '{value}' in quotes")
        written: str = as_text(value)
        return written

    return read


def whole(low: int, high: int) -> Reader:
    """Return a reader for a whole number between two bounds, both included."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unreadable(f"{value!r} is not a whole number; write one from {low} to {high}, without quotes")
        if not low <= value <= high:
            raise Unreadable(f"{value} is out of bounds; write {low} to {high}")
        return value

    return read


def choice(allowed: Sequence[str] | type[StrEnum]) -> Reader:
    """Return a reader for one of a few words."""
    words = tuple(str(word) for word in allowed)

    def read(value: object) -> str:
        if value not in words:
            raise Unreadable(f"{value!r} is not possible here; write {', '.join(words[:-1])} or {words[-1]}")
        return str(value)

    return read


def flag(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise Unreadable(f"{value!r} is neither true nor false; write true or false, without quotes")
    return value


def phone(value: object) -> str:
    """Read a telephone number; it is kept in E.164 form."""
    if not isinstance(value, str):
        raise Unreadable(f"{value!r} is not a phone number; write it in quotes, like '+12025550141'")
    return PhoneNumber.parse(value.strip()).e164


def time_zone(value: object) -> str:
    """Read the IANA name of a time zone."""
    return zone_named(text(64)(value)).key


def account_zone(value: object) -> str:
    """Read an IANA name, or `account` for the customer's own zone."""
    return "account" if value == "account" else time_zone(value)


def day(value: object) -> str:
    """Read a date without a time."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        try:
            return date.fromisoformat(value.strip()).isoformat()
        except ValueError as fault:
            raise Unreadable(f"{value!r} is not a date: {fault}; write for example '2026-01-31'") from fault
    raise Unreadable(f"{value!r} is not a date; write for example '2026-01-31'")


def moment(value: object) -> str:
    """Read a wall-clock time, or a time with an offset; it is kept as it was written."""
    written: str = value.isoformat() if isinstance(value, datetime) else text(LONGEST_MOMENT)(value)
    parse_moment(written, zone_named("UTC"))
    return written


def coverage(value: object) -> object:
    """Read `always` or weekly windows."""
    return written_coverage(parse_coverage(value))


def windows(value: object) -> object:
    """Read weekly windows; none are possible, where the mode is `always`."""
    return [] if value == [] else coverage(value if isinstance(value, list) else [value])


def closures(value: object) -> object:
    """Read a list of holidays."""
    return written_closures(parse_closures(value))


def target(value: object) -> str:
    """Read a target of time such as 4h; it is kept as it was written."""
    if not isinstance(value, str):
        raise Unreadable(f"{value!r} is not a target; write for example '90m', '4h' or '2bd' in quotes")
    parse_target(value.strip())
    return value.strip()


def participant(value: object) -> str:
    """Read a technician's key, or an empty text for a turn that nobody has."""
    return "" if value == "" else str(key(value))


def ring_target(value: object) -> str:
    """Read `roster:KEY` or `technician:KEY`."""
    kind, colon, named = str(value).partition(":")
    if not isinstance(value, str) or not colon or kind not in {"roster", "technician"}:
        raise Unreadable(f"{value!r} cannot be rung; write 'roster:KEY' or 'technician:KEY'")
    return f"{kind}:{key(named)}"


# Fields and shapes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose entries are each read in the same way."""

    entry: Reader
    may_be_empty: bool = True


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a table: how it is read, what it means, and what a new record has where it is not given."""

    name: str
    read: "Reader | ListOf | Shape"
    says: str
    default: object = REQUIRED

    @property
    def may_be_cleared(self) -> bool:
        """Whether an empty text (in JSON also null) takes the value away again."""
        return self.default is None


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of table. `key` names the fields by which records are told apart; lists without one keep their order."""

    name: str
    says: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ("key",)
    sorted_by: tuple[str, ...] = ()
    """Where the order of the entries means nothing: the fields by which they are kept sorted."""

    def field(self, name: str) -> Field:
        """Return the field of that name."""
        return next(field for field in self.fields if field.name == name)

    def key_of(self, document: Mapping[str, Any]) -> str:
        """Return what a record of this shape is called."""
        return " ".join(str(document[name]) for name in self.key)

    def defaults(self) -> Document:
        """Return what a new record has before anything is given."""
        given = {field.name: field.default for field in self.fields if not isinstance(field.default, Absent)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}

    def complete(self, given: Mapping[str, Any]) -> Document:
        """Fill what is not given with defaults, fields in the order of the shape."""
        whole = self.defaults() | dict(given)
        return {field.name: whole[field.name] for field in self.fields if field.name in whole}

    def required(self) -> list[str]:
        """Return the names without which there is no new record."""
        return [field.name for field in self.fields if field.default is REQUIRED]


POLICIES = Shape(
    "policies",
    "The organisation's switches; those that are not set have the shipped value.",
    (
        Field("uncovered_critical", choice(UncoveredCritical), "a critical problem without an active SMA", LEFT_OUT),
        Field("unverified_critical", choice(UnverifiedCritical), "a critical problem of an unknown caller", LEFT_OUT),
        Field("wait_ceiling_seconds", whole(5, 3600), "longest wait before voicemail is offered", LEFT_OUT),
        Field("chase_every_minutes", whole(1, 1440), "minutes between two pages of the chase", LEFT_OUT),
        Field("case_desk_roster", key, "roster that is told of tickets", LEFT_OUT),
        Field("grace_days", whole(0, 366), "days that a contract holds beyond its end", LEFT_OUT),
        Field("rest_hours", whole(0, 48), "least rest between a night duty and the next duty, for the guards", LEFT_OUT),
    ),
    key=(),
)  # fmt: skip

TECHNICIANS = Shape(
    "technicians",
    "People who can be rung: technicians, duty managers and leaders alike.",
    (
        Field("key", key, "what rosters call this person"),
        Field("name", text(), "what callers and colleagues hear"),
        Field("phone", phone, "the handset that rings, E.164; nobody else has it"),
        Field("sms_phone", phone, "where texts go, if not to the phone", None),
        Field("email", email, "e-mail address", None),
        Field("time_zone", time_zone, "IANA zone of this person", None),
        Field("languages", ListOf(language), 'languages spoken, such as `["en", "es"]`', ()),
        Field(
            "remind_hours",
            ListOf(whole(1, 24 * 35)),
            "how many hours before a shift to be reminded; empty: never",
            REMIND_HOURS,
        ),
        Field("drill", choice(DrillChannel), "how to be asked before a shift whether one can be reached", "text"),
    ),
)  # fmt: skip

CONTRACTS = Shape(
    "contracts",
    "Service Maintenance Agreements; dates are local to the account and both inclusive.",
    (
        Field("tier", choice(COVERED), "essential, advanced or premium"),
        Field("starts", day, "first day"),
        Field("ends", day, "last day"),
    ),
    key=(),
    sorted_by=("starts", "ends", "tier"),
)

CONTACTS = Shape(
    "contacts",
    "People who call for the account; one number may belong to contacts of several accounts.",
    (
        Field("key", key, "what records call this contact"),
        Field("name", text(), "name"),
        Field("phone", phone, "number that identifies a call, E.164", None),
        Field("email", email, "e-mail address", None),
        Field("language", language, "language, if not the account's", None),
    ),
    sorted_by=("key",),
)

ACCOUNTS = Shape(
    "accounts",
    "Customers.",
    (
        Field("key", key, "what records call this account"),
        Field("number", digits("an account number", "204517"), "what a caller keys in; nobody else has it"),
        Field("name", text(), "name"),
        Field("time_zone", time_zone, "IANA zone in which its dates and hours are meant"),
        Field("language", language, "language of its callers", None),
        Field("pin", digits("a PIN", "4711"), "asked for where identity must be proven", None),
        Field("pin_required", flag, "whether the PIN is always asked for", False),
        Field("csm", key, "key of its customer success manager", None),
        Field("contracts", CONTRACTS, "Service Maintenance Agreements", ()),
        Field("contacts", CONTACTS, "people who call", ()),
    ),
)  # fmt: skip

LAYERS = Shape(
    "layers",
    "Rotations of a roster. Layers of one key are versions of it, told apart by `effective_from`.",
    (
        Field("key", key, "name of the layer"),
        Field("priority", whole(-1000, 1000), "bigger wins; equal priorities are on duty together", 1),
        Field("unit", choice(get_args(Unit)), "unit of a shift"),
        Field("length", whole(1, LONGEST_SHIFT), "units in a shift", 1),
        Field("start", moment, "wall clock of the first handoff"),
        Field("turns", choice(get_args(Turns)), "whether every period counts, or only covered ones", "calendar"),
        Field("coverage", coverage, "`always` or windows, within the roster's", "always"),
        Field("participants", ListOf(participant), 'technicians in order; `""` is a turn that nobody has'),
        Field("effective_from", moment, "since when this version holds", None),
        Field("time_zone", time_zone, "IANA zone, if not the roster's", None),
    ),
    key=(),
)  # fmt: skip

OVERRIDES = Shape(
    "overrides",
    "Exceptions: somebody added, removed, or put in another's place for a while.",
    (
        Field("kind", choice(get_args(Kind)), "add, remove or replace"),
        Field("technician", key, "who is added, is removed, or steps in"),
        Field("replaces", key, "whose place it is, for replace alone", None),
        Field("start", moment, "wall clock of the roster, or ISO with an offset"),
        Field("end", moment, "likewise; not included"),
    ),
    key=(),
)

TIME_OFF = Shape(
    "time_off",
    "Absences from this roster; the layer's next in order covers.",
    (
        Field("technician", key, "who is away"),
        Field("start", moment, "wall clock of the roster, or ISO with an offset"),
        Field("end", moment, "likewise; not included"),
    ),
    key=(),
)

ROSTERS = Shape(
    "rosters",
    "Who is on duty when.",
    (
        Field("key", key, "what policies call this roster"),
        Field("name", text(), "name"),
        Field("time_zone", time_zone, "IANA zone of its wall clock"),
        Field("coverage", coverage, '`always` or windows such as `[["mon 00:00", "sat 00:00"]]`', "always"),
        Field("holidays", closures, "dates, or parts of dates, that are closed", ()),
        Field("layers", LAYERS, "rotations", ()),
        Field("overrides", OVERRIDES, "exceptions", ()),
        Field("time_off", TIME_OFF, "absences", ()),
    ),
)  # fmt: skip

STEPS = Shape(
    "steps",
    "Steps of an escalation policy, one after another.",
    (
        Field("ring", ListOf(ring_target, may_be_empty=False), "`roster:KEY` or `technician:KEY`, in order"),
        Field("mode", choice(Mode), "one by one, all together, or each a little later", Mode.IN_ORDER.value),
        Field("ring_seconds", whole(1, 600), "how long a handset rings", 20),
        Field("stagger_seconds", whole(1, 600), "seconds between two rings, where staggered", 10),
    ),
    key=(),
)  # fmt: skip

ESCALATION_POLICIES = Shape(
    "escalation_policies",
    "Who is rung for a critical call, in which order. Critical calls use the policy `critical`.",
    (
        Field("key", key, "name of the policy"),
        Field("steps", STEPS, "whom to ring, and how"),
        Field("rounds", whole(1, 20), "how often the steps are gone through", 2),
    ),
)

CALENDARS = Shape(
    "calendars",
    "Hours on which a service level's clock runs.",
    (
        Field("key", key, "what service levels call this calendar"),
        Field("zone", account_zone, "`account` for the customer's zone, or an IANA name", "account"),
        Field("mode", choice(("always", "windows")), "every hour, or the windows alone", "windows"),
        Field("windows", windows, 'weekly windows such as `[["mon 00:00", "sat 00:00"]]`', ()),
        Field("holidays", closures, "dates, or parts of dates, that are closed", ()),
    ),
)  # fmt: skip

SERVICE_LEVELS = Shape(
    "service_levels",
    "What a tier promises for a severity.",
    (
        Field("tier", choice(COVERED), "essential, advanced or premium"),
        Field("severity", choice(Severity), "critical, medium or low"),
        Field("response", target, "first response: minutes m, hours h or business days bd"),
        Field("update", target, "time between two updates, likewise"),
        Field("calendar", key, "calendar on which both run"),
    ),
    key=("tier", "severity"),
)

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (POLICIES, TECHNICIANS, ACCOUNTS, ROSTERS, ESCALATION_POLICIES, CALENDARS, SERVICE_LEVELS)
}
"""Everything that may stand at the top of a world file, in the order in which it is written."""
