"""What can be refused: a code for programs, facts for people; each edge turns them into TwiML, text or HTTP."""


class SwitchboardError(Exception):
    """Something the house said no to; `code` is stable, `facts` say what it was about."""

    def __init__(self, code: str, **facts: object) -> None:
        """Keep the stable code and the facts that explain this case."""
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        """One line: the code, then the facts in the order in which they were given."""
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}: {told}" if told else self.code


class Refused(SwitchboardError):
    """A rule of the house forbids what was asked."""


class NotFound(SwitchboardError):
    """What was asked for is not on record."""


class Conflict(SwitchboardError):
    """Somebody else was faster, or the record has moved on."""
