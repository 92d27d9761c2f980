"""scikit-learn's own checks of estimators, with a server behind them.

A fit takes some two seconds: upload, search, model. So of the checks that fit only some are
made each time, besides all that do not; TUNEBOARD_ALL_CHECKS=1 makes every one.
"""

import os
from unittest import SkipTest

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator
from tuneboard_client.sklearn import TuneboardClassifier, TuneboardRegressor

# One combination, two folds: as little as a fit can be.
SMALL = {
    "cv": 2,
    "strategy": "grid",
    "ensemble": False,
    "train_scores": False,
    "metrics": [],
}
ESTIMATORS = {
    "classifier": TuneboardClassifier(
        preset=None, algorithms={"logistic_regression": {"C": [1.0]}}, options=SMALL
    ),
    "regressor": TuneboardRegressor(
        preset=None, algorithms={"ridge": {"alpha": [0.001]}}, options=SMALL
    ),
}
# Checks that cannot be passed, each with the reason; at present there is none.
EXPECTED_FAILED_CHECKS: dict[str, dict[str, str]] = {"classifier": {}, "regressor": {}}
# Checks that fit and are usually left out: what they look at is the same for both estimators,
# and made with the other one, or is looked at by the tests of use.
LONG = {
    "classifier": {
        "check_fit_score_takes_y",
        "check_estimators_overwrite_params",
        "check_estimators_fit_returns_self",
        "check_readonly_memmap_input",
        "check_positive_only_tag_during_fit",
        "check_estimators_dtypes",
        "check_pipeline_consistency",
        "check_classifier_data_not_an_array",
        "check_classifiers_classes",
        "check_supervised_y_2d",
        "check_f_contiguous_array_estimator",
        "check_methods_sample_order_invariance",
        "check_dict_unchanged",
        "check_fit2d_1feature",
        "check_fit_idempotent",
        "check_fit_check_is_fitted",
        "check_n_features_in",
        "check_fit2d_predict1d",
    },
    "regressor": {
        "check_fit_score_takes_y",
        "check_estimators_overwrite_params",
        "check_estimators_fit_returns_self",
        "check_readonly_memmap_input",
        "check_positive_only_tag_during_fit",
        "check_estimators_dtypes",
        "check_n_features_in_after_fitting",
        "check_dtype_object",
        "check_estimators_pickle",
        "check_regressor_data_not_an_array",
        "check_regressors_no_decision_function",
        "check_supervised_y_2d",
        "check_regressors_int",
        "check_dict_unchanged",
        "check_fit_idempotent",
        "check_fit_check_is_fitted",
        "check_n_features_in",
        "check_fit2d_predict1d",
    },
}
ALL = os.environ.get("TUNEBOARD_ALL_CHECKS") == "1"


def checks(kind: str):
    """Give the checks to be made, as pytest's parameters."""
    found = estimator_checks_generator(
        ESTIMATORS[kind],
        expected_failed_checks=EXPECTED_FAILED_CHECKS[kind],
        mark="xfail",
    )
    for made in found:
        estimator, check = getattr(made, "values", made)
        name = getattr(check, "func", check).__name__
        # Others of a name are variations of the first, as read-only arrays.
        varied = bool(getattr(check, "keywords", {}))
        if ALL or (name not in LONG[kind] and not varied):
            marks = getattr(made, "marks", ())
            yield pytest.param(estimator, check, marks=marks, id=f"{kind}-{name}")


@pytest.mark.parametrize(
    ("estimator", "check"), [*checks("classifier"), *checks("regressor")]
)
def test_scikit_learn_finds_an_estimator_as_it_should_be(
    estimator, check, server, token, monkeypatch
):
    monkeypatch.setenv("TUNEBOARD_URL", server.base_url)
    monkeypatch.setenv("TUNEBOARD_TOKEN", token)

    try:
        check(estimator)
    except SkipTest as reason:
        pytest.skip(str(reason))
