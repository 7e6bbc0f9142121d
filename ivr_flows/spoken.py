"""How a node is put into words. A menu is made from its keys, so that words and digits cannot drift apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr_flows.nodes import Collect, Key, Keyed, Menu, Style
from ivr_flows.place import Manner, Place
from ivr_flows.turns import Sentence
from ivr_flows.wording import PromptBook

FIRST_AND_NEXT = {
    Style.CHOICE_FIRST: ("menu.choice_first", "menu.choice_first"),
    Style.BRIEF: ("menu.choice_first", "menu.choice_brief"),
    Style.KEYS_FIRST: ("menu.keys_first", "menu.keys_next"),
}
REPROMPTS_WORDED = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """A key as it is offered in this call; `answer` is what it keeps, as (name, value)."""

    digit: str
    then: str
    says: str
    spoken: str = ""
    answer: tuple[str, str] | None = None
    is_emergency: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """Words for one call: the book, its language, its facts and answers."""

    book: PromptBook
    language: str
    facts: Mapping[str, str]

    def words(self, prompt: str, **more: str) -> str:
        """The text of a prompt."""
        return self.book.text(self.language, prompt, {**self.facts, **more})

    def sentence(self, prompt: str) -> Sentence:
        """A prompt as a sentence to say."""
        return Sentence(prompt, self.words(prompt), self.language)


def speaker(book: PromptBook, place: Place) -> Speaker:
    """Who speaks to this call; its language is the fact `language`."""
    return Speaker(book, book.language(place.facts.get("language", "")), {**place.facts, **place.answers})


def choices(menu: Menu, facts: Mapping[str, str]) -> tuple[Choice, ...]:
    """The keys of a menu, with those that come from facts first."""
    return *_offered(menu, facts), *(_fixed(key) for key in menu.keys)


def _fixed(key: Key) -> Choice:
    return Choice(key.digit, key.then, key.says, is_emergency=key.is_emergency)


def _offered(menu: Menu, facts: Mapping[str, str]) -> Iterator[Choice]:
    offers = menu.offers
    if offers is None:
        return
    for number in range(1, offers.most + 1):
        value = facts.get(f"{offers.fact}.{number}")
        if value is None:
            return
        says = offers.first if number == 1 else offers.following
        spoken = facts.get(f"{offers.fact}.{number}.spoken", "")
        yield Choice(str(number), offers.then, says, spoken, (offers.fact, value))


def menu_prompts(menu: Menu) -> tuple[str, ...]:
    """Every prompt id that the wording of a menu is made of, its frame included."""
    own = [menu.prompt] if menu.prompt else []
    offered = [menu.offers.first, menu.offers.following] if menu.offers else []
    frames = [*FIRST_AND_NEXT[menu.style], *(["menu.choice_now"] if any(k.is_emergency for k in menu.keys) else [])]
    return *own, *offered, *(key.says for key in menu.keys), *dict.fromkeys(frames)


def menu_text(menu: Menu, voice: Speaker) -> str:
    """The whole menu as one text: its prompt, then each choice with its key."""
    lead = voice.words(menu.prompt) if menu.prompt else ""
    offered = enumerate(choices(menu, voice.facts))
    parts = [_choice_text(menu.style, choice, voice, is_first=number == 0) for number, choice in offered]
    listed = ", ".join(parts) + "." if parts and menu.style is Style.KEYS_FIRST else " ".join(parts)
    return f"{lead} {listed}".strip()


def _choice_text(style: Style, choice: Choice, voice: Speaker, *, is_first: bool) -> str:
    first, following = FIRST_AND_NEXT[style]
    frame = first if is_first else following
    if choice.is_emergency:
        frame = "menu.choice_now"
    return voice.words(frame, choice=voice.words(choice.says, offered=choice.spoken), key=choice.digit)


def keyed_sentence(node: Keyed, voice: Speaker) -> Sentence:
    """What a node that listens for keys says of itself."""
    if isinstance(node, Collect):
        return voice.sentence(node.prompt)
    name = node.prompt or (node.keys[0].says if node.keys else "menu")
    return Sentence(name, menu_text(node, voice), voice.language)


def reprompts(node: Keyed, place: Place) -> tuple[str, ...]:
    """The prompts said before the node is said again after a miss: each helps more than the last."""
    count, kind = place.misses.silence, "silence"
    if place.manner is Manner.AFTER_WRONG_KEY:
        count, kind = place.misses.wrong, "number" if isinstance(node, Collect) else "wrong"
    elif isinstance(node, Menu) and node.repeats_plainly:
        return ()
    if node.help and count >= REPROMPTS_WORDED:
        return (node.help,)
    return (f"again.{kind}_{min(count, REPROMPTS_WORDED)}",)
