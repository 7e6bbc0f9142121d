import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from simulator.calls import Source
from simulator.carrier import CallOrder
from simulator.serve import Station
from simulator.terminal import Simulator
from tests.simulator.rig import SAM, SERVICE
from tests.simulator.station import running

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
CALLER = "#caller-phone .phone"
SAMS = '.phone[aria-label="Sam Ortiz\'s phone"]'


@pytest.fixture(scope="module")
def station() -> Iterator[Station]:
    with running() as (station, _notes):
        yield station


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, station: Station) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(station.address)
    page.wait_for_selector("#connection.live")
    yield page
    page.close()
    assert complaints == []


def ring_sam(station: Station) -> None:
    """Have the service call Sam."""
    source = Source(
        twiml="<Response><Gather numDigits='1' timeout='120'><Say>Press 1 to take it.</Say></Gather></Response>"
    )
    with station.engine.holding():
        station.carrier.order_call(CallOrder(SERVICE, SAM, source))


def test_a_caller_presses_keys_and_sees_what_is_heard(page: Page) -> None:
    page.click(f"{CALLER} [data-act=dial]")
    page.wait_for_selector(f"{CALLER} .bubble.in:has-text('Press 1.')")
    page.keyboard.press("1")
    page.wait_for_selector(f"{CALLER} .bubble.key:has-text('1')")
    page.wait_for_selector(f"{CALLER} .bubble.in:has-text('Thanks')")
    page.wait_for_selector(f"{CALLER} .event:has-text('Call ended')")
    page.wait_for_selector(f"{CALLER} [data-act=dial]:visible")


def test_a_ringing_phone_is_seen_announced_reached_and_answered(page: Page, station: Station) -> None:
    ring_sam(station)
    page.click("#ringing button:has-text('Sam Ortiz rings')")
    assert page.inner_text("#announce") == "Sam Ortiz's phone rings"
    assert page.evaluate("document.activeElement.textContent") == "Answer"
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{SAMS} .bubble.in:has-text('Press 1 to take it.')")
    page.wait_for_function("document.activeElement.role === 'log'")
    page.click(f"{SAMS} [data-act=hangup]")
    page.wait_for_selector(f"{SAMS} .state:has-text('Idle')")


def test_a_ringing_phone_can_be_sent_to_voicemail_or_declined(page: Page, station: Station) -> None:
    for act, seen in (("voicemail", "The mailbox talks"), ("decline", "Call ended: busy")):
        ring_sam(station)
        page.click(f"{SAMS} [data-act={act}]")
        page.wait_for_selector(f"{SAMS} .event:has-text('{seen}')")
        if act == "voicemail":
            page.click(f"{SAMS} [data-act=hangup]")


def test_texts_appear_in_the_thread_of_their_phone(page: Page) -> None:
    page.click(f"{SAMS} summary")
    page.fill(f"{SAMS} .text input", "ACK 10428")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{SAMS} .thread .bubble.out:has-text('ACK 10428')")
    page.wait_for_selector(f"{SAMS} .thread .bubble.in:has-text('Noted')")


def test_the_page_fits_a_narrow_screen_and_every_control_has_a_name(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    nameless = page.evaluate("""[...document.querySelectorAll("button, input, select")].filter(
        (each) => !each.textContent.trim() && !each.getAttribute("aria-label") && !each.labels?.length).length""")
    assert nameless == 0


def test_a_choice_of_what_a_phone_does_reaches_the_carrier(page: Page, station: Station) -> None:
    page.select_option(f"{SAMS} .behaviour select", "declines")
    page.wait_for_selector(f"{SAMS} .state:has-text('Declines')")
    state = Simulator(station.address).ask("state")
    assert next(row["behaviour"] for row in state["handsets"] if row["number"] == SAM) == "declines"
    page.select_option(f"{SAMS} .behaviour select", "manual")


def test_a_page_that_comes_late_sees_the_call_that_goes_on(page: Page, station: Station) -> None:
    page.click(f"{CALLER} [data-act=dial]")
    page.wait_for_selector(f"{CALLER} .bubble.in:has-text('Press 1.')")
    page.reload()
    page.wait_for_selector(f"{CALLER} .bubble.in:has-text('Press 1.')")
    assert station.carrier.faults == []
