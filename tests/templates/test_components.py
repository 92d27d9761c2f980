import re
import xml.etree.ElementTree as ET

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser, User
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import resolve


class RunForm(forms.Form):
    name = forms.CharField(help_text="As it appears in lists.")
    algorithms = forms.MultipleChoiceField(
        choices=[("rf", "Random forest"), ("lr", "Logistic regression")],
        widget=forms.CheckboxSelectMultiple,
        help_text="At least one.",
    )
    shuffle = forms.BooleanField(required=False)


def component(name, request=None, **context):
    return render_to_string(f"components/{name}.html", context, request=request)


def ids(markup):
    return set(re.findall(r'\bid="([^"]+)"', markup))


def test_field_label_names_its_widget():
    markup = component("field", field=RunForm()["name"])

    assert '<label class="form-label required" for="id_name">' in markup
    assert 'id="id_name"' in markup


@pytest.mark.parametrize("name", ["name", "algorithms"])
def test_field_describes_its_widget_by_help_and_error(name):
    markup = component("field", field=RunForm({})[name])

    described = re.search(r'aria-describedby="([^"]+)"', markup)

    assert described
    assert set(described[1].split()) == {f"id_{name}_helptext", f"id_{name}_error"}
    assert set(described[1].split()) <= ids(markup)
    assert "This field is required." in markup


def test_field_of_several_choices_is_a_fieldset_with_a_legend():
    markup = component("field", field=RunForm()["algorithms"])

    assert "<fieldset" in markup
    assert '<legend class="form-label required">Algorithms</legend>' in markup
    assert markup.count('type="checkbox"') == 2


def test_field_of_one_checkbox_has_its_label_beside_it():
    markup = component("field", field=RunForm()["shuffle"])

    assert '<label class="form-check">' in markup
    assert "form-label" not in markup


def test_field_escapes_what_a_user_typed():
    markup = component("field", field=RunForm({"name": '"><script>'})["name"])

    assert "<script>" not in markup


def test_histogram_is_as_high_as_its_largest_count():
    markup = component(
        "histogram",
        bars=[("0 to 10", 3), ("10 to 20", 12), ("20 to 30", 0)],
        label="Age",
    )
    svg = ET.fromstring(markup.split("#}")[-1].strip())

    bars = svg.findall(".//rect")

    assert svg.get("viewBox") == "0 0 3 12"
    assert [bar.get("height") for bar in bars] == ["3", "12", "0"]
    assert [bar.findtext("title") for bar in bars][1] == "10 to 20: 12"


def test_progress_without_a_value_is_indeterminate():
    assert "value=" not in component("progress", label="Reading")
    assert 'value="0"' in component("progress", label="Reading", value=0)


def test_badge_colour_is_that_of_the_state():
    markup = component("badge", state="searching", label="Searching")

    assert "state-searching" in markup
    assert "Searching" in markup


def test_pagination_keeps_the_other_parameters():
    request = RequestFactory().get("/runs/1/trials/?state=failed&page=2")
    page = Paginator(range(120), 50).get_page(2)

    markup = component("pagination", request=request, page=page, label="trials")

    assert 'href="?state=failed&amp;page=3"' in markup
    assert 'rel="prev" href="?state=failed&amp;page=1"' in markup
    assert markup.count('aria-current="page"') == 1
    assert "51–100 of 120" in " ".join(markup.split())


def test_pagination_of_one_page_is_nothing():
    page = Paginator(range(3), 50).get_page(1)

    assert component("pagination", page=page).strip() == ""


def test_deletion_works_as_a_link_and_as_a_dialog():
    request = RequestFactory().get("/")

    markup = component(
        "confirm_delete", request=request, url="/runs/1/delete/", title="Delete?"
    )

    assert 'href="/runs/1/delete/" data-confirm="delete-dialog"' in " ".join(
        markup.split()
    )
    assert 'action="/runs/1/delete/"' in markup
    assert "csrfmiddlewaretoken" in markup
    assert "delete-dialog" in ids(markup)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "Projects"),
        ("/projects/7/", "Projects"),
        ("/datasets/7/runs/new/", "Projects"),
        ("/runs/", "Runs"),
        ("/runs/7/trials/", "Runs"),
        ("/models/7/", "Runs"),
    ],
)
def test_navigation_marks_where_the_page_belongs(path, expected):
    request = RequestFactory().get(path)
    request.user = User(username="ada")
    request.resolver_match = resolve(path)

    markup = component("navigation", request=request)

    current = re.findall(r"<a\b[^>]*aria-current=[^>]*>(.*?)</a>", markup, re.S)
    assert [re.sub(r"<[^>]+>", "", link).strip() for link in current] == [expected]


def test_navigation_of_a_stranger_offers_nothing():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    markup = component("navigation", request=request)

    assert "Sign out" not in markup
    assert "Administration" not in markup
