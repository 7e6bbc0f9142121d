from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.commands import (
    Command,
    Commands,
    Cover,
    Drop,
    Next,
    No,
    Take,
    TakeOver,
    Unreadable,
    Who,
    is_enough,
    next_instant_of,
    read_command,
)

CARRIER_WORDS = [
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "optout",
    "revoke",
    "start",
    "yes",
    "unstop",
    "help",
    "info",
]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("WHO", Who()),
        ("who critical?", Who("critical")),
        ("Who is on desk", Who("desk")),
        (" next. ", Next()),
        ("TAKE 17", Take(17)),
        ("accept #17!", Take(17)),
        ("take", Take()),
        ("No 17", No(17)),
        ("no", No()),
        ("decline 17", No(17)),
        ("COVER", Cover()),
        ("cover case-desk", Cover("case-desk")),
        ("drop 17", Drop(17)),
        ("TAKEOVER", TakeOver()),
        ("take over", TakeOver()),
        ("takeover critical", TakeOver("critical")),
        ("take  over critical until 18:30", TakeOver("critical", time(18, 30))),
        ("TAKEOVER until 6pm", TakeOver(None, time(18))),
        ("takeover until 12 am", TakeOver(None, time(0))),
        ("takeover until 24:00", TakeOver(None, time(0))),
        ("takeover until 7.05", TakeOver(None, time(7, 5))),
        ("?", Commands()),
        ("menu", Commands()),
    ],
)
def test_a_command_is_read_however_it_is_typed(text: str, command: Command) -> None:
    assert read_command(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        "take it easy",
        "no thanks",
        "who is this and why",
        "takeover until 25:00",
        "takeover until 13pm",
        "takeover until 7:77",
        "takeoverall",
        "take 17 18",
        "TAKE 99999999999",
        "I am away. TAKE 17",
        *CARRIER_WORDS,
    ],
)
def test_what_is_not_wholly_a_command_is_none(text: str) -> None:
    assert read_command(text) == Unreadable()


@given(st.text(max_size=40))
def test_any_text_is_read(text: str) -> None:
    assert read_command(text) is not None


@pytest.mark.parametrize(
    ("after", "wall", "instant"),
    [
        ("2026-03-02T15:00", time(12), "2026-03-02T18:00"),
        ("2026-03-02T18:00", time(12), "2026-03-03T18:00"),
        ("2026-03-08T07:30", time(2, 30), "2026-03-08T08:00"),  # the hour that the clocks skip
    ],
)
def test_a_wall_time_is_the_next_one_that_the_clock_shows(after: str, wall: time, instant: str) -> None:
    found = next_instant_of(wall, ZoneInfo("America/Chicago"), datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "answered", "enough"),
    [
        ("away", ["away"] * 5, True),
        ("away again", ["away"] * 5, True),
        ("away", ["away"] * 4, False),
        ("WHO", ["away"] * 5, False),
        ("away", ["who", *["away"] * 5], False),
        ("WHO", ["who"] * 5, True),
        ("WHO", ["next", *["who"] * 5], False),
        ("NEXT", ["who"] * 5, False),
    ],
)
def test_five_replies_in_a_row_are_enough(text: str, answered: list[str], *, enough: bool) -> None:
    assert is_enough(text, answered) is enough
