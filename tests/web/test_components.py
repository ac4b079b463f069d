"""The components that every page is made of: what they say, in both languages, and what they never let through."""

import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, engines
from django.test import RequestFactory
from django.utils import timezone, translation

from chainhub.core.sentences import sentence
from chainhub.web import formats, markdown, pictures
from chainhub.web.texts import TEXTS, script_texts
from chainhub.web.views.gallery import gallery


def shown(source: str, **context: Any) -> str:
    engine = engines["django"].engine  # type: ignore[attr-defined]
    return engine.from_string(source).render(Context(context))


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


def an_organization(**values: Any) -> SimpleNamespace:
    known = {
        "name": "Anvil Steel",
        "short_name": "Anvil",
        "colour": 3,
        "get_absolute_url": lambda: "/organizations/anvil/",
    }
    return SimpleNamespace(**{**known, **values})


def test_organization_is_shown_by_colour_and_short_name():
    html = shown("{% org_badge one %}", one=an_organization())
    assert 'class="org org-3 "' in html
    assert 'href="/organizations/anvil/"' in html
    assert plain(html) == "Anvil"


def test_organization_name_cannot_bring_markup():
    html = shown("{% org_badge one %}", one=an_organization(short_name="<script>x</script>"))
    assert "<script>" not in html


@pytest.mark.parametrize(("status", "look"), [("failed", "is-bad"), ("running", "is-accent"), ("succeeded", "is-good")])
def test_state_has_colour_and_words(status: str, look: str):
    job = SimpleNamespace(status=status, get_status_display=status.title)
    html = shown("{% status_badge job %}", job=job)
    assert look in html
    assert plain(html) == status.title()


def test_sizes_and_counts_are_humanized_and_exact_on_hover():
    html = shown("{% size_of n %} {% count_of m %}", n=1_234_567_890, m=1_234_567)
    assert plain(html) == "1.23 GB 1.23M"
    assert 'title="1,234,567,890 bytes"' in html
    assert 'title="1,234,567"' in html


def test_chinese_counts_by_ten_thousands():
    with translation.override("zh-hans"):
        assert formats.count(12_345) == "1.23万"
        assert formats.count(123_456_789) == "1.23亿"
        assert formats.duration(3725) == "1 小时 2 分"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0, "0"),
        (0.93137, "0.931"),
        (1234.5678, "1,235"),
        (12, "12"),
        (3.2e-12, "3.20e-12"),
    ],
)
def test_measured_values_show_three_digits(value: float | None, text: str):
    assert formats.number(value) == text


def test_time_is_relative_with_the_instant_for_the_browser():
    moment = timezone.now() - timedelta(hours=3)
    html = shown("{% ago moment %}", moment=moment)
    assert plain(html) == "3 hours ago"
    assert f'datetime="{moment.isoformat()}"' in html
    with translation.override("zh-hans"):
        assert plain(shown("{% ago moment %}", moment=moment)) == "3 小时前"


def test_hash_is_short_and_copies_whole():
    html = shown("{% hash_of value %}", value="a" * 64)
    assert plain(html) == "Copy " + "a" * 8
    assert f'data-copy="{"a" * 64}"' in html


def test_stored_sentence_is_read_in_the_readers_language():
    stored = sentence("It is %(now)s and cannot become %(then)s.", now="running", then="draft")
    assert shown("{% sentence one %}", one=stored) == "It is running and cannot become draft."


def test_markdown_brings_no_script():
    html = markdown.to_html(
        "---\nlicense: mit\n---\n# Card\n<script>x</script>\n[a](javascript:alert(1)) ![i](/x.png)\n"
    )
    assert html.startswith("<h1>Card</h1>")
    assert "<script" not in html
    assert "<img" not in html
    assert not re.search(r'href="javascript', html)


def test_histogram_draws_many_bins_as_few_and_shows_what_is_missing():
    html = pictures.histogram(range(200), missing=5, label="age")
    assert html.count("<rect") == pictures.BARS + 1
    assert 'class="missing"' in html
    assert 'aria-label="age"' in html


def test_empty_pictures_do_not_fail():
    assert "<svg" in pictures.histogram([])
    assert "polyline" not in pictures.sparkline([None, 1.0])
    assert 'width="0.0"' in pictures.bar(None)


class Sample(forms.Form):
    epochs = forms.IntegerField(label="Epochs", min_value=1, help_text="How often.")
    fields_used = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    slope = forms.FloatField(required=False)


def test_field_tells_its_help_and_error_to_everybody():
    html = shown("{% field form.epochs %}", form=Sample({"epochs": "0"}))
    assert 'aria-describedby="id_epochs-help id_epochs-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_epochs-error"' in html
    assert 'class="input"' in html


def test_a_day_is_written_beside_the_browsers_control():
    def field(**initial: date) -> str:
        form = Sample(initial=initial)
        form.fields["day"] = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        return plain(shown("{% field form.day %}", form=form))

    assert field(day=date(2026, 3, 4)).endswith("2026-03-04")
    with translation.override("zh-hans"):
        assert field().endswith("年-月-日")


def test_field_that_depends_on_another_says_on_which():
    form = Sample()
    form.fields["slope"].when_field = "activation"  # type: ignore[attr-defined]
    form.fields["slope"].when_value = "relu|tanh"  # type: ignore[attr-defined]
    html = shown("{% field form.slope %}", form=form)
    assert 'data-when-field="activation" data-when-value="relu|tanh"' in html


def test_choices_become_a_list_to_check():
    html = shown("{% field form.fields_used %}", form=Sample())
    assert "data-checklist" in html
    assert html.count('type="checkbox"') == 1


def test_chart_data_cannot_end_its_own_element():
    html = shown('{% chart "bars" data title="T" id="c" %}', data={"categories": ["</script><b>"], "series": []})
    assert "</script><b>" not in html
    assert 'data-chart="bars" data-source="c"' in html


def test_pager_keeps_the_other_filters():
    request = RequestFactory().get("/", {"status": "failed", "page": "2"})
    html = shown("{% pager page %}", page=Paginator(range(50), 10).page(2), request=request)
    assert "?status=failed&amp;page=3" in html
    assert 'aria-current="page"' in html


def test_tab_is_an_address_and_forgets_the_page():
    request = RequestFactory().get("/d/", {"tab": "jobs", "page": "3", "q": "x"})
    html = shown('{% tab "jobs" "Jobs" count=2 %}{% tab "data" "Data" default=True %}', request=request)
    assert 'href="?tab=jobs&amp;q=x" aria-current="page"' in html
    assert 'href="?q=x"' in html


def test_scripts_get_their_sentences_in_the_readers_language():
    english = script_texts()
    with translation.override("zh-hans"):
        chinese = script_texts()
    assert set(english) == set(chinese) == set(TEXTS)
    assert chinese["copied"] == "已复制"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_gallery_shows_every_component(language: str):
    request = RequestFactory().get("/_gallery/")
    request.user = AnonymousUser()
    request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
    with translation.override(language):
        html = gallery(request).content.decode()
    assert html.count("data-chart=") == 14
    assert not re.search(r"\son\w+=|\sstyle=|<script(?![^>]*(?:src=|application/json))", html)


def test_data_of_a_picture_survives_a_swap_and_ends_no_element_early():
    html = shown('{% json_data value "numbers" %}', value={"name": "</template><script>"})
    assert html.count("<") == 2
    assert html.startswith('<template id="numbers">')
    assert "<script" not in html
