"""Parameters of linear models, neighbours, kernels, Bayes and networks."""

from runs.search.parameters.kinds import (
    BOOLS,
    CLASSIFICATION,
    FROM_1,
    NOT_NEGATIVE,
    POSITIVE,
    REGRESSION,
    Parameter,
    Reals,
)

LOGISTIC_REGRESSION = (
    Parameter("C", "Inverse strength of the penalty", reals=POSITIVE),
    Parameter(
        "l1_ratio",
        "Share of the L1 penalty; above 0 it needs the solver saga",
        reals=Reals(high=1.0),
    ),
    Parameter("class_weight", "Weight of the classes", words=(None, "balanced")),
    Parameter("fit_intercept", "Learn an intercept", words=BOOLS),
    Parameter(
        "solver",
        "Optimisation method",
        words=("lbfgs", "newton-cg", "newton-cholesky", "sag", "saga", "liblinear"),
    ),
    Parameter("max_iter", "Most iterations of the solver", whole=FROM_1),
    Parameter("tol", "Precision at which the solver stops", reals=NOT_NEGATIVE),
)

RIDGE = (
    Parameter("alpha", "Strength of the penalty", reals=NOT_NEGATIVE),
    Parameter("fit_intercept", "Learn an intercept", words=BOOLS),
    Parameter("positive", "Allow no negative coefficients", words=BOOLS),
    Parameter(
        "solver",
        "Method of solution",
        words=("auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs"),
    ),
    Parameter("max_iter", "Most iterations of the solver", whole=FROM_1),
    Parameter("tol", "Precision at which the solver stops", reals=NOT_NEGATIVE),
)

ELASTIC_NET = (
    Parameter("alpha", "Strength of the penalty", reals=NOT_NEGATIVE),
    Parameter(
        "l1_ratio",
        "Share of the L1 penalty, which removes columns",
        reals=Reals(high=1.0),
    ),
    Parameter("fit_intercept", "Learn an intercept", words=BOOLS),
    Parameter("positive", "Allow no negative coefficients", words=BOOLS),
    Parameter(
        "selection", "Order of the coefficients' updates", words=("cyclic", "random")
    ),
    Parameter("max_iter", "Most iterations of the solver", whole=FROM_1),
    Parameter("tol", "Precision at which the solver stops", reals=NOT_NEGATIVE),
)

K_NEAREST_NEIGHBORS = (
    Parameter("n_neighbors", "Number of neighbours asked", whole=FROM_1),
    Parameter(
        "weights",
        "Whether near neighbours count for more",
        words=("uniform", "distance"),
    ),
    Parameter(
        "metric",
        "Measure of distance",
        words=("minkowski", "euclidean", "manhattan", "chebyshev"),
    ),
    Parameter("p", "Exponent of the Minkowski distance", reals=Reals(low=1.0)),
)

KERNEL_SVM = (
    Parameter("C", "Inverse strength of the penalty", reals=POSITIVE),
    Parameter(
        "kernel", "Similarity of rows", words=("rbf", "poly", "sigmoid", "linear")
    ),
    Parameter(
        "gamma",
        "Width of the kernel, inverse: larger is more wiggly",
        reals=POSITIVE,
        words=("scale", "auto"),
    ),
    Parameter("degree", "Degree of a polynomial kernel", whole=range(1, 11)),
    Parameter(
        "coef0", "Constant of a polynomial or sigmoid kernel", reals=Reals(low=-1e6)
    ),
    Parameter("shrinking", "Leave rows out that seem settled", words=BOOLS),
    Parameter("tol", "Precision at which the solver stops", reals=POSITIVE),
    Parameter(
        "class_weight",
        "Weight of the classes",
        words=(None, "balanced"),
        tasks=CLASSIFICATION,
    ),
    Parameter(
        "epsilon",
        "Errors up to this do not count, in standard deviations of the target",
        reals=NOT_NEGATIVE,
        tasks=REGRESSION,
    ),
)

NAIVE_BAYES = (
    Parameter(
        "var_smoothing",
        "Share of the largest variance that is added to all",
        reals=NOT_NEGATIVE,
    ),
)

MLP = (
    Parameter(
        "hidden_layer_sizes",
        "Neurons of the hidden layers, from input to output",
        words=("32", "64", "128", "256", "64-32", "128-64", "256-128", "128-64-32"),
    ),
    Parameter("alpha", "Strength of the L2 penalty", reals=NOT_NEGATIVE),
    Parameter("learning_rate_init", "Size of the first steps", reals=POSITIVE),
    Parameter("batch_size", "Rows of a step", whole=FROM_1, words=("auto",)),
    Parameter("activation", "Shape of the neurons", words=("relu", "tanh", "logistic")),
    Parameter("max_iter", "Most passes over the rows", whole=FROM_1),
    Parameter(
        "early_stopping", "Stop when a validation part no longer improves", words=BOOLS
    ),
    Parameter(
        "n_iter_no_change", "Passes without improvement before stopping", whole=FROM_1
    ),
    Parameter(
        "validation_fraction",
        "Share of the rows watched for early stopping",
        reals=Reals(high=0.9, open=True),
    ),
)
