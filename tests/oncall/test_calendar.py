from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from icalendar import Calendar

from foundation.windows import Interval
from oncall.calendar import feed, whole_spells
from oncall.layers import Roster, parse_roster
from oncall.published import Published, Revision, fingerprint, title, window
from oncall.resolver import on_duty
from tests.oncall.rosters import rosters
from tests.oncall.written import instant, layer, override, roster

REVISION = Revision(3, instant("2026-05-30T12:00"))
DAYS = Interval(instant("2026-06-01T08:00"), instant("2026-06-04T08:00"))


def published(*who: Roster, technician: str | None = None, name: str = "Line") -> Published:
    names = {"a": "Ana Ö. Delgado; with, odd \\ name"}
    return Published(name, "line.example", tuple((one, REVISION) for one in who), technician, names, "America/Chicago")


def events(*who: Roster, technician: str | None = None, shown: Interval = DAYS) -> list[Any]:
    return list(Calendar.from_ical(feed(published(*who, technician=technician), shown)).walk("VEVENT"))


def uids(*who: Roster, shown: Interval = DAYS) -> set[str]:
    return {str(event["UID"]) for event in events(*who, shown=shown)}


def test_a_person_s_feed_holds_that_person_s_shifts_alone() -> None:
    found = events(roster(name="Line"), technician="b")
    assert [(e["DTSTART"].dt, e["DTEND"].dt, str(e["SUMMARY"])) for e in found] == [
        (instant("2026-06-02T08:00"), instant("2026-06-03T08:00"), "On duty: Line")
    ]


def test_a_roster_s_feed_holds_everybody_and_the_gaps() -> None:
    found = events(roster(layer(participants=["a", ""]), name="Line"))
    assert [str(event["SUMMARY"]) for event in found] == [
        "Ana Ö. Delgado; with, odd \\ name: Line",
        "Ana Ö. Delgado; with, odd \\ name: Line",
        "NOBODY: Line",
    ]


def test_every_event_has_what_rfc_5545_asks_for() -> None:
    for event in events(roster()):
        for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "LAST-MODIFIED"):
            assert name in event
        assert event["DTSTAMP"].to_ical() == b"20260530T120000Z"
        assert event["SEQUENCE"] == 3
        assert str(event["TRANSP"]) == "TRANSPARENT"


def test_lines_end_with_crlf_are_folded_at_75_octets_and_do_not_break_a_letter() -> None:
    written = feed(published(roster(), name="Ö" * 200), DAYS)
    assert written.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")
    lines = written.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode("utf-8") is not None for line in lines)


def test_the_calendar_tells_its_name_and_how_often_to_look() -> None:
    written = feed(published(roster(), name="Line; one, two"), DAYS)
    assert b"\r\nX-WR-CALNAME:Line\\; one\\, two\r\n" in written
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in written
    assert b"\r\nX-PUBLISHED-TTL:PT15M\r\n" in written
    assert written.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")


def test_times_are_utc_so_that_no_zone_has_to_be_described() -> None:
    written = feed(published(roster(time_zone="America/Chicago")), DAYS)
    assert b"\r\nDTSTART:20260601T130000Z\r\n" in written
    assert b"TZID" not in written


def test_two_readings_without_a_change_are_equal() -> None:
    assert feed(published(roster()), DAYS) == feed(published(roster()), DAYS)


def test_whatever_changes_the_feed_changes_its_fingerprint() -> None:
    cut = override("replace", "c", "2026-06-01T20:00", "2026-06-02T08:00", replaces="a")
    later = Interval(DAYS.start + timedelta(days=1), DAYS.end)
    variants = [
        (published(roster()), DAYS),
        (published(roster()), later),
        (published(roster(overrides=[cut])), DAYS),
        (published(roster(), technician="a"), DAYS),
        (published(roster(), name="Other"), DAYS),
    ]
    assert len({fingerprint(*variant) for variant in variants}) == len(variants)
    assert fingerprint(published(roster()), DAYS) == fingerprint(published(roster()), DAYS)


def test_uids_are_unique_also_between_rosters_with_the_same_rule() -> None:
    found = [str(event["UID"]) for event in events(roster(), roster(key="two"))]
    assert len(found) == len(set(found)) == 6
    assert all(uid.endswith("@line.example") for uid in found)


def test_a_shift_keeps_its_uid_in_every_feed() -> None:
    mine = {str(event["UID"]) for event in events(roster(), technician="b")}
    assert mine < uids(roster())


def test_a_shift_that_is_shortened_keeps_its_uid() -> None:
    cut = override("replace", "c", "2026-06-01T20:00", "2026-06-02T08:00", replaces="a")
    before, after = events(roster(), technician="a"), events(roster(overrides=[cut]), technician="a")
    assert [e["UID"] for e in before] == [e["UID"] for e in after]
    assert [e["DTEND"].dt for e in after] == [instant("2026-06-01T20:00")]


@pytest.mark.parametrize("hours", [1, 30, 60])
def test_the_edge_of_the_window_cuts_no_shift_and_no_gap(hours: int) -> None:
    who = roster(layer(participants=["a", "", "c"]))
    later = Interval(DAYS.start + timedelta(hours=hours), DAYS.end)
    assert uids(who, shown=later) <= uids(who)


def test_a_shift_of_a_year_is_shown_whole() -> None:
    who = roster(layer(unit="months", length=12, start="2026-01-01T00:00"))
    assert [(e["DTSTART"].dt.year, e["DTEND"].dt.year) for e in events(who)] == [(2026, 2027)]


def test_the_window_is_whole_months_so_that_a_feed_changes_by_itself_once_a_month() -> None:
    shown = window(instant("2026-11-23T10:00"))
    assert shown == (instant("2026-09-01T00:00"), instant("2027-06-01T00:00"))
    assert window(instant("2026-11-30T23:59")) == shown


def test_a_feed_is_called_after_its_person_or_its_roster() -> None:
    assert title("a", {"a": "Ana"}, ["Line", "Desk"]) == "On call: Ana"
    assert title(None, {}, ["Line"]) == "On call: Line"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rosters())
def test_the_feed_says_of_every_hour_what_the_resolver_says(made: tuple[dict[str, object], datetime]) -> None:
    data, about = made
    who = parse_roster(data)
    spells = whole_spells(who, Interval(about, about + timedelta(days=3)))
    for hour in range(72):
        at = about + timedelta(hours=hour)
        shown = sorted(spell.technician for spell in spells if spell.start <= at < spell.end)
        assert shown == sorted(duty.technician for duty in on_duty(who, at))
