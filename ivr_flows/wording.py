"""Sentences by id and language, filled with facts.

A placeholder is `{name}` or `{name:form}`; the form `pairs` speaks a number as "1 0, 0 4, 2 8", `digits` as "5 1 7". A
language that lacks a sentence borrows the English one; the tests prove that English lacks none.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.resources import files
from typing import Any

from foundation.ids import spoken_pairs

FALLBACK = "en"
PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)(?::([a-z]+))?\}")


def spoken_digits(number: str) -> str:
    """Digit by digit: "5 1 7". What is no digit is left out."""
    return " ".join(character for character in number if character.isdigit())


def spoken_in_pairs(number: str) -> str:
    """In pairs, with a short rest after each: "1 0, 0 4, 2 8"; an odd digit stands alone at the end."""
    return spoken_pairs("".join(character for character in number if character.isdigit()))


FORMS: Mapping[str, Callable[[str], str]] = {"": str, "pairs": spoken_in_pairs, "digits": spoken_digits}


@dataclass(frozen=True, slots=True)
class PromptBook:
    """Every sentence: language -> id -> text with placeholders."""

    languages: Mapping[str, Mapping[str, str]]

    def language(self, wanted: str) -> str:
        """The language that can be spoken for the one wanted."""
        return wanted if wanted in self.languages else FALLBACK

    def template(self, language: str, prompt: str) -> str:
        """The sentence before facts; empty for an id that no language has."""
        own = self.languages.get(language, {})
        return own.get(prompt) or self.languages[FALLBACK].get(prompt, "")

    def text(self, language: str, prompt: str, facts: Mapping[str, str]) -> str:
        """The sentence with its facts; a fact that is not there is left out, the call goes on."""
        return PLACEHOLDER.sub(partial(_filled, facts), self.template(language, prompt))

    def version(self, language: str, *prompts: str) -> str:
        """Short name of this exact wording, such as "en-3f2a9c01": changes when a word of it changes."""
        words = "\n".join(self.template(language, prompt) for prompt in prompts)
        return f"{language}-{sha256(words.encode()).hexdigest()[:8]}"

    def placeholders(self, prompt: str) -> frozenset[str]:
        """The facts that the sentence needs, in any language."""
        texts = (self.template(language, prompt) for language in self.languages)
        return frozenset(name for text in texts for name, _ in PLACEHOLDER.findall(text))


def _filled(facts: Mapping[str, str], found: re.Match[str]) -> str:
    name, form = found.groups(default="")
    return FORMS.get(form, str)(facts.get(name, ""))


def _flattened(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", str(value)


def read_prompts(text: str) -> dict[str, str]:
    """Sentences by dotted id out of a prompt file. Raises tomllib.TOMLDecodeError for a file that is no TOML."""
    return dict(_flattened(tomllib.loads(text)))


def _shipped() -> PromptBook:
    folder = files("ivr_flows") / "prompts"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return PromptBook({entry.name.removesuffix(".toml"): read_prompts(entry.read_text("utf-8")) for entry in found})


SHIPPED = _shipped()
