from django import forms


class PredictionForm(forms.Form):
    """A file of rows to predict; what may be stored is decided by the service."""

    file = forms.FileField(
        label="File",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.tab,.txt,.dat,text/csv"}),
        error_messages={
            "required": "Choose a file first.",
            "empty": "The file is empty: there is nothing to predict.",
        },
    )
