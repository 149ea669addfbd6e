"""Every chart says the truth, in both languages, wide and on a phone; read from its axes, not its pixels."""

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from flask_babel import force_locale
from matplotlib.text import Text

from tracker import clock
from tracker.assessment.duties import DUTIES
from tracker.assessment.indicators import PARTS
from tracker.assessment.rules import DEFAULT_SCHEME, Outcome
from tracker.assessment.scoring import SCORES
from tracker.charts import render, style
from tracker.charts.catalogue import CHARTS
from tracker.charts.compliance import compliance
from tracker.charts.illness import TREND, trend, wilson
from tracker.charts.marks import nothing_yet, wrapped
from tracker.charts.queries import question
from tracker.charts.scores import standings
from tracker.charts.words import Words
from tracker.charts.zones import PEOPLE, keepers, zone_days
from tracker.config import LANGUAGES
from tracker.disinfection.frames import TASKS
from tracker.disinfection.outcome_frames import outcomes
from tracker.facts.frames import ILLNESS_ABSENCE
from tracker.school.rules import week_number

DAYS = [day.date() for day in pd.date_range("2026-09-01", "2026-10-16") if day.day_of_week < 5]
DAYS = [day for day in DAYS if not date(2026, 10, 1) <= day <= date(2026, 10, 7)]
SILENT = DAYS[7]
CLASSES = {number: f"三({number})班" for number in range(1, 13)}


def weeks(days) -> list[int]:
    return [week_number(day, DAYS[0]) for day in days]


def illness(ill=lambda number: 5 + number % 3, days=DAYS):
    counted = ILLNESS_ABSENCE.frame(
        (day, 12, 0, None, None) if day == SILENT else (day, 12, 12, 400, ill(number))
        for number, day in enumerate(days)
    )
    return trend(counted, pd.Series(weeks(days)))


def hygiene(outcome_of=lambda class_id, number: "on_time", days=DAYS[-20:], classes=CLASSES):
    due = datetime(2026, 9, 1, tzinfo=UTC)
    rows = [
        (class_id, day, "hygiene", f"zone:{class_id}:15:40", due, due, outcome, 2, 2, 0, 0)
        for class_id in classes
        for number, day in enumerate(days)
        if (outcome := outcome_of(class_id, number))
    ]
    on = pd.DataFrame({"on": pd.Series(days, dtype="datetime64[s]"), "week": weeks(days)})
    return compliance(DUTIES.frame(rows), list(classes), on)


def scored(rows=None):
    """Classes as (id, group, standing, score, rank)."""
    rows = rows or [
        (number, ("lower", "middle", "upper")[number % 3], "ranked", f"9{9 - number // 3}.5", number // 3 + 1)
        for number in CLASSES
    ] + [(21, "upper", "too_few_days", "88.0", None), (22, "lower", "exempt", "70.0", None)]
    frame = SCORES.frame(
        (of, group, 5, standing, Decimal(score), rank) for of, group, standing, score, rank in rows
    )
    parts = PARTS.frame((row[0], "screening_on_time", 10, 1, 1) for row in rows)
    return standings(frame, parts, [row[0] for row in rows], DEFAULT_SCHEME, 5)


def task_frame(zones, days=DAYS[-20:]):
    """Of each zone one task a day; the zones are kept by departments 1 to 3 in turn."""
    now = datetime(2026, 10, 16, 12, tzinfo=UTC)
    tasks = []
    for zone in zones:
        for number, day in enumerate(days):
            due = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
            turn = (zone * 5 + number * 3) % 11
            finished = {0: None, 1: due + timedelta(hours=2)}.get(turn, due)
            done, not_done = (0, 1) if turn == 2 else (1, 0)
            tasks.append(
                (
                    *(zone, None, zone % 3 + 1, day, "08:00", due, due, due + timedelta(hours=3), finished),
                    *(1, done, not_done, 0, False, False, False),
                )
            )
    return outcomes(TASKS.frame(tasks), now)


def swept(zones=range(1, 13)):
    days = DAYS[-20:]
    on = pd.DataFrame({"on": pd.Series(days, dtype="datetime64[s]"), "week": weeks(days)})
    return zone_days(task_frame(zones), list(zones), on)


def kept(rows=range(1, 13)):
    return keepers(task_frame(rows), [1, 2, 3])


FULL = {
    "illness-absence": illness(lambda number: 5 + 20 * (20 <= number < 26)),
    "disinfection-compliance": hygiene(
        lambda class_id, number: [*["on_time"] * 9, "late", "missed", "excused", "pending", ""][
            (class_id * 5 + number * 3) % 14
        ]
    ),
    "disinfection-zones": swept(),
    "disinfection-departments": kept(),
    "class-scores": scored(),
}
EMPTY = {
    "illness-absence": trend(ILLNESS_ABSENCE.frame(), pd.Series([], dtype="int64")),
    "disinfection-compliance": hygiene(classes={}),
    "disinfection-zones": swept(zones=[]),
    "disinfection-departments": kept(rows=[]),
    "class-scores": scored().iloc[:0],
}
LABELS = {**CLASSES, 21: "五(1)班", 22: "一(10)班"}


def words_of(name, language="en") -> Words:
    """What a chart says, with the classes of these tests."""
    with force_locale(language):
        found = CHARTS[name].words(question(None, clock.today(), clock.now()))
        return Words(found.language, found.phrases, LABELS)


def drawn(name, frame=None, language="en", size=style.WIDE):
    return CHARTS[name].draw(FULL[name] if frame is None else frame, words_of(name, language), size)


def texts(figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text) if text.get_text())


