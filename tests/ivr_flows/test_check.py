from dataclasses import replace

import pytest

from ivr_flows.catalogue import FLOWS
from ivr_flows.check import faults
from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.nodes import Ask, Collect, Flow, Hangup, Hold, Key, Menu, Node, Record, Say, Switch, Tries
from ivr_flows.pace import SAMPLES
from ivr_flows.questions import ASKED, Kept, Moved, Outcome, Question, WhoIsCalling
from ivr_flows.wording import SHIPPED, PromptBook


def broken(**nodes: Node) -> str:
    """The front desk with some nodes replaced or added: its faults, a line each."""
    flow = replace(FRONT_DESK, nodes={**FRONT_DESK.nodes, **nodes})
    return "\n".join(map(str, faults(flow)))


def front_desk_menu(name: str) -> Menu:
    node = FRONT_DESK.nodes[name]
    assert isinstance(node, Menu)
    return node


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_every_shipped_flow_is_without_fault(flow: Flow) -> None:
    assert faults(flow) == ()


def test_every_fact_has_a_sample_to_measure_with() -> None:
    given = {fact for asked in ASKED.values() for outcome in asked.outcomes for fact in asked.facts(outcome)}
    known = {fact for flow in FLOWS.values() for fact in (*flow.knows, *flow.defaults)}
    assert given | known <= set(SAMPLES)


class TestBreakingTheFrontDesk:
    """Each way of breaking it is found, and named so that it can be mended."""

    def test_a_target_that_does_not_exist(self) -> None:
        assert "front_desk.hunting: then leads to 'nowhere'" in broken(hunting=Say("hunting.called", then="nowhere"))

    def test_a_start_that_does_not_exist(self) -> None:
        assert "there is no node 'begin'" in "\n".join(map(str, faults(replace(FRONT_DESK, start="begin"))))

    def test_a_node_that_nobody_gets_to(self) -> None:
        assert broken(island=Hangup("goodbye.case")) == "front_desk.island: no call can get here"

    def test_a_node_that_never_ends(self) -> None:
        assert "goodbye: a call that gets here can never end" in broken(goodbye=Hold(then="goodbye"))

    def test_an_outcome_that_nobody_handles(self) -> None:
        half = Ask(Question.MOVE_TO_ACCOUNT, {Moved.MOVED: "moved"})
        assert "front_desk.move: does not handle the outcome 'not_found'" in broken(move=half)

    def test_an_outcome_of_another_question(self) -> None:
        wrong = Ask(Question.KEEP_MESSAGE, {Kept.KEPT: "message_kept", WhoIsCalling.BLOCKED: "blocked"})
        assert "is no outcome of" in broken(keep_message=wrong)

    def test_a_switch_on_an_outcome_that_does_not_exist(self) -> None:
        wrong = Switch("who_is_calling", {"two_accounts": "choose_account"}, default="by_caller_id")
        assert "front_desk.identify: 'two_accounts' is no outcome of 'who_is_calling'" in broken(identify=wrong)

    def test_more_than_four_keys(self) -> None:
        menu = front_desk_menu("severity")
        assert "offers 5 keys" in broken(severity=replace(menu, keys=(*menu.keys, Key("5", "low", "severity.low"))))

    @pytest.mark.parametrize("digit", ["0", "*", "12", "x"])
    def test_a_key_that_has_another_meaning(self, digit: str) -> None:
        menu = replace(front_desk_menu("after_talk"), keys=(Key(digit, "goodbye", "after_talk.finished"),))
        assert "cannot be the key of a choice" in broken(after_talk=menu)

    def test_one_key_twice(self) -> None:
        menu = front_desk_menu("after_talk")
        assert "one key twice" in broken(after_talk=replace(menu, keys=(menu.keys[0], menu.keys[0])))

    def test_a_missing_default_route(self) -> None:
        assert "has no default route" in broken(after_talk=replace(front_desk_menu("after_talk"), default=""))

    def test_giving_up_before_the_first_miss(self) -> None:
        assert "before the first miss" in broken(after_talk=replace(front_desk_menu("after_talk"), silences=0))

    def test_a_number_that_cannot_be_keyed(self) -> None:
        collect = FRONT_DESK.nodes["callback_number"]
        assert isinstance(collect, Collect)
        assert "no number has 16 to 15 digits" in broken(callback_number=replace(collect, shortest=16))

    def test_a_prompt_that_has_no_words(self) -> None:
        assert "there is no prompt 'hunting.colled'" in broken(hunting=Say("hunting.colled", then="hunting_number"))

    def test_a_loop_without_a_key(self) -> None:
        assert "for ever without a key" in broken(hold_again=Say("hold.on", then="hold"))

    def test_a_loop_by_default_routes(self) -> None:
        assert "for ever" in broken(greeting=replace(front_desk_menu("greeting"), default="who"))

    def test_a_bound_that_is_passed_by_is_none(self) -> None:
        assert "for ever" in broken(hold_again=Tries(5, again="ceiling", spent="hold"))

    def test_a_hang_up_without_a_case(self) -> None:
        assert "message_kept: a call can end here without a case" in broken(
            message=Record("message.prompt", field="message", max_seconds=60, then="message_kept"),
            message_kept=Hangup("goodbye.fixed"),
            keep_message=FRONT_DESK.nodes["keep_message"],
        )

    def test_a_prompt_that_speaks_of_what_nobody_has_told(self) -> None:
        assert "needs the fact 'case_number', which not every way here brings" in broken(
            no_choice=Say("case.number_twice", then="message")
        )

    def test_a_queue_that_nobody_has_opened(self) -> None:
        assert "front_desk.hold: needs the fact 'queue'" in broken(no_choice=Say("hold.on", then="hold"))

    def test_no_emergency_key(self) -> None:
        menu = front_desk_menu("greeting")
        plain = tuple(replace(key, is_emergency=False) for key in menu.keys)
        assert "has no emergency key" in broken(greeting=replace(menu, keys=plain))


