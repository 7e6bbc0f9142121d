import pytest

from simulator.terminal import Keys, PhoneCall, Simulator, doing, table


def test_each_item_is_given_once_in_order_when_the_line_asks() -> None:
    keys = Keys.read("1, 204517#,2")
    assert [keys.next_for("keys")[1] for _ in range(4)] == ["1", "204517#", "2", ""]


def test_a_wait_delays_the_item_behind_it() -> None:
    keys = Keys.read("1,w3,w2,2")
    assert [keys.next_for("keys"), keys.next_for("keys")] == [(0.0, "1"), (5.0, "2")]


def test_words_wait_until_the_line_listens_and_keys_until_it_asks_for_keys() -> None:
    keys = Keys.read("say:all is down,1")
    assert keys.next_for("keys") == (0.0, "")
    assert keys.next_for("speech") == (0.0, "say:all is down")
    assert keys.next_for("speech") == (0.0, "")
    assert keys.next_for("keys") == (0.0, "1")


@pytest.mark.parametrize("item", ["x", "w", "wx", "12a"])
def test_an_item_that_no_phone_can_do_is_named(item: str) -> None:
    with pytest.raises(ValueError, match=f"'{item}' is neither keys"):
        Keys.read(f"1,{item}")


def test_lines_carry_the_seconds_since_the_call_began() -> None:
    shown: list[str] = []
    call = PhoneCall(Simulator("http://nowhere"), "dana", Keys(), shown.append)
    call.sid = "CA1"
    call.began_at("2026-01-05T14:00:00.000Z")
    line = {
        "kind": "line",
        "call": "CA1",
        "line": "hears",
        "text": "Technical support.",
        "at": "2026-01-05T14:00:02.500Z",
    }
    call.follow(line)
    call.follow({**line, "call": "CA2"})
    assert shown == ["   2.5  hears   Technical support."]


def test_columns_stand_under_each_other() -> None:
    assert list(table([("a", "bb"), ("ccc", "d")])) == ["a    bb", "ccc  d"]


def test_what_a_phone_does_is_said_in_plain_words() -> None:
    call = {"talking_to": "", "answered": None, "incoming": True}
    assert [doing(None), doing(call), doing(call | {"incoming": False})] == ["-", "rings", "calls"]
    assert doing(call | {"answered": "2026-01-05T14:00:00.000Z"}) == "on the line"
    assert doing(call | {"talking_to": "+12025550141"}) == "talks to +12025550141"
