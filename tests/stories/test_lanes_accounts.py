import pytest

from simulator.story import Phone
from tests.stories.stage import SERVICE, Stage
from tests.stories.steps import are_connected

NAMES = (
    "Northside", "Riverbend", "Mesa Verde", "Lakeshore", "Clinic", "Hospital", "Dana", "Reyes", "Jo ", "Whitfield",
    "Omar", "Marisol", "Priya", "Raman", "Premium", "Advanced", "Essential", "204517", "318842",
)  # fmt: skip
"""What only a customer's own people may hear, and nobody from us by voice."""

STAFF = ("Sam", "Ortiz", "Kim", "Nakamura", "Maria", "Lindqvist", "Ana", "Lee ")


def hears_no(phone: Phone, words: tuple[str, ...]) -> None:
    """Fail if a prompt of the call so far holds one of the words."""
    heard = " ".join(line.text for line in phone.handset.lines if line.kind == "hears")
    assert [word for word in words if word.casefold() in heard.casefold()] == []


def keys_in(caller: Phone, number: str) -> None:
    """Key in an account number as asked, with the pound key a moment after its last digit."""
    caller.hears("Key in your account number, then pound", within=20)
    caller.presses(number)
    caller.line.waits(0.7)
    caller.presses("#")


def is_paged_for(stage: Stage, account: str, within: float = 3) -> None:
    stage.sam.rings(within)
    stage.sam.gets_text(account)


@pytest.mark.parametrize(
    ("key", "account"), [("1", "Northside Clinic, Premium."), ("2", "Riverbend General Hospital, Advanced.")]
)
def test_a_number_of_several_accounts_chooses_by_the_last_digits(stage: Stage, key: str, account: str) -> None:
    stage.jo.dials(SERVICE)
    stage.jo.presses("1")
    stage.jo.hears("Account ending 5 1 7, press 1. 8 4 2, press 2. Another, press 4.", within=0)
    stage.jo.presses(key)
    stage.jo.hears("Help is being called now.", within=0)
    is_paged_for(stage, account)
    stage.jo.gets_text("Your case number is 100014.")
    hears_no(stage.jo, NAMES)
    stage.line.nothing_else()


@pytest.mark.parametrize("keys", ["", "999", "*"])
def test_whoever_does_not_choose_among_accounts_in_an_outage_is_hunted_for(stage: Stage, keys: str) -> None:
    stage.jo.dials(SERVICE)
    stage.jo.presses("1")
    for key in keys:
        stage.jo.presses(key)
    if keys == "*":
        stage.jo.hears("Technical support.", within=0)
        stage.jo.presses("1")
    stage.jo.hears("Help is being called now.", within=45)
    is_paged_for(stage, "Northside Clinic, Premium. Whole system or network down. The caller has several accounts")
    stage.jo.gets_text("Your case number is 100014.")
    stage.line.nothing_else()


def test_whoever_speaks_for_yet_another_account_keys_its_number_in(stage: Stage) -> None:
    stage.jo.dials(SERVICE)
    stage.jo.presses("1")
    stage.jo.presses("4")
    keys_in(stage.jo, "451903")
    stage.jo.hears("You keyed 4 5, 1 9, 0 3. If right, press 1. To key it again, press 2.", within=0)
    stage.jo.presses("1")
    is_paged_for(stage, "Mesa Verde Medical Center, Essential.")
    stage.jo.gets_text("Your case number is 100014.")
    stage.line.nothing_else()


def test_a_stranger_with_an_account_number_rings_the_technician_within_25_seconds(stage: Stage) -> None:
    stage.stranger.dials(SERVICE)
    answered = stage.clock.now()
    stage.line.waits(3)
    stage.stranger.presses("1")
    stage.line.waits(6)
    keys_in(stage.stranger, "204517")
    stage.stranger.does_not_hear("not one of the choices")
    is_paged_for(stage, "Northside Clinic, Premium.", within=15)
    assert (stage.clock.now() - answered).total_seconds() <= 25
    stage.stranger.gets_text("Your case number is 100014.")
    hears_no(stage.stranger, NAMES)
    stage.line.nothing_else()


def test_a_stranger_who_says_nothing_rings_the_technician_within_45_seconds(stage: Stage) -> None:
    stage.stranger.dials(SERVICE)
    answered = stage.clock.now()
    stage.line.waits(5)
    stage.stranger.presses("1")
    stage.sam.rings(within=45)
    assert (stage.clock.now() - answered).total_seconds() <= 45
    stage.sam.gets_text("unverified caller")


@pytest.mark.parametrize("numbers", [["111111", "222222", "333333"], ["20451#", "2#", "9999#"], ["#"]])
def test_a_number_that_is_not_found_thrice_leads_to_a_recorded_name(stage: Stage, numbers: list[str]) -> None:
    stage.stranger.dials(SERVICE)
    stage.stranger.presses("1")
    for number in numbers:
        stage.line.waits(1)
        stage.stranger.presses(number)
    stage.stranger.hears("After the tone, say your name and organisation", within=15)
    is_paged_for(stage, "unverified caller, account unknown.", within=15)
    assert stage.case().tier == "unidentified"


def calls_withheld(stage: Stage) -> None:
    """Withhold the number, and be known by the account's."""
    stage.dana.dials(SERVICE, caller_id="anonymous")
    stage.dana.presses("1")
    keys_in(stage.dana, "204517")
    stage.dana.presses("1")
    is_paged_for(stage, "Northside Clinic, Premium.")


