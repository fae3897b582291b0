"""The page in a real browser: it opens without a network, and can be sorted, filtered and read by anybody."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from backend_katas.model import Status
from backend_katas.reports.html import Line, Pair, page

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
_ROWS = "#marks-table tbody tr"
_FEW = """() => {
    for (const [kind, keep] of [["table.heat tbody tr", 12], [".groups > li", 3], [".stories > li", 3]])
        document.querySelectorAll(kind).forEach((each, place) => { if (place >= keep) each.remove(); });
    document.querySelectorAll("details").forEach((each) => { each.open = true; });
}"""


@pytest.fixture(scope="module")
def file(make_class, make_check, make_result, tmp_path_factory):
    """The page of a class of thirty, with all that a page may have."""
    checks = (make_check(), make_check(Status.FAILED, id="b", level="strict", message="</script><b>bold</b>\u202e"))
    hostile = Line(name="<img src=x onerror=alert(1)>", result=make_result(*checks, kata="auth-system"), note="a & b")
    pairs = [
        Pair(one="learner-0001", other="learner-0002", share=0.9, note="app.py"),
        Pair(one="a", other="b", share=0.5),
    ]
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(page([*make_class(30), hostile], title="auth-system", pairs=pairs), encoding="utf-8")
    return path


@pytest.fixture
def visit(chromium, file):
    """Open the page in a browser of its own; at the end, nothing was asked of any network and nothing went wrong."""
    asked: list[str] = []
    wrong: list[str] = []
    contexts = []

    def open_page(**options):
        context = chromium.new_context(**{"viewport": WIDE, "reduced_motion": "reduce"} | options)
        contexts.append(context)
        shown = context.new_page()
        shown.on("request", lambda request: asked.append(request.url))
        shown.on("console", lambda said: wrong.append(said.text))
        shown.on("pageerror", lambda error: wrong.append(f"{error}"))
        shown.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        shown.goto(file.as_uri())
        return shown

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in asked if url.partition("#")[0] != file.as_uri()] == []
    assert wrong == []


def column(shown, number: int) -> list[str]:
    """Return the words of a column of the marks, from top to bottom."""
    cells = shown.locator(f"{_ROWS} > :nth-child({number})")
    return [text.strip() for text in cells.all_inner_texts()]


def visible(shown, selector: str) -> int:
    """Count the elements that can be seen."""
    return shown.locator(f"{selector}:visible").count()


def test_it_sorts_by_any_column(visit):
    """Numbers as numbers, greatest first and then the other way; who has no mark stays last. The head says so."""
    shown = visit()
    head = shown.locator("#marks-table th").nth(2)

    head.get_by_role("button").click()
    down = column(shown, 3)
    expect(head).to_have_attribute("aria-sort", "descending")
    head.get_by_role("button").click()
    up = column(shown, 3)
    expect(head).to_have_attribute("aria-sort", "ascending")
    shown.locator("#marks-table th").nth(0).get_by_role("button").click()
    names = column(shown, 1)

    for found, order in ((down, -1), (up, 1)):
        marks = [float(mark) for mark in found if mark]
        assert marks == sorted(marks, key=lambda mark: order * mark)
        assert found[: len(marks)] == [mark for mark in found if mark]
    assert names == sorted(names)
    assert shown.locator("th[aria-sort]").count() == 1


@pytest.mark.parametrize("table", ["#checks-table", "#alike table"])
def test_other_tables_sort_too(visit, table):
    """Checks and pairs."""
    shown = visit()
    heads = shown.locator(f"{table} th[scope=col]")

    for number in range(heads.count()):
        heads.nth(number).get_by_role("button").click()
        expect(heads.nth(number)).to_have_attribute("aria-sort", re.compile("ending"))


def test_it_filters_by_text_status_and_level(visit):
    """Table and stories alike, and says how many are left."""
    shown = visit()
    told = shown.locator("output[name=shown]")

    shown.get_by_label("text").fill("LEARNER-000")
    expect(told).to_have_text("10 of 31 shown")
    by_text = visible(shown, _ROWS)
    shown.get_by_label("text").fill("")
    shown.get_by_label("status").select_option("did not start")
    by_status = set(column_of_visible(shown))
    shown.get_by_label("status").select_option("")
    shown.get_by_label("lost points in").select_option(label="strict")
    by_level = visible(shown, _ROWS), visible(shown, ".stories > li")
    shown.get_by_label("text").fill("nobody is called so")

    assert by_text == 10
    assert by_status == {"did not start"}
    assert by_level == (1, 1)
    expect(told).to_have_text("0 of 31 shown")


def test_it_finds_words_of_a_story(visit):
    """Who got this answer, or failed that check; whatever is told of a submission."""
    shown = visit()

    shown.get_by_label("text").fill("<B>bold</b>")

    expect(shown.locator("output[name=shown]")).to_have_text("1 of 31 shown")
    assert column_of_visible(shown) == ["failed"]


def column_of_visible(shown) -> list[str]:
    """Return the status of each row that can be seen."""
    return [text.strip() for text in shown.locator(f"{_ROWS}:visible td:nth-child(2)").all_inner_texts()]


def test_a_name_leads_to_its_story(visit):
    """It opens, even where the filter would have hidden it, and the keyboard goes on from there."""
    shown = visit()
    shown.get_by_label("status").select_option("did not start")
    group = shown.locator("#mistakes details").first
    group.locator("summary").click()
    link = group.locator(".who a").first
    name, target = link.inner_text(), link.get_attribute("href")

    link.click()

    story = shown.locator(f"{target}")
    expect(story).to_have_attribute("open", "")
    expect(story.locator("summary").first).to_be_focused()
    expect(story.locator("summary").first).to_be_in_viewport()
    assert name in story.locator("summary").first.inner_text()


def test_a_story_tells_what_happened(visit):
    """Request, answer and log, one more step down."""
    shown = visit()
    story = shown.locator(".stories details:has(.happened)").first
    story.locator("summary").first.click()
    happened = story.locator(".happened").first

    expect(happened.get_by_text("request", exact=True).first).to_be_hidden()
    happened.locator("summary").click()
    for part in ("request", "answer", "the program's log meanwhile", "the last SQL it sent", "why"):
        expect(happened.locator("dt", has_text=part).first).to_be_visible()


def test_the_keyboard_is_enough(visit):
    """Every control is reached by Tab, can be seen to be, and obeys Enter and Space."""
    shown = visit()
    shown.keyboard.press("Tab")
    expect(shown.locator(".skip")).to_be_focused()
    expect(shown.locator(".skip")).to_be_in_viewport()
    shown.locator("#marks-table th button").nth(2).focus()
    shown.keyboard.press("Enter")
    expect(shown.locator("#marks-table th").nth(2)).to_have_attribute("aria-sort", "descending")
    shown.keyboard.press("Space")
    expect(shown.locator("#marks-table th").nth(2)).to_have_attribute("aria-sort", "ascending")
    outline = shown.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    shown.locator("#mistakes summary").first.focus()
    shown.keyboard.press("Enter")
    expect(shown.locator("#mistakes details").first).to_have_attribute("open", "")
    shown.keyboard.press("Tab")
    expect(shown.locator("#mistakes .who a").first).to_be_focused()
    shown.keyboard.press("Enter")
    expect(shown.locator(".stories details[open]")).to_have_count(1)

    assert outline == "solid"


def test_tables_that_scroll_take_the_focus(visit):
    """Else nobody without a mouse could scroll them."""
    shown = visit(viewport=NARROW)
    regions = shown.locator(".scroll")

    for number in range(regions.count()):
        regions.nth(number).focus()
        expect(regions.nth(number)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing(visit, scheme, viewport):
    """WCAG 2.2 AA and best practices, as far as axe-core knows, with all that is there open."""
    shown = visit(color_scheme=scheme, viewport=viewport)
    # A few of each kind: axe looks at each element for seconds, and all the others are made alike.
    shown.evaluate(_FEW)

    found = Axe().run(shown)

    assert found.violations_count == 0, found.generate_report()


def test_a_narrow_window_scrolls_up_and_down_alone(visit):
    """With everything open, and words without a blank in it."""
    shown = visit(viewport=NARROW)
    shown.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    assert shown.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_it_reads_without_scripts(visit):
    """All rows, all stories and no control that would do nothing."""
    shown = visit(java_script_enabled=False)

    assert shown.locator(_ROWS).count() == 31
    assert shown.locator("button:visible, input:visible, select:visible").count() == 0
    shown.locator("#mistakes summary").first.click()
    expect(shown.locator("#mistakes .who").first).to_be_visible()


def test_hostile_words_stay_words(visit):
    """The name of a submission and a message that would be elements, and act."""
    shown = visit()

    assert "<img src=x onerror=alert(1)>" in column(shown, 1)
    assert shown.locator("img, b:text-is('bold')").count() == 0
    assert shown.evaluate("document.scripts.length") == 1


def test_it_prints_what_matters(visit):
    """Marks and mistakes, with colours and without what only a screen can do; stories that are open, and no others."""
    shown = visit(color_scheme="dark")
    shown.locator(".stories summary").first.click()
    shown.emulate_media(media="print", color_scheme="light")

    assert visible(shown, ":is(nav, .filter, .tools, .skip)") == 0
    assert visible(shown, _ROWS) == 31
    assert visible(shown, ".stories > li") == 1
    assert shown.evaluate("getComputedStyle(document.querySelector('.tall')).maxHeight") == "none"


def test_each_sheet_of_paper_has_the_head_of_its_table(visit):
    """Without buttons, which would be left out on all but the first; on the screen they come back."""
    shown = visit()
    buttons = visible(shown, "#marks-table th button")

    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    printed = visible(shown, "#marks-table th button"), column_heads(shown)
    shown.evaluate("dispatchEvent(new Event('afterprint'))")

    assert printed == (0, column_heads(shown))
    assert visible(shown, "#marks-table th button") == buttons > 3
    shown.locator("#marks-table th button").nth(2).click()
    expect(shown.locator("#marks-table th").nth(2)).to_have_attribute("aria-sort", "descending")


def column_heads(shown) -> list[str]:
    """Return the words above the marks."""
    return shown.locator("#marks-table th[scope=col]").all_text_contents()


def test_its_charts_are_told_in_words(visit):
    """As one image with a sentence, and as a table."""
    shown = visit()
    chart = shown.get_by_role("img", name=re.compile("^Marks of"))

    expect(chart).to_have_attribute("aria-label", re.compile("the median is"))
    shown.get_by_text("Marks as a table").click()
    expect(shown.get_by_role("table", name=re.compile("Marks: how many"))).to_be_visible()
