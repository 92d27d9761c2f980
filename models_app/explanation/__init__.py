"""Importance, SHAP values and partial dependence, in the columns that were uploaded."""
