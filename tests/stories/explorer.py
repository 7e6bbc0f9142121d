"""Walks the flow of callers by phone, key by key, and hangs up wherever it gets to.

No clock process runs meanwhile: a call must come to its end by its own webhooks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.tables import CallRow
from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.nodes import Collect, Menu, Node, Record
from ivr_flows.place import Place
from simulator.handset import Handset
from simulator.story import Line, advancing
from tests.stories.stage import SERVICE, Stage

SILENCE, TALK = "silence", "talk"
"""What a caller can do besides pressing keys."""

OVER = "over"
MOST_SECONDS = 90.0
PATIENCE = 3.0
"""How often a silent caller looks where the call is, and when it should have gone on."""

LAST = frozenset({"hold", "goodbye", OVER})
"""Where this walk does not go on."""

Path = tuple[str, ...]
Spot = tuple[str, str]
"""A node, and the lane on which it was reached: from the same question an outage and a small problem go different ways."""


@dataclass(slots=True)
class Explorer:
    """One caller who calls again and again, each time one step further."""

    stage: Stage
    handset: Handset
    calls: list[CallRow] = field(default_factory=list)
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        self.line = Line(self.stage.carrier, advancing(self.stage.carrier, self.stage.clock))

    def explore(self) -> set[str]:
        """Find every node that this caller can get to before the wait; each call made on the way is hung up."""
        start = self.try_path(())
        ways: dict[Spot, Path] = {start: ()}
        ahead = [start]
        while ahead:
            spot = ahead.pop(0)
            for event in events_at(spot[0]):
                path = (*ways[spot], event)
                reached = self.try_path(path)
                if reached not in ways:
                    ways[reached] = path
                    ahead.append(reached)
        return {node for node, _ in ways}

    def try_path(self, path: Path) -> Spot:
        """Call, do what the path says, hang up; returns what was reached."""
        self.handset.dial(SERVICE)
        self.line.waits(0)
        for event in path:
            self.do(event)
        reached = self.spot()
        if self.handset.call is not None:
            self.handset.hang_up()
        self.line.waits(0)
        self.calls.append(self.stage.call())
        return reached

    def do(self, event: str) -> None:
        """Do one thing, and let the call take it."""
        if event == SILENCE:
            self.say_nothing()
        elif event == TALK:
            self.line.waits(8)
            self.handset.say("The scheduler", 2)
            self.line.waits(1)
            self.handset.press("5")
        else:
            self.handset.press(event)
        self.line.waits(0)

    def say_nothing(self) -> None:
        """Wait until the call goes on by itself."""
        before = self.spot()
        for _ in range(int(MOST_SECONDS / PATIENCE)):
            self.line.waits(PATIENCE)
            if self.spot() != before:
                return
        self.line.fail(f"silence at {before} leads nowhere")

    def spot(self) -> Spot:
        """Where the call stands."""
        place = self.stage.call().place
        if self.handset.call is None or place is None:
            return OVER, ""
        found = Place.from_json(place)
        return found.node, found.answers.get("lane", "")


def events_at(name: str) -> Iterator[str]:
    """Everything that a caller may do at a node, but for keys that mean nothing there."""
    if name not in LAST:
        yield from _meant(name, FRONT_DESK.nodes[name])
        yield SILENCE


def _meant(name: str, node: Node) -> Iterator[str]:
    match node:
        case Menu():
            yield from (key.digit for key in node.keys)
            yield from ("2",) if node.offers else ()
        case Collect():
            yield from ("2025550177#",) if "callback" in name or "promise" in name else ("318842", "111111")
            yield "#"
        case Record():
            yield TALK
        case _:
            return
