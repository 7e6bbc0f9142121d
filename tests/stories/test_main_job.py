from tests.stories.stage import SERVICE, Stage


def test_a_premium_caller_presses_1_and_talks_to_the_first_technician(stage: Stage) -> None:
    stage.dana.dials(SERVICE)
    stage.dana.hears("completely down")
    stage.dana.presses("1")
    stage.dana.hears("Your case number is")
    stage.sam.rings(within=10)
    stage.sam.gets_text("CRITICAL")
    stage.dana.gets_text("Your case number is")
    stage.sam.answers()
    stage.sam.hears("Critical call for Northside Clinic, Premium")
    stage.sam.presses("1")
    stage.sam.hears("Connecting you")
    stage.dana.is_talking_to(stage.sam, within=60)
    case = stage.case()
    assert (case.severity, case.status, case.technician) == ("critical", "acknowledged", "sam")
    stage.line.waits(40)
    stage.sam.hangs_up()
    stage.dana.hears("If you are finished, press 1")
    stage.dana.presses("1")
    stage.dana.is_hung_up()
    stage.line.nothing_else()
    assert stage.call().end == "connected"
    assert stage.case().responded_at is not None