def test_a_technician_hears_that_the_caller_s_number_is_withheld(stage: Stage) -> None:
    calls_withheld(stage)
    stage.sam.answers()
    stage.sam.presses("3")
    stage.sam.hears("The caller's number is withheld.", within=15)
    stage.line.nothing_else()


def test_a_withheld_number_is_asked_for_a_number_to_call_back(stage: Stage) -> None:
    calls_withheld(stage)
    stage.sam.answers()
    stage.dana.hears("tell us in a few words what is down", within=40)
    stage.dana.hears("Please key in the number where we can reach you, then pound.", within=20)
    stage.dana.presses("2025550177#")
    stage.dana.hears("Thank you. We can call you back.", within=0)
    callback = stage.case().callback_phone
    assert callback is not None
    assert callback.e164 == "+12025550177"


@pytest.mark.parametrize("spelling", ["+266696687", "restricted"])
def test_every_spelling_of_a_withheld_number_counts_as_withheld(stage: Stage, spelling: str) -> None:
    stage.dana.dials(SERVICE, caller_id=spelling)
    stage.dana.presses("2")
    stage.dana.hears("Key in your account number", within=0)
    assert stage.call().from_phone is None


def speaks_for(caller: Phone, number: str) -> None:
    """Press 3 after the case number, and key in another account's number."""
    caller.hears("If you are calling for another organisation, press 3.", within=20)
    caller.presses("3")
    caller.hears("account number of that organisation", within=0)
    caller.presses(number)


def test_a_caller_for_another_organisation_moves_the_case_and_the_hunt_goes_on(stage: Stage) -> None:
    stage.dana.dials(SERVICE)
    stage.dana.presses("1")
    is_paged_for(stage, "Northside Clinic, Premium.")
    speaks_for(stage.dana, "318842")
    stage.dana.hears("Thank you. The case now belongs to that account.", within=0)
    stage.dana.gets_text("Your case number is 100014.")
    stage.sam.answers()
    stage.sam.hears("Critical call for Riverbend General Hospital, Advanced.")
    hears_no(stage.dana, NAMES)
    stage.line.nothing_else()
    assert (stage.case().tier, stage.case().outcome) == ("advanced", "hunt")


def test_a_wrong_number_of_another_organisation_does_not_stop_the_hunt(stage: Stage) -> None:
    stage.dana.dials(SERVICE)
    stage.dana.presses("1")
    is_paged_for(stage, "Northside Clinic, Premium.")
    speaks_for(stage.dana, "999999")
    stage.dana.hears("We did not find that number. A technician will put it right.", within=0)
    stage.dana.gets_text("Your case number is 100014.")
    stage.sam.answers()
    stage.sam.presses("1")
    stage.dana.is_talking_to(stage.sam, within=45)
    assert stage.case().tier == "premium"


def test_a_caller_without_an_agreement_who_speaks_for_a_covered_organisation_gets_the_whole_roster(
    stage: Stage,
) -> None:
    stage.priya.dials(SERVICE)
    stage.priya.presses("1")
    stage.maria.rings(within=3)
    stage.maria.gets_text("Lakeshore Family Practice, no active agreement.")
    speaks_for(stage.priya, "204517")
    stage.maria.stops_ringing(within=2)
    stage.priya.gets_text("We are calling the duty manager now.")
    is_paged_for(stage, "Northside Clinic, Premium.")
    stage.sam.answers()
    stage.sam.presses("1")
    stage.priya.is_talking_to(stage.sam, within=45)
    stage.line.nothing_else()
    assert (stage.case().outcome, stage.case().technician) == ("hunt", "sam")


def test_a_covered_caller_who_speaks_for_an_uncovered_organisation_is_helped_by_courtesy(stage: Stage) -> None:
    stage.dana.dials(SERVICE)
    stage.dana.presses("1")
    speaks_for(stage.dana, "560278")
    is_paged_for(stage, "Northside Clinic, Premium.")
    assert (stage.case().tier, stage.case().outcome, stage.case().courtesy) == ("none", "courtesy", True)
    assert stage.case().response_due is None


def test_a_stranger_who_waits_never_hears_a_name(stage: Stage) -> None:
    stage.stranger.dials(SERVICE)
    stage.stranger.presses("1")
    stage.stranger.presses("#")
    stage.stranger.hears("We are calling our technicians. You have waited", within=90)
    stage.line.waits(10)
    hears_no(stage.stranger, NAMES + STAFF)


def test_a_known_caller_hears_the_technicians_first_names_and_nobody_s_data(stage: Stage) -> None:
    stage.dana.dials(SERVICE)
    stage.dana.presses("1")
    stage.dana.hears("We are calling Kim and Maria. You have waited", within=60)
    hears_no(stage.dana, (*NAMES, "Nakamura", "Lindqvist"))


def test_a_recorded_caller_who_finds_the_account_number_is_verified_by_it(stage: Stage) -> None:
    stage.stranger.dials(SERVICE)
    stage.stranger.presses("1")
    stage.stranger.presses("#")
    stage.stranger.hears("To key in an account number, press 3.", within=20)
    stage.stranger.presses("3")
    stage.stranger.presses("204517")
    stage.stranger.gets_text("Your case number is 100014.")
    are_connected(stage, stage.sam, stage.stranger)
    assert (stage.case().tier, stage.case().technician) == ("premium", "sam")
