from xml.etree.ElementTree import fromstring

from oncall.fairness import fairness
from oncall.fairness_picture import fairness_lines, fairness_svg
from oncall.reports import Circumstances
from tests.oncall.written import instant, layer, roster

SVG = "{http://www.w3.org/2000/svg}"
TWO = fairness(
    roster(layer(participants=["a", "b"])), instant("2026-06-01T08:00"), instant("2026-06-04T08:00"), Circumstances()
)


def test_the_picture_is_an_image_without_scripts_or_addresses() -> None:
    drawn = fairness_svg(TWO, "Line", {})
    kinds = {element.tag.removeprefix(SVG) for element in fromstring(drawn).iter()}  # noqa: S314 - our own picture
    assert kinds == {"svg", "title", "desc", "rect", "text"}
    assert "href" not in drawn


def test_the_picture_says_its_figures_in_words() -> None:
    words = [element.text for element in fromstring(fairness_svg(TWO, "Line", {"a": "Ana"})).iter(SVG + "text")]  # noqa: S314 - our own picture
    assert "Ana" in words
    assert "48.0 h (+12.0)" in words
    assert any("17% would have to change hands" in (text or "") for text in words)


def test_a_name_cannot_break_out_of_the_picture() -> None:
    drawn = fairness_svg(TWO, "<script>", {"a": '"><script>alert(1)</script>'})
    assert "<script" not in drawn
    assert fromstring(drawn).find(SVG + "title").text == "<script>"  # type: ignore[union-attr]  # noqa: S314 - our own picture


def test_a_long_name_is_cut_so_that_it_does_not_run_into_its_bar() -> None:
    drawn = fairness_svg(TWO, "Line", {"a": "Maximiliana Featherstonehaugh"})
    assert ">Maximiliana Feath...<" in drawn


def test_longer_bars_are_longer_and_none_leaves_the_picture() -> None:
    widths = [float(e.get("width", 0)) for e in fromstring(fairness_svg(TWO, "x", {})).iter(SVG + "rect")]  # noqa: S314 - our own picture
    whole, first, _, _, second, *_ = widths
    assert whole > first == 2 * second


def test_the_same_in_plain_characters() -> None:
    lines = fairness_lines(TWO, {"a": "Ana"})
    assert lines[0].startswith("Ana  ##############################|#########")
    assert "48.0 h, fair 36.0 (+12.0)" in lines[0]
    assert lines[-2:] == [
        "Hours: 17% would have to change hands. Farthest: Ana, +12.0 h.",
        "Nights: 17% would have to change hands. Farthest: Ana, +4.0 h.",
    ]
    assert all(line.isascii() for line in lines)


def test_a_roster_without_people_draws_nothing_and_does_not_fail() -> None:
    nobody = fairness(
        roster(layer(participants=[])), instant("2026-06-01T08:00"), instant("2026-06-04T08:00"), Circumstances()
    )
    assert "Hours: none." in fairness_svg(nobody, "Line", {})
    assert fairness_lines(nobody, {}) == []
