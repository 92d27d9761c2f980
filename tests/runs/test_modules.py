from django.contrib.staticfiles import finders
from django.template import Context, Template

from runs.templatetags.modules import imports


def test_imports_of_a_module_are_followed_to_the_last():
    found = imports("js/analysis/main.js")

    # By main.js itself, by one of its charts, and by what that one imports.
    assert {
        "js/analysis/store.js",
        "js/analysis/pen.js",
        "js/chart-theme.js",
    } <= set(found)
    assert len(found) == len(set(found))
    assert all(finders.find(name) for name in found)


def test_preload_imports_writes_a_link_for_each():
    source = '{% load modules %}{% preload_imports "js/live.js" %}'

    links = Template(source).render(Context()).splitlines()

    assert '<link rel="modulepreload" href="/static/js/morph.js">' in links
    assert len(links) == len(imports("js/live.js"))
