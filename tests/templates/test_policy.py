"""What the content security policy asks of every template and of Plotly."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
ERROR_PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"]


def name(path):
    return str(path.relative_to(settings.BASE_DIR / "templates"))


@pytest.fixture(params=TEMPLATES, ids=name)
def source(request):
    return request.param.read_text()


def test_template_has_nothing_inline(source):
    assert not re.search(r"<[^>]*\sstyle=", source)
    assert not re.search(r"<style\b", source)
    assert not re.search(r"<[^>]*\son[a-z]+=", source)
    scripts = re.findall(r"<script\b[^>]*>", source)
    assert [s for s in scripts if "src=" not in s and "application/json" not in s] == []


def test_template_loads_nothing_from_elsewhere(source):
    assert not re.search(r"""(?:src|<link[^>]*href)=["'](?:https?:)?//""", source)


def test_static_files_of_template_exist(source):
    wanted = re.findall(r"{% static ['\"]([^'\"]+)['\"]", source)

    assert [path for path in wanted if finders.find(path) is None] == []


def test_icons_of_template_are_in_the_sprite(source):
    sprite = Path(finders.find("vendor/tabler-icons/sprite.svg")).read_text()
    wanted = re.findall(r'components/icon\.html" with name="([^"]+)"', source)
    wanted += re.findall(r'\b(?:action_)?icon="([^"]+)"', source)

    assert [icon for icon in wanted if f'id="tabler-{icon}"' not in sprite] == []


@pytest.mark.parametrize("page", ERROR_PAGES)
def test_error_page_needs_no_context(page):
    markup = get_template(page).render()

    assert "<h1" in markup
    assert page[:3] in markup


def test_plotly_finds_its_style_elements_present():
    """Or it would add its own, which the policy forbids: charts would fall apart."""
    plotly = Path(finders.find("vendor/plotly/plotly.min.js")).read_text()
    markup = get_template("components/plotly.html").render()

    assert '"plotly.js-style-"' in plotly
    assert 'matches(".no-inline-styles")' in plotly
    assert 'id="plotly.js-style-global"' in markup
    assert 'class="no-inline-styles"' in markup
    guarded = re.findall(r'getElementById\("([0-9a-f]{64})"\)', plotly)
    assert guarded
    assert [i for i in guarded if f'id="{i}"' not in markup] == []


def test_our_plotly_rules_have_every_cursor_plotly_uses():
    plotly = Path(finders.find("vendor/plotly/plotly.min.js")).read_text()
    rules = Path(finders.find("css/plotly.css")).read_text()

    cursors = set(re.findall(r'"X \.(cursor-[a-z-]+)"', plotly))

    assert cursors
    assert {c for c in cursors if f".{c} " not in rules} == set()
