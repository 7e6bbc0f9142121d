from zoneinfo import ZoneInfo

import pytest

from foundation.windows import Interval
from oncall.time_off_import import MOST_ABSENCES, MOST_EVENTS, NotACalendar, Reading, read_absences
from tests.oncall.written import instant

CHICAGO = ZoneInfo("America/Chicago")
YEAR = Interval(instant("2026-01-01T00:00"), instant("2027-01-01T00:00"))
VTIMEZONE = """BEGIN:VTIMEZONE
TZID:Office
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0200
TZOFFSETTO:+0200
END:STANDARD
END:VTIMEZONE
"""


def calendar(*events: str, before: str = "") -> bytes:
    """Write a calendar of events, each given as lines without its frame."""
    framed = (f"BEGIN:VEVENT\nUID:{n}\nSUMMARY:event {n}\n{event}\nEND:VEVENT\n" for n, event in enumerate(events))
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{before}{''.join(framed)}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(*events: str, before: str = "", only: str | None = None, window: Interval = YEAR) -> Reading:
    return read_absences(calendar(*events, before=before), CHICAGO, window, only)


def times(reading: Reading) -> list[tuple[str, str]]:
    return [tuple(f"{at:%m-%dT%H:%MZ}" for at in absence.interval) for absence in reading.absences]  # type: ignore[misc]  # two each


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART;VALUE=DATE:20260701\nDTEND;VALUE=DATE:20260708", ("07-01T05:00Z", "07-08T05:00Z")),
        ("DTSTART;VALUE=DATE:20260701", ("07-01T05:00Z", "07-02T05:00Z")),
        ("DTSTART;VALUE=DATE:20261101", ("11-01T05:00Z", "11-02T06:00Z")),
        ("DTSTART:20260701T090000Z\nDTEND:20260701T170000Z", ("07-01T09:00Z", "07-01T17:00Z")),
        ("DTSTART:20260701T090000\nDURATION:PT8H", ("07-01T14:00Z", "07-01T22:00Z")),
        (
            "DTSTART;TZID=Europe/Berlin:20260701T090000\nDTEND;TZID=Europe/Berlin:20260701T170000",
            ("07-01T07:00Z", "07-01T15:00Z"),
        ),
        (
            'DTSTART;TZID="Pacific Standard Time":20260701T090000\nDTEND;TZID="Pacific Standard Time":20260701T100000',
            ("07-01T16:00Z", "07-01T17:00Z"),
        ),
    ],
)
def test_an_event_is_an_absence(event: str, expected: tuple[str, str]) -> None:
    reading = read(event)
    assert reading.faults == ()
    assert times(reading) == [expected]


def test_a_zone_that_the_calendar_describes_itself_is_believed() -> None:
    event = "DTSTART;TZID=Office:20260701T090000\nDTEND;TZID=Office:20260701T100000"
    assert times(read(event, before=VTIMEZONE)) == [("07-01T07:00Z", "07-01T08:00Z")]


def test_a_rule_is_worked_out_with_its_exceptions_and_moved_events() -> None:
    rule = "DTSTART;VALUE=DATE:20260701\nRRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;VALUE=DATE:20260708"
    moved = "UID:0\nRECURRENCE-ID;VALUE=DATE:20260715\nDTSTART;VALUE=DATE:20260716"
    written = calendar(rule, moved).replace(b"UID:1\r\n", b"")
    reading = read_absences(written, CHICAGO, YEAR)
    assert times(reading) == [
        ("07-01T05:00Z", "07-02T05:00Z"),
        ("07-16T05:00Z", "07-17T05:00Z"),
        ("07-22T05:00Z", "07-23T05:00Z"),
    ]


def test_a_rule_in_a_zone_keeps_its_wall_clock_across_dst() -> None:
    rule = "DTSTART;TZID=America/Chicago:20261030T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2"
    assert times(read(rule)) == [("10-30T14:00Z", "10-30T15:00Z"), ("11-06T15:00Z", "11-06T16:00Z")]


