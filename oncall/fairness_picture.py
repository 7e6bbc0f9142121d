"""The spread of duty as a picture: bars for what people bore, a mark where the fair share lies. SVG, and plain text.

The SVG holds no script, no style sheet and no address of anything; every bar says its figures in words as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from xml.sax.saxutils import escape

from oncall.fairness import Fairness, Share, Spread
from oncall.reports import PersonDuty

BAR_WIDTH = 420
ROW_HEIGHT = 44
LEFT = 170
TOP = 64
WIDTH = LEFT + BAR_WIDTH + 200
HOUR = timedelta(hours=1)

NAME_LENGTH = 20
"""Letters that fit between the edge and the bars."""

INK, FAINT, DAY, NIGHT, MARK = "#1b1f24", "#57606a", "#2f6fab", "#16324f", "#b3261e"
"""Colours whose contrast on white is at least 4.5 to 1."""

ROUNDED_AWAY = 0.05
"""A difference that is written as 0.0."""

TEXT_BAR = 40
"""Characters of the longest bar on a terminal."""


def fairness_svg(fair: Fairness, title: str, names: Mapping[str, str]) -> str:
    """Draw hours with their nights, one row for each person; `names` says what to call whom, else the key is written."""
    spread = fair.of("hours")
    scale = _scale(spread, BAR_WIDTH)
    rows = zip(_people(fair, spread), spread.shares, strict=True)
    drawn = [line for place, row in enumerate(rows) for line in _svg_row(place, *row, scale, names)]
    height = TOP + ROW_HEIGHT * len(spread.shares) + 24
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">'
    return "\n".join([head, *_svg_frame(title, summary(spread, names), height), *drawn, "</svg>"]) + "\n"


def _svg_frame(title: str, says: str, height: int) -> Iterator[str]:
    yield f"<title>{escape(title)}</title><desc>{escape(says)}</desc>"
    yield f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    yield _words(16, 26, title, INK, 16)
    yield _words(16, 46, f"{says} Dark: nights. Mark: fair share.", FAINT, 12)


def _svg_row(place: int, person: PersonDuty, share: Share, scale: float, names: Mapping[str, str]) -> Iterator[str]:
    y = TOP + place * ROW_HEIGHT
    long, dark, mark = (scale * hours for hours in (share.actual, person.time.nights / HOUR, share.fair))
    yield _words(16, y + 15, _short(names.get(person.technician, person.technician)), INK, 13)
    yield f'<rect x="{LEFT}" y="{y}" width="{long:.1f}" height="20" fill="{DAY}"/>'
    yield f'<rect x="{LEFT}" y="{y}" width="{dark:.1f}" height="20" fill="{NIGHT}"/>'
    yield f'<rect x="{LEFT + mark - 1:.1f}" y="{y - 4}" width="2" height="28" fill="{MARK}"/>'
    yield _words(LEFT, y + 34, _figures(person), FAINT, 11)
    yield _words(LEFT + BAR_WIDTH + 12, y + 15, f"{share.actual:.1f} h ({share.above:+.1f})", INK, 12)


def _short(name: str) -> str:
    """Cut a name to the room that it has beside its bar."""
    return name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 3].rstrip() + "..."


def _words(x: int, y: int, text: str, colour: str, size: int) -> str:
    place = f'x="{x}" y="{y}" font-family="sans-serif" font-size="{size}" fill="{colour}"'
    return f"<text {place}>{escape(text)}</text>"


def fairness_lines(fair: Fairness, names: Mapping[str, str]) -> list[str]:
    """Write the same for a terminal in plain characters: `#` bore, `|` fair share, and a line for each measure."""
    spread = fair.of("hours")
    scale = _scale(spread, TEXT_BAR)
    width = max((len(names.get(s.technician, s.technician)) for s in spread.shares), default=0)
    lines = [
        f"{names.get(share.technician, share.technician):<{width}}  {_text_bar(share, scale)}  "
        f"{share.actual:.1f} h, fair {share.fair:.1f} ({share.above:+.1f}); {_figures(person)}"
        for person, share in zip(_people(fair, spread), spread.shares, strict=True)
    ]
    return [*lines, *(summary(spread, names) for spread in fair.spreads if spread.excess is not None)]


def _text_bar(share: Share, scale: float) -> str:
    bar = ("#" * round(share.actual * scale)).ljust(TEXT_BAR + 1)
    mark = round(share.fair * scale)
    return bar[:mark] + "|" + bar[mark + 1 :]


def summary(spread: Spread, names: Mapping[str, str]) -> str:
    """Say one measure's figure as a sentence."""
    if spread.excess is None:
        return f"{spread.measure.capitalize()}: none."
    return f"{spread.measure.capitalize()}: {spread.excess:.0%} would have to change hands.{_farthest(spread, names)}"


def _farthest(spread: Spread, names: Mapping[str, str]) -> str:
    far = spread.farthest
    if far is None or abs(far.above) < ROUNDED_AWAY:
        return ""
    unit = "" if spread.measure == "calls" else " h"
    return f" Farthest: {names.get(far.technician, far.technician)}, {far.above:+.1f}{unit}."


def _scale(spread: Spread, longest: int) -> float:
    most = max((max(share.actual, share.fair) for share in spread.shares), default=0.0)
    return longest / most if most else 0.0


def _people(fair: Fairness, spread: Spread) -> Iterable[PersonDuty]:
    known = {person.technician: person for person in fair.duty.people}
    return [known[share.technician] for share in spread.shares]


def _figures(person: PersonDuty) -> str:
    time = person.time
    parts = (("nights", time.nights), ("weekends", time.weekends), ("holidays", time.holidays))
    hours = ", ".join(f"{name} {length / HOUR:.1f} h" for name, length in parts)
    return f"{hours}, rang {person.rang}, took {person.taken}"
