import pytest
from django import forms

CHOICES = [("a", "First"), ("b", "Second")]


class Everything(forms.Form):
    name = forms.CharField()
    target = forms.ChoiceField(choices=CHOICES)
    one = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)
    agreed = forms.BooleanField(required=False)
    file = forms.FileField(required=False)
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)
    own = forms.CharField(
        widget=forms.TextInput(attrs={"class": "mono"}), required=False
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("name", 'class="form-control"'),
        ("target", 'class="form-select"'),
        ("agreed", 'class="form-check-input"'),
        ("file", 'class="form-control"'),
        ("own", 'class="form-control mono"'),
    ],
)
def test_widget_carries_the_class_of_its_kind(name, expected):
    markup = str(Everything()[name])

    assert expected in markup


def test_hidden_widget_carries_no_class():
    assert "class" not in str(Everything()["hidden"])


def test_each_radio_button_carries_the_class():
    tags = [choice.tag() for choice in Everything()["one"]]

    assert len(tags) == 2
    assert all('class="form-check-input"' in tag for tag in tags)


def test_widget_with_an_error_is_marked_invalid():
    form = Everything({"name": ""})

    assert 'class="form-control is-invalid"' in str(form["name"])
    assert "is-invalid" not in str(form["own"])
