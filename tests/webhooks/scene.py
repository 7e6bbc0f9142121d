"""Situations in which a flow asks its questions: one caller, one transaction of the house that is never committed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.tables import CallRow
from ivr_flows.events import Answered
from ivr_flows.place import Place
from ivr_flows.questions import Question
from routing import hunt_service
from routing.hunt import LegStatus
from routing.store import hunt_of_call, legs_of
from routing.tables import HuntRow, LegRow, PolicyRow
from tests.stories.stage import MONDAY, Stage
from webhooks.addresses import Addresses
from webhooks.answers import answer
from webhooks.line import Line


@dataclass(slots=True)
class Scene:
    """One transaction of the house, never committed, with one caller in it."""

    stage: Stage
    session: Session
    call: CallRow
    at: datetime = MONDAY
    asked: Question | None = None

    def ask(self, question: Question, leg: LegRow | None = None, /, **answers: str) -> Answered:
        """Answer a question of this caller's call, or of a technician's leg."""
        self.asked = question
        settings = self.stage.runtime.settings
        addresses = Addresses(settings.public_base_url or "")
        line = Line(self.session, self.call, self.at, settings, addresses, leg, self.hunt)
        return answer(line, question, Place("front_desk", "somewhere", answers=answers))

    @property
    def hunt(self) -> HuntRow | None:
        return hunt_of_call(self.session, self.call.sid)

    def policy(self, key: str, value: object) -> None:
        self.session.merge(PolicyRow(key=key, value=value))

    def withholds(self) -> "Scene":
        self.call.from_phone = None
        return self

    def hunted(self) -> HuntRow:
        """An outage is reported; the first handset rings."""
        self.ask(Question.OPEN_CRITICAL, lane="critical", identity="caller_id")
        self.leg().status = LegStatus.RINGING.value
        hunt = self.hunt
        assert hunt is not None
        return hunt

    def leg(self, number: int = 0) -> LegRow:
        hunt = self.hunt
        assert hunt is not None
        return legs_of(self.session, hunt.id)[number]

    def won(self) -> LegRow:
        """The first technician has accepted."""
        self.hunted()
        self.ask(Question.TAKE, self.leg())
        return self.leg()

    def left(self, how: str) -> "Scene":
        """The caller waits no more."""
        hunt = self.hunted()
        hunt_service.caller_leaves(self.session, hunt.id, how, self.at)
        return self

    def ticket(self) -> "Scene":
        self.ask(Question.OPEN_TICKET, severity="low")
        return self

    def later(self, seconds: float) -> "Scene":
        self.at += timedelta(seconds=seconds)
        return self


def asks(question: Question, **answers: str) -> Callable[[Scene], Answered]:
    return lambda scene: scene.ask(question, **answers)


def by_leg(question: Question, first: Callable[[Scene], Any], **answers: str) -> Callable[[Scene], Answered]:
    """After something has happened, the first technician's flow asks."""

    def happens(scene: Scene) -> Answered:
        first(scene)
        return scene.ask(question, scene.leg(), **answers)

    return happens


def after(first: Callable[[Scene], Any], question: Question, **answers: str) -> Callable[[Scene], Answered]:
    """After something has happened, the caller's flow asks."""

    def happens(scene: Scene) -> Answered:
        first(scene)
        return scene.ask(question, **answers)

    return happens


def under(key: str, value: str, question: Question, **answers: str) -> Callable[[Scene], Answered]:
    return after(lambda scene: scene.policy(key, value), question, **answers)


def worse(policy: str) -> Callable[[Scene], Answered]:
    """A ticket became worse, under a policy."""

    def happens(scene: Scene) -> Answered:
        scene.policy("uncovered_critical", policy)
        return scene.ticket().ask(Question.MAKE_CRITICAL, lane="critical", severity="critical")

    return happens


def somebody_else_won(scene: Scene) -> None:
    """Two were rung, and the other one was faster."""
    hunt = scene.hunted()
    own = scene.leg()
    twin = LegRow(hunt_id=hunt.id, token="t" * 32, technician="kim", name="Kim Nakamura", phone=own.phone, wave=9,
                  ring_seconds=20, status="ringing", attempt=1, sequence=0, place_at=scene.at)  # fmt: skip
    scene.session.add(twin)
    scene.session.flush()
    hunt_service.claim(scene.session, twin, scene.at)


def over(scene: Scene) -> None:
    hunt_service.close(scene.session, scene.hunted(), scene.at)


def won_and_gone(scene: Scene) -> None:
    scene.won()
    scene.call.ended_at = scene.at


def gone_without_number(scene: Scene) -> None:
    scene.withholds().won()
    scene.call.ended_at = scene.at


def talked(scene: Scene) -> None:
    """Caller and technician have talked and hung up."""
    scene.won()
    scene.ask(Question.AFTER_QUEUE, queue_result="bridged")


def nobody_rings(scene: Scene) -> None:
    """Everybody was tried, and the next pass of the chase is minutes away."""
    hunt = scene.hunted()
    scene.leg().status = LegStatus.DECLINED.value
    hunt.wave, hunt.chase_pass, hunt.chase_at = 99, 1, scene.at + timedelta(minutes=5)


def on_saturday(scene: Scene) -> Scene:
    """The call came in on a Saturday."""
    scene.at = scene.call.started_at = MONDAY + timedelta(days=5)
    return scene


def nearly_at_the_ceiling(scene: Scene) -> None:
    hunt = scene.hunted()
    hunt.ceiling_at = scene.at + timedelta(seconds=3)


def at_the_ceiling(scene: Scene) -> None:
    scene.hunted()
    scene.later(181)


def next_level_rings(scene: Scene) -> Answered:
    """The technician asks for the next level; whoever is rung then asks whether they are needed."""
    leg = scene.won()
    scene.ask(Question.NEXT_LEVEL, leg)
    rung = scene.session.scalars(select(LegRow).where(LegRow.hunt_id != leg.hunt_id)).one()
    return scene.ask(Question.IS_STILL_NEEDED, rung)


def is_the_manager(scene: Scene) -> None:
    """The case's technician is the only duty manager."""
    scene.won().technician = "maria"
