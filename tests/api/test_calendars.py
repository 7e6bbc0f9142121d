import pytest
from icalendar import Calendar

from foundation.audit import history, record
from foundation.errors import Conflict, NotFound, Refused
from oncall.feed_service import NewFeed, create_feed, list_feeds, revoke_feed
from tests.api.conftest import asked, made_feed
from tests.stories.stage import MONDAY, Stage

COVER = """
[[rosters]]
key = "critical"
[[rosters.overrides]]
kind = "replace"
technician = "lee"
replaces = "sam"
start = "2026-03-05T08:00"
end = "2026-03-05T12:00"
"""


def summaries(body: bytes) -> set[str]:
    return {str(event["SUMMARY"]) for event in Calendar.from_ical(body).walk("VEVENT")}


def test_a_person_s_calendar_is_read_without_signing_in(house: Stage) -> None:
    answer = asked(house, made_feed(house, technician="sam"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert summaries(answer.data) == {"On duty: Critical line"}
    assert b"X-WR-CALNAME:On call: Sam Ortiz\r\n" in answer.data
    assert b"@line.example\r\n" in answer.data


def test_a_roster_s_calendar_names_everybody(house: Stage) -> None:
    answer = asked(house, made_feed(house, roster="desk"))
    assert summaries(answer.data) == {"Ana Delgado: Case desk", "Lee Okafor: Case desk"}


def test_a_person_s_calendar_of_one_roster_leaves_the_others_out(house: Stage) -> None:
    assert summaries(asked(house, made_feed(house, "ana", "desk")).data) == {"On duty: Case desk"}


def test_a_change_of_the_roster_changes_the_calendar(house: Stage) -> None:
    token = made_feed(house, technician="lee")
    before = asked(house, token)
    house.apply(COVER)
    after = asked(house, token)
    assert before.headers["ETag"] != after.headers["ETag"]
    assert b"DTSTART:20260305T140000Z\r\nDTEND:20260305T180000Z\r\n" in after.data


def test_each_change_on_record_raises_the_sequence(house: Stage) -> None:
    token = made_feed(house, technician="sam")
    before = asked(house, token).data
    house.clock.advance(60)
    with house.runtime.database.begin() as session:
        record(session, house.clock.now(), "maria", ("roster", "critical"), None, None)
    after = asked(house, token).data
    assert b"SEQUENCE:0\r\n" in before
    assert b"SEQUENCE:1\r\n" in after
    assert b"LAST-MODIFIED:20260302T150100Z\r\n" in after


def test_who_has_the_latest_calendar_is_told_so(house: Stage) -> None:
    token = made_feed(house, technician="sam")
    first = asked(house, token)
    again = asked(house, token, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    house.clock.advance(3600)
    assert asked(house, token, If_None_Match=first.headers["ETag"]).status_code == 304


def test_caches_on_the_way_keep_nothing_and_clients_not_for_long(house: Stage) -> None:
    headers = asked(house, made_feed(house, technician="sam")).headers
    assert headers["Cache-Control"] == "private, max-age=300, must-revalidate"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_revoked_calendar_is_as_one_that_never_was(house: Stage) -> None:
    token = made_feed(house, technician="sam")
    with house.runtime.database.begin() as session:
        revoke_feed(session, house.clock.now(), list_feeds(session)[0].id, "maria")
    gone, never = asked(house, token), asked(house, "0" * 32)
    assert gone.status_code == never.status_code == 404
    assert gone.data == never.data
    assert gone.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", ["x", "%00", "0" * 33, "A" * 32, "..%2f..%2fsecret", "' or 1=1"])
def test_an_address_that_nobody_made_leads_nowhere(token: str, house: Stage) -> None:
    assert asked(house, token).status_code == 404


def test_when_a_calendar_was_last_read_is_noted_at_most_hourly(house: Stage) -> None:
    token = made_feed(house, technician="sam")
    seen = []
    for seconds in (0, 600, 3600):
        house.clock.advance(seconds)
        asked(house, token)
        with house.session() as session:
            seen.append(list_feeds(session)[0].last_read_at)
    assert [int((at - MONDAY).total_seconds()) for at in seen if at is not None] == [0, 0, 4200]


def test_making_and_revoking_are_on_record(house: Stage) -> None:
    made_feed(house, technician="sam")
    with house.runtime.database.begin() as session:
        feed_id = list_feeds(session)[0].id
        revoke_feed(session, house.clock.now(), feed_id, "maria")
        told = [(row.actor, row.before, row.after) for row in history(session, "calendar_feed", str(feed_id))]
    alive = {"technician": "sam", "roster": None, "revoked": False}
    assert told == [("tester", None, alive), ("maria", alive, alive | {"revoked": True})]


def test_what_cannot_be_made_or_revoked_is_refused(house: Stage) -> None:
    with house.runtime.database.begin() as session:
        for new, refusal in (
            (NewFeed(None, None), Refused),
            (NewFeed("zoe", None), NotFound),
            (NewFeed(None, "x"), NotFound),
        ):
            with pytest.raises(refusal):
                create_feed(session, MONDAY, new, "tester")
        feed = create_feed(session, MONDAY, NewFeed("sam", None), "tester")
        revoke_feed(session, MONDAY, feed.id, "tester")
        with pytest.raises(Conflict):
            revoke_feed(session, MONDAY, feed.id, "tester")
        with pytest.raises(NotFound):
            revoke_feed(session, MONDAY, 99, "tester")


def test_a_database_out_of_order_is_told_with_when_to_come_back(house: Stage) -> None:
    token = made_feed(house, technician="sam")
    with house.runtime.database.begin() as session:
        session.connection().exec_driver_sql("ALTER TABLE calendar_feeds RENAME TO gone")
    answer = asked(house, token)
    assert answer.status_code in (500, 503)
    assert b"Traceback" not in answer.data
    assert b"calendar_feeds" not in answer.data