class TestWords:
    def test_a_long_name_that_delays_the_emergency_key(self) -> None:
        found = faults(FRONT_DESK, facts={"organisation": "The Northwind Company's technical support"})
        assert "names the emergency key after 5.2 s in en" in str(found[0])

    def test_a_sentence_before_the_greeting_delays_it_too(self) -> None:
        outcomes: dict[Outcome, str] = {**dict.fromkeys(WhoIsCalling, "welcome"), WhoIsCalling.BLOCKED: "blocked"}
        found = broken(who=Ask(Question.WHO_IS_CALLING, outcomes), welcome=Say("hold.on", then="greeting"))
        assert "names the emergency key after 8.4 s" in found

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_a_prompt_of_more_than_eight_seconds_in_any_language(self, language: str) -> None:
        longer = {**SHIPPED.languages["en"], "hold.on": "word " * 21}
        book = PromptBook({**SHIPPED.languages, language: longer})
        assert f"'hold.on' takes 8.4 s in {language}, limit 8.0 s" in "\n".join(map(str, faults(FRONT_DESK, book)))

    @pytest.mark.parametrize("text", ["Case {case_number.", "Case {case number}.", "Case }."])
    def test_a_placeholder_that_is_not_well_formed(self, text: str) -> None:
        book = PromptBook({"en": {**SHIPPED.languages["en"], "hold.on": text}})
        assert "placeholder that is not well formed" in "\n".join(map(str, faults(FRONT_DESK, book)))

    def test_a_reprompt_that_is_not_there(self) -> None:
        english = {prompt: text for prompt, text in SHIPPED.languages["en"].items() if prompt != "again.wrong_2"}
        assert "there is no prompt 'again.wrong_2'" in "\n".join(
            map(str, faults(FRONT_DESK, PromptBook({"en": english})))
        )