def line(figure, label):
    return next(one for one in figure.axes[0].lines if one.get_label() == label)


@pytest.mark.parametrize("frames", [FULL, EMPTY], ids=["full", "empty"])
@pytest.mark.parametrize("size", style.SIZES.values(), ids=list(style.SIZES))
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_drawn_in_every_language(app, name, language, size, frames):
    """A glyph that the font has not is a warning, and warnings are errors."""
    words = words_of(name, language)
    assert render._draw(CHARTS[name], frames[name], words, "svg", size).count(b"<use") > 5
    assert CHARTS[name].alt(frames[name], words).strip()


@pytest.mark.parametrize("size", style.SIZES.values(), ids=list(style.SIZES))
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTS)
def test_no_word_leaves_the_page(app, name, language, size):
    figure = drawn(name, language=language, size=size)
    figure.draw_without_rendering()
    edge = figure.bbox
    for text in figure.findobj(Text):
        if text.get_text() and text.get_visible():
            box = text.get_window_extent()
            inside = (
                box.x0 >= edge.x0 - 1
                and box.x1 <= edge.x1 + 1
                and box.y0 >= edge.y0 - 1
                and box.y1 <= edge.y1 + 1
            )
            assert inside, text.get_text()


@pytest.mark.parametrize("name", CHARTS)
def test_an_empty_frame_says_nothing_yet(app, name):
    words = words_of(name)
    figure = CHARTS[name].draw(EMPTY[name], words, style.WIDE)
    assert words.say("nothing") in texts(figure)
    assert CHARTS[name].alt(EMPTY[name], words) == words.say("nothing")


@pytest.mark.parametrize("name", CHARTS)
def test_a_table_is_even_and_has_a_head(app, name):
    for frame in (FULL[name], EMPTY[name]):
        rows = CHARTS[name].table(frame, words_of(name))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert all(isinstance(cell, str) and cell for row in rows for cell in row)


def test_words_are_plain_text(app):
    for name in CHARTS:
        assert {type(phrase) for phrase in words_of(name).phrases.values()} == {str}


# Absence through illness


def test_a_mean_is_sum_over_sum_of_five_school_days_and_leaves_a_silent_day_out():
    frame = illness(lambda number: number)
    at = DAYS.index(SILENT)
    assert np.isnan(frame["rate"].iloc[at])
    numbers = [at - 4, at - 3, at - 2, at - 1]
    assert frame["mean"].iloc[at] == pytest.approx(sum(numbers) / (4 * 400))
    assert frame["mean"].iloc[at + 6] == pytest.approx(sum(range(at + 2, at + 7)) / (5 * 400))


