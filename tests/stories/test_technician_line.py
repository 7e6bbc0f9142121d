from tests.stories.stage import CAST, SERVICE, Stage
from tests.stories.test_cover_by_text import people, week

__all__ = ["week"]


def test_a_technician_takes_over_by_phone(week: Stage) -> None:
    week.lee.dials(SERVICE)
    week.lee.hears("To be on duty for Critical line now, press 1", within=4)
    week.lee.presses("1")
    week.lee.hears("You are on duty for Critical line now")
    week.lee.hears("Until Tuesday March 3, 8 A M, Chicago time")
    week.lee.is_hung_up()
    assert people(week) == ["lee"]
    week.sam.gets_text("Lee Okafor took over")
    week.lee.gets_text("You are on duty for Critical line")
    week.kim.gets_text("You are next")
    week.line.nothing_else()
    assert week.call().end == "technician"


def test_a_technician_hears_the_next_shift_and_hangs_up_without_alarm(week: Stage) -> None:
    week.kim.dials(SERVICE)
    week.kim.hears("Your next shift, 2")
    week.kim.presses("2")
    week.kim.hears("Your next shift on Critical line begins Tuesday March 3, 8 A M, Chicago time")
    week.kim.hears("It ends Wednesday March 4, 8 A M")
    week.kim.hangs_up()
    week.line.waits(30)
    week.line.nothing_else()
    assert week.call().end == "technician"


def test_whoever_is_on_duty_is_not_offered_to_take_over(week: Stage) -> None:
    week.sam.dials(SERVICE)
    week.sam.hears("Your next shift, press 2")
    week.sam.presses("2")
    week.sam.hears("You are on duty for Critical line, until Tuesday March 3")
    week.sam.hangs_up()
    week.line.nothing_else()


def test_a_technician_who_says_nothing_is_a_caller_like_any_other(week: Stage) -> None:
    week.kim.dials(SERVICE)
    week.kim.hears("Technicians' line")
    week.kim.hears("If your system is completely down, press 1")
    week.kim.hangs_up()
    week.line.until(lambda: bool(week.line.unclaimed_texts(CAST["ana"])), 30, "the desk hears of the missed call")
    week.ana.gets_text("Missed call")
    assert week.call().end == "abandoned-and-chased"


def test_a_technician_with_a_problem_is_helped_as_a_caller(week: Stage) -> None:
    week.kim.dials(SERVICE)
    week.kim.hears("Technicians' line")
    week.kim.presses("3")
    week.kim.hears("completely down")
    week.kim.presses("2")
    week.kim.hears("account number")
    week.kim.hangs_up()


def test_a_number_that_is_also_a_customers_is_a_customers(week: Stage) -> None:
    week.apply('[[technicians]]\nkey = "dana"\nname = "Dana Reyes"\nphone = "+12025550111"')
    week.dana.dials(SERVICE)
    week.dana.hears("If your system is completely down, press 1", within=4)
    week.dana.hangs_up()


def test_a_take_over_that_is_not_possible_any_more_is_said(week: Stage) -> None:
    week.lee.dials(SERVICE)
    week.lee.hears("press 1")
    week.lee.texts(SERVICE, "TAKEOVER critical")
    week.lee.gets_text("You are on duty")
    week.lee.presses("1")
    week.lee.hears("That is not possible now")
    week.lee.hangs_up()
    week.sam.gets_text("Lee Okafor took over")
    assert people(week) == ["lee"]
