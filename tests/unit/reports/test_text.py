import pytest
from markdown_it import MarkdownIt
from markupsafe import Markup

from dulae.reports.text import clean, for_html, for_markdown, mail_masked


def test_control_and_direction_marks_are_taken_out() -> None:
    assert clean("ก\x00ข\u202eค\u200bง\nจ\x9b31m") == "กขคง จ31m"


@pytest.mark.parametrize("number", ["1999900001231", "1-9999-00001-23-1", "1 9999 00001 23 1"])
def test_a_citizen_number_is_masked_however_it_is_written(number: str) -> None:
    assert clean(f"ขอรหัส {number} ด่วน") == "ขอรหัส x-xxxx-xxxxx-23-1 ด่วน"


@pytest.mark.parametrize(
    "text",
    ["1999900001238", "200000000000000", "a1999900001231", "2026-11-22T08:15", "9f1999900001231f9"],
    ids=["wrong check digit", "longer number", "part of a word", "a time", "part of a hash"],
)
def test_other_numbers_stay_as_they_are(text: str) -> None:
    assert clean(text) == text


def test_mail_addresses_keep_two_letters_and_their_domain() -> None:
    assert mail_masked("prapai.s@example.go.th (กองคลัง)") == "pr…@example.go.th (กองคลัง)"
    assert mail_masked("นางสาวมาลี ใจดี") == "นางสาวมาลี ใจดี"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "a | b",
        "**bold** and `code` and ~~gone~~",
        "[link](http://x.example) ![picture](http://x.example/p.png)",
        "# heading",
        "- item",
        "1. item",
        "> quote",
        "_under_ and snake_case_name",
        "back\\slash",
        "&lt;b&gt; &amp; x",
        "---",
        "<http://x.example>",
    ],
)
def test_text_comes_out_of_markdown_as_it_went_in(hostile: str) -> None:
    """Rendered by a Markdown reader, escaped text shows exactly the original characters."""
    html = MarkdownIt("commonmark").enable("table").render(f"{for_markdown(hostile)}\n")
    assert html.startswith("<p>")
    assert "<script" not in html and "<a " not in html and "<img" not in html and "<strong" not in html
    shown = html.removeprefix("<p>").removesuffix("</p>\n")
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        shown = shown.replace(entity, character)
    assert shown == hostile


def test_a_bar_does_not_open_a_new_cell() -> None:
    table = f"| a |\n|---|\n| {for_markdown('x | y')} |\n"
    assert "<td>x | y</td>" in MarkdownIt("commonmark").enable("table").render(table)


def test_what_a_template_made_itself_is_not_escaped_again() -> None:
    assert for_markdown(Markup("**x**")) == "**x**"
    assert for_html(Markup("<b>")) == "<b>"
    assert for_html(3) == 3
    assert for_html("ก\x07") == "ก"