def test_wilson_s_interval_is_the_known_one():
    low, high = wilson(pd.Series([10.0, 0.0]), pd.Series([100.0, 50.0]))
    assert list(low.round(4)) == [0.0552, 0.0]
    assert list(high.round(4)) == [0.1744, 0.0714]


def test_a_silent_day_is_a_cross_off_the_scale_and_never_a_zero(app):
    figure = drawn("illness-absence")
    cross = line(figure, "silent")
    assert list(cross.get_xdata()) == [DAYS.index(SILENT)]
    assert cross.get_marker() == "x"
    assert cross.get_ydata()[0] < 0
    assert np.isnan(line(figure, "day").get_ydata()[DAYS.index(SILENT)])
    assert 0 not in line(figure, "day").get_ydata()


def test_the_axis_begins_at_zero_and_days_without_school_take_no_room(app):
    figure = drawn("illness-absence")
    assert figure.axes[0].get_ylim()[0] == 0
    assert list(line(figure, "day").get_xdata()) == list(range(len(DAYS)))


@pytest.mark.parametrize(
    ("ill", "verdict"),
    [
        (lambda number: 5, "about the term's mean (1.3%)"),
        (lambda number: 0, "about the term's mean (0.0%)"),
        (lambda number: 20 if number > 24 else 5, "above the term's mean"),
        (lambda number: 1 if number > 24 else 12, "below the term's mean"),
    ],
)
def test_the_headline_is_made_by_rule(app, ill, verdict):
    frame = illness(ill)
    assert verdict in texts(drawn("illness-absence", frame)).replace("\n", " ")
    assert verdict.split(" (")[0] in CHARTS["illness-absence"].alt(frame, words_of("illness-absence"))


@pytest.mark.parametrize("ill", [0, 5])
def test_a_level_term_has_no_peak(app, ill):
    frame = illness(lambda number: ill)
    assert "Peak" not in texts(drawn("illness-absence", frame))
    assert "highest" not in CHARTS["illness-absence"].alt(frame, words_of("illness-absence"))


def test_in_the_first_two_weeks_nothing_is_compared(app):
    frame = illness(days=DAYS[:6])
    assert "over the last five school days" in texts(drawn("illness-absence", frame))


def test_the_sentence_has_the_numbers(app):
    sentence = CHARTS["illness-absence"].alt(illness(lambda number: 4), words_of("illness-absence"))
    assert "1.0% (20 of 2,000 student days)" in sentence
    assert "School days without any report: 1." in sentence


def test_the_table_is_newest_first_and_a_silent_day_has_dashes(app):
    head, first, *rest = CHARTS["illness-absence"].table(FULL["illness-absence"], words_of("illness-absence"))
    assert len(rest) == len(DAYS) - 1
    assert first[0] == "2026-10-16 Fri"
    [silent] = [row for row in rest if row[0].startswith(str(SILENT))]
    assert silent[1:5] == ["0 / 12", "–", "–", "–"]
    assert len(head) == len(first)


def test_an_empty_trend_has_the_columns_of_a_full_one():
    assert EMPTY["illness-absence"].dtypes.to_dict() == TREND.frame().dtypes.to_dict()


# Disinfection


def cells(figure):
    return figure.axes[0].images[0].get_array()


@pytest.mark.parametrize(
    ("outcome", "kind", "sign"),
    [
        ("on_time", 1, None),
        ("excused", 1, None),
        ("late", 2, "△"),
        ("missed", 3, "1"),
        ("not_done", 3, "1"),
        ("pending", 4, None),
        ("", 0, None),
    ],
)
def test_each_outcome_is_told_by_colour_and_sign(app, outcome, kind, sign):
    frame = hygiene(lambda class_id, number: outcome if (class_id, number) == (2, 3) else "on_time")
    figure = drawn("disinfection-compliance", frame)
    assert cells(figure)[1, 3] == kind
    assert [text.get_text() for text in figure.axes[0].texts if text.get_position() == (3, 1)] == (
        [sign] if sign else []
    )


def test_an_excuse_looks_like_any_duty_done():
    assert hygiene(lambda class_id, number: "excused").equals(hygiene())


