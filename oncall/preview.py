"""What a roster will do between two instants, in the shape that `roster preview` prints."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from oncall.coverage import covered
from oncall.layers import Roster
from oncall.resolver import Segment, segments
from oncall.timetable import bare


def preview(roster: Roster, start: datetime, end: datetime) -> dict[str, Any]:
    """Return segments with somebody on duty, each explained, and the gaps; instants are written in UTC with Z."""
    staffed = [segment for segment in segments(roster, start, end) if segment.on_duty]
    return {
        "segments": [
            {"start": written(segment.start), "end": written(segment.end), "on_duty": list(segment.people), "why": why}
            for segment, why in zip(staffed, _reasons(staffed), strict=True)
        ],
        "gaps": [
            {"start": written(gap.start), "end": written(gap.end)} for gap in bare(covered(roster, start, end), staffed)
        ],
    }


def _reasons(staffed: Iterable[Segment]) -> Iterator[list[str]]:
    """Yield the sentences of each segment; a duty that goes on through many segments is put into words once."""
    sentences: dict[int, str] = {}
    for segment in staffed:
        duties = (*segment.on_duty, *segment.later)
        for duty in duties:
            if id(duty) not in sentences:
                sentences[id(duty)] = duty.why
        yield list(dict.fromkeys(sentences[id(duty)] for duty in duties))


def written(at: datetime) -> str:
    """Write an instant as '2026-01-05T14:00:00Z'."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