def test_only_what_touches_the_window_is_read() -> None:
    events = [f"DTSTART;VALUE=DATE:2026{day}" for day in ("0630", "0701", "0702")]
    window = Interval(instant("2026-07-01T05:00"), instant("2026-07-02T05:00"))
    assert times(read(*events, window=window)) == [("07-01T05:00Z", "07-02T05:00Z")]


def test_cancelled_events_are_none() -> None:
    assert read("DTSTART;VALUE=DATE:20260701\nSTATUS:CANCELLED").absences == ()


def test_only_events_with_a_word_are_read_if_one_is_given() -> None:
    vacation, meeting = "DTSTART;VALUE=DATE:20260701\nCATEGORIES:Vacation,Home", "DTSTART;VALUE=DATE:20260801"
    assert times(read(vacation, meeting, only="vacation")) == [("07-01T05:00Z", "07-02T05:00Z")]
    assert times(read(vacation, meeting, only="EVENT 1")) == [("08-01T05:00Z", "08-02T05:00Z")]


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ("DTEND;VALUE=DATE:20260701", "has no start"),
        ("DTSTART:2026-07-01", "its DTSTART cannot be read"),
        ("DTSTART;TZID=Nowhere/Land:20260701T090000\nDURATION:PT1H", "its zone 'Nowhere/Land' is unknown"),
        ("DTSTART:20260701T090000Z\nDTEND:20260701T080000Z", "does not end after its start"),
        ("DTSTART:20260701T090000Z", "does not end after its start"),
        ("DTSTART;VALUE=DATE:20260701\nDTEND:20260702T080000Z", "starts with a date and ends with a time"),
        ("DTSTART;VALUE=DATE:20260701\nRRULE:FREQ=SECONDLY", "repeats more often than daily"),
        ("DTSTART;VALUE=DATE:20260701\nRRULE:FREQ=DAILY;BYMINUTE=1,2,3", "repeats more often than daily"),
        ("DTSTART;VALUE=DATE:20260701\nRRULE:FREQ=SOMETIMES", "its RRULE cannot be read"),
        ("DTSTART;VALUE=DATE:16010101\nRRULE:FREQ=DAILY", "is before 1970"),
        ("DTSTART;VALUE=DATE:20260701\nDTSTART;VALUE=DATE:20260702", "has 2 of DTSTART; keep one"),
        ("DTSTART;VALUE=PERIOD:20260701T090000Z/PT1H", "its DTSTART is a tuple"),
    ],
)
def test_a_faulty_event_is_told_and_holds_up_no_other(event: str, says: str) -> None:
    reading = read(event, "DTSTART;VALUE=DATE:20261224")
    assert says in str(reading.faults[0])
    assert "event 0" in reading.faults[0].event
    assert len(reading.absences) == 1


def test_endless_rules_are_cut_to_the_window_and_too_many_absences_are_refused() -> None:
    assert len(read("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY").absences) == 365
    reading = read(*(f"DTSTART:20260101T0{n}0000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY" for n in range(4)))
    assert f"more than {MOST_ABSENCES} absences" in reading.faults[0].says


@pytest.mark.parametrize(
    "contents", [b"", b"hello", b"\xff\xfe\x00", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"BEGIN:VCALENDAR\r\n"]
)
def test_what_is_no_calendar_is_refused(contents: bytes) -> None:
    with pytest.raises(NotACalendar):
        read_absences(contents, CHICAGO, YEAR)


def test_a_calendar_with_too_many_events_is_refused() -> None:
    with pytest.raises(NotACalendar, match="5001 events"):
        read(*["DTSTART;VALUE=DATE:20260701"] * (MOST_EVENTS + 1))


def test_a_byte_order_mark_is_no_fault() -> None:
    assert len(read_absences(b"\xef\xbb\xbf" + calendar("DTSTART;VALUE=DATE:20260701"), CHICAGO, YEAR).absences) == 1