def test_every_outcome_is_counted_somewhere():
    for outcome in Outcome:
        frame = hygiene(lambda class_id, number, outcome=outcome: outcome)
        assert frame["due"].sum() + frame["pending"].sum() == len(CLASSES) * 20


def test_the_class_that_left_most_undone_is_named_if_it_is_one(app):
    words = words_of("disinfection-compliance")
    one = hygiene(lambda class_id, number: "missed" if class_id == 4 and number < 2 else "on_time")
    two = hygiene(lambda class_id, number: "missed" if class_id in (4, 5) and number < 2 else "on_time")
    alt = CHARTS["disinfection-compliance"].alt
    assert "238 were done on time (99.2%), 0 late, 2 not at all; most of these in 三(4)班: 2." in alt(
        one, words
    )
    assert alt(two, words).endswith("4 not at all.")
    assert alt(hygiene(), words) == "All 240 disinfection tasks due were done on time."


def test_classes_stand_in_the_order_of_the_list_and_one_without_a_zone_is_left_out(app):
    frame = hygiene(lambda class_id, number: "" if class_id == 1 else "on_time")
    labels = [label.get_text() for label in drawn("disinfection-compliance", frame).axes[0].get_yticklabels()]
    assert labels == [CLASSES[number] for number in range(2, 13)]


def test_the_heat_map_is_one_picture_inside_the_svg(app):
    svg = render._draw(
        CHARTS["disinfection-compliance"],
        FULL["disinfection-compliance"],
        words_of("disinfection-compliance"),
        "svg",
        style.WIDE,
    ).decode()
    assert svg.count("<image") == 1


# Scores


def test_a_panel_per_group_on_one_scale_best_first(app):
    figure = drawn("class-scores")
    assert len(figure.axes) == 3
    assert len({axes.get_xlim() for axes in figure.axes}) == 1
    for axes in figure.axes:
        [ranked] = [one for one in axes.lines if one.get_label() == "ranked"]
        assert list(ranked.get_xdata()) == sorted(ranked.get_xdata(), reverse=True)


def test_who_is_not_ranked_is_hollow_and_the_exempt_show_no_score(app):
    figure = drawn("class-scores")
    upper = figure.axes[2]
    [hollow] = [one for one in upper.lines if one.get_label() == "unranked"]
    assert (list(hollow.get_xdata()), hollow.get_markerfacecolor()) == ([88.0], style.PAPER)
    assert "70" not in texts(figure).split()
    assert "Exempt this week" in texts(figure)


@pytest.mark.parametrize(
    ("scores", "headline"),
    [
        (["98.0", "97.0", "96.0"], "Most classes are within one late check"),
        (["98.0", "95.5", "80.0", "70.0", "60.0"], "2 of 5 classes are within one late check"),
    ],
)
def test_the_headline_counts_who_is_close_to_the_best(app, scores, headline):
    frame = scored(
        [(number, "lower", "ranked", score, number) for number, score in enumerate(scores, start=1)]
    )
    assert frame["late_check"].iloc[0] == 2.5
    assert headline in texts(drawn("class-scores", frame))


def test_the_band_reaches_from_one_late_check_below_the_best_ranked_class_to_it(app):
    frame = scored([(1, "lower", "ranked", "96.0", 1), (2, "lower", "too_few_days", "99.0", None)])
    [band] = drawn("class-scores", frame).axes[0].patches
    assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((93.5, 96.0))


def test_a_week_without_ranks_says_so(app):
    frame = scored([(1, "lower", "too_few_days", "98.0", None)])
    assert "Week 5 is not ranked yet" in texts(drawn("class-scores", frame))
    assert CHARTS["class-scores"].alt(frame, words_of("class-scores")).endswith("The week is not ranked yet.")


def test_a_week_with_nothing_but_an_exempt_class_is_nothing_yet(app):
    frame = scored([(1, "lower", "exempt", "98.0", None)])
    assert "Nothing was due this week yet." in texts(drawn("class-scores", frame))


def test_equals_share_the_sentence(app):
    frame = scored([(1, "lower", "ranked", "98.0", 1), (2, "lower", "ranked", "98.0", 1)])
    assert "Lower grades: highest 三(1)班 and 三(2)班, 98.0." in CHARTS["class-scores"].alt(
        frame, words_of("class-scores")
    )


# Rendering


@pytest.mark.parametrize(("name", "form"), [*((name, "svg") for name in CHARTS), ("illness-absence", "png")])
def test_the_same_question_gives_the_same_bytes(app, name, form):
    words = words_of(name)
    first, second = (render._draw(CHARTS[name], FULL[name], words, form, style.NARROW) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", CHARTS)
def test_a_picture_survives_a_strict_content_policy(app, name):
    svg = render._draw(CHARTS[name], FULL[name], words_of(name), "svg", style.WIDE).decode()
    root = ET.fromstring(svg)
    names = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert not {"style", "script"} & set(names)
    assert not any("style" in element.attrib for element in root.iter())
    fills = {element.get("fill") for element in root.iter()}
    assert style.PAPER in fills, "a white page"
    assert len(fills) > 3


def test_a_tag_changes_with_the_language_the_data_the_size_and_the_form(app):
    chart, frame = CHARTS["class-scores"], FULL["class-scores"]
    english, chinese = words_of("class-scores"), Words("zh_Hans", {}, {})
    tags = {
        render.etag_of(chart, frame, english, "svg", style.WIDE),
        render.etag_of(chart, frame, chinese, "svg", style.WIDE),
        render.etag_of(chart, frame, english, "png", style.WIDE),
        render.etag_of(chart, frame, english, "svg", style.NARROW),
        render.etag_of(chart, frame.iloc[:-1], english, "svg", style.WIDE),
    }
    assert len(tags) == 5


def test_pictures_are_remembered_but_not_for_ever(app, monkeypatch):
    monkeypatch.setattr(render, "_draw", lambda *asked: b"drawn")
    monkeypatch.setattr(render, "_drawn", type(render._drawn)())
    words = words_of("illness-absence")
    for number in range(1, render.REMEMBERED + 5):
        frame = FULL["illness-absence"].assign(due=number)
        render.picture(CHARTS["illness-absence"], frame, words, "svg", style.WIDE)
    assert len(render._drawn) == render.REMEMBERED


def test_lines_break_between_chinese_characters_and_not_before_a_stop(app):
    style.load()
    lines = wrapped("全校因病缺勤率，九月一日；灰点=每日 mean of five", 12, 90)
    assert "".join(lines).replace(" ", "") == "全校因病缺勤率，九月一日；灰点=每日meanoffive"
    assert not any(one.startswith(("，", "；", "。")) for one in lines)


def test_rare_names_and_signs_have_glyphs(app):
    figure = nothing_yet(style.WIDE, "三(2)班 37.3℃ ≥ 䶮𬀩", "☑ ✔ △ × – ½")
    figure.canvas.draw()


# Disinfection by zone and by department
def test_every_task_of_a_zone_is_one_of_four_and_a_zone_asked_for_nothing_is_left_out(app):
    frame = swept()
    assert (frame[["on_time", "late", "not_done", "pending"]].sum(axis=1) == 1).all()
    lonely = zone_days(task_frame([3, 4]), [4, 9, 3], frame[["on", "week"]].drop_duplicates())
    assert list(dict.fromkeys(lonely["class_id"])) == [4, 3]


def test_what_people_do_by_name_is_no_task_of_a_class():
    tasks = task_frame([3]).assign(department_id=pd.array([pd.NA] * len(task_frame([3])), "Int64"))
    named, of_class = (
        keepers(tasks.assign(class_id=pd.array([class_id] * len(tasks), "Int64")), [1])
        for class_id in (pd.NA, 7)
    )
    assert (list(named["keeper"]), list(of_class["keeper"])) == ([PEOPLE], [0])


def test_a_department_has_the_share_of_what_was_due_and_the_sums_close(app):
    frame, zones = kept(), swept()
    assert list(frame["keeper"]) == [1, 2, 3]
    assert frame["due"].sum() == zones["due"].sum() == 240 - zones["pending"].sum()
    figure = drawn("disinfection-departments", frame)
    widths = [bar.get_width() for bar in figure.axes[0].containers[1]]
    assert widths == [row.on_time / row.due for row in frame.itertuples()]
