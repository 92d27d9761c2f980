"""What each parameter does to a model, and what it costs: sentences for people.

Most parameters do the same in every estimator that has them; where one does not, its
sentences stand under the algorithm's name.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Text(NamedTuple):
    """Two sentences on a parameter.

    Attributes
    ----------
    about : str
        What a larger, smaller or other value does to the model.
    costs : str
        What it does to time and memory.
    """

    about: str
    costs: str


FREE = "It costs nothing."
PER_TREE = "Time and size of the model grow in proportion."
PER_ITERATION = (
    "Time grows in proportion; smaller values of a list are read off the largest."
)
FEWER_NODES = "Smaller trees are quicker to grow."
EARLIER = "Fits that end early are quicker."

SHARED: Mapping[str, Text] = {
    "C": Text(
        "Smaller values hold the coefficients back, which helps with many columns and "
        "few rows; larger ones follow the data more closely.",
        "Large values take the solver more iterations.",
    ),
    "activation": Text(
        "relu suits most tables; tanh is smoother and sometimes better on few rows.",
        "relu is the quickest.",
    ),
    "alpha": Text(
        "Larger values give smaller coefficients and a simpler model; too large and it "
        "predicts the mean.",
        "Very small values take the solver more iterations.",
    ),
    "bootstrap": Text(
        "With it trees differ more from one another; without it each sees all rows.",
        "Without it each tree takes about half as long again.",
    ),
    "ccp_alpha": Text(
        "Larger values cut off branches that gain little, which makes trees smaller "
        "and less prone to overfit.",
        "The whole tree is grown first, so it saves no time.",
    ),
    "class_weight": Text(
        "balanced makes rare classes count as much as common ones: more of them are "
        "found, and more others mistaken for them.",
        FREE,
    ),
    "coef0": Text(
        "Larger values give the lower degrees of the polynomial more weight.", FREE
    ),
    "colsample_bytree": Text(
        "Smaller shares make trees differ, which helps with many similar columns.",
        "Time falls almost in proportion to the share.",
    ),
    "colsample_bynode": Text(
        "Smaller shares make trees differ; drawn anew at each split.",
        "Time falls somewhat with the share.",
    ),
    "criterion": Text(
        "Seldom matters much; absolute_error resists outliers of the target, poisson "
        "is for counts.",
        "absolute_error is many times slower than the others.",
    ),
    "early_stopping": Text(
        "Ends the fit when rows set aside no longer improve, so that many iterations "
        "do no harm.",
        EARLIER + " The rows set aside are not learned from.",
    ),
    "extra_trees": Text(
        "Random thresholds make a smoother model that overfits less on noisy columns.",
        "Somewhat quicker.",
    ),
    "fit_intercept": Text(
        "Without an intercept predictions go through zero; leave it on unless the "
        "target is centred.",
        FREE,
    ),
    "gamma": Text(
        "Larger values leave out splits that gain little, which makes trees smaller.",
        FEWER_NODES,
    ),
    "hidden_layer_sizes": Text(
        "More neurons and layers fit finer patterns and overfit sooner; small tables "
        "need few.",
        "Time grows with the product of neighbouring layers.",
    ),
    "iterations": Text(
        "More iterations fit more closely; with a small learning rate many are needed.",
        PER_ITERATION,
    ),
    "l1_ratio": Text(
        "Towards 1 more columns are left out altogether; at 0 none is.",
        "Values above 0 need slower solvers.",
    ),
    "learning_rate": Text(
        "Smaller steps usually predict better, if there are enough iterations for "
        "them; large ones overfit.",
        "Half the rate needs about twice the iterations.",
    ),
    "loss": Text(
        "Says which errors hurt: squared_error hates large ones, absolute_error aims "
        "at the median, the others suit counts or outliers.",
        "absolute_error is slower.",
    ),
    "max_bin": Text(
        "More bins see finer differences within a column; they seldom help.",
        "Time and memory grow with the bins.",
    ),
    "max_depth": Text(
        "Deeper trees find finer interactions and overfit sooner.",
        "Each level may double the size of a tree, and its time grows with it.",
    ),
    "max_features": Text(
        "Fewer columns a split make trees differ more, and errors average out; too few "
        "miss what matters.",
        "Time grows in proportion to the columns looked at.",
    ),
    "max_iter": Text(
        "Matters only if the solver does not get to its end; more never hurts the "
        "result.",
        "Up to so many times the time of an iteration.",
    ),
    "max_leaf_nodes": Text(
        "More leaves fit finer patterns and overfit sooner.",
        "Time grows with the leaves.",
    ),
    "max_leaves": Text(
        "A limit to the leaves of a tree, besides its depth.", FEWER_NODES
    ),
    "max_samples": Text(
        "Fewer rows a tree make trees differ more and each of them weaker.",
        "Time falls in proportion.",
    ),
    "min_child_samples": Text(
        "Larger leaves smooth the model; raise it on noisy or small tables.",
        FEWER_NODES,
    ),
    "min_child_weight": Text(
        "Larger values forbid leaves with little evidence, which smooths the model.",
        FEWER_NODES,
    ),
    "min_data_in_leaf": Text(
        "Larger leaves smooth the model; it acts only with trees that are not "
        "symmetric.",
        FREE,
    ),
    "min_impurity_decrease": Text(
        "Larger values leave out splits that gain little, which makes trees smaller.",
        FEWER_NODES,
    ),
    "min_samples_leaf": Text(
        "Larger leaves smooth the model and resist noise; too large and it misses "
        "small groups.",
        FEWER_NODES,
    ),
    "min_samples_split": Text(
        "Larger values stop trees from dividing small groups further.", FEWER_NODES
    ),
    "min_split_gain": Text(
        "Larger values leave out splits that gain little, which makes trees smaller.",
        FEWER_NODES,
    ),
    "n_estimators": Text(
        "More iterations fit more closely; with a small learning rate many are needed.",
        PER_ITERATION,
    ),
    "n_iter_no_change": Text(
        "How patient early stopping is: larger values go on through a flat stretch.",
        "So many iterations more than needed.",
    ),
    "positive": Text(
        "For targets to which every column can only add.", "Somewhat slower."
    ),
    "reg_alpha": Text("Larger values set the leaves that say little to zero.", FREE),
    "reg_lambda": Text(
        "Larger values make every leaf more cautious, which helps on noisy or small "
        "tables.",
        FREE,
    ),
    "solver": Text(
        "All solvers come to about the same model; some allow penalties that others "
        "do not.",
        "Which is quickest depends on rows and columns: saga and sag suit many rows.",
    ),
    "subsample": Text(
        "Below 1 each tree sees other rows, which makes the model overfit less.",
        "Time falls with the share.",
    ),
    "tol": Text(
        "Larger values stop sooner, at a less exact solution.",
        "Smaller values take longer.",
    ),
    "validation_fraction": Text(
        "More rows make early stopping surer and leave fewer to learn from.",
        "It needs early stopping.",
    ),
    "weights": Text(
        "distance lets near rows decide, which helps where rows lie unevenly.", FREE
    ),
}

TREES = {
    "n_estimators": Text(
        "More trees make predictions steadier and never worse; beyond some hundred "
        "little changes.",
        PER_TREE + " Smaller values of a list are read off the largest.",
    )
}

OWN: Mapping[str, Mapping[str, Text]] = {
    "elastic_net": {
        "selection": Text(
            "random often gets to the end sooner; the model is the same.",
            "random is often quicker with a large tolerance.",
        ),
    },
    "k_nearest_neighbors": {
        "n_neighbors": Text(
            "Few neighbours follow every row, many average differences away.",
            "Almost none: smaller values of a list are read off the largest.",
        ),
        "metric": Text(
            "manhattan is less impressed by one large difference than euclidean.",
            "euclidean is the quickest.",
        ),
        "p": Text(
            "1 is manhattan, 2 is euclidean, larger values look at the largest "
            "difference only; used with minkowski.",
            "Values other than 1 and 2 are many times slower.",
        ),
    },
    "kernel_svm": {
        "C": Text(
            "Larger values allow fewer mistakes on known rows and a more wiggly "
            "boundary.",
            "Large values take many times longer.",
        ),
        "kernel": Text(
            "rbf suits most tables; poly finds products of columns, linear only sums.",
            "poly is often the slowest.",
        ),
        "gamma": Text(
            "Larger values let only very similar rows speak, which overfits sooner.",
            "Large values make a larger, slower model.",
        ),
        "degree": Text(
            "Higher degrees find products of more columns and overfit sooner.",
            "Somewhat slower.",
        ),
        "shrinking": Text(
            "The model is the same to the solver's precision.",
            "Mostly quicker with it.",
        ),
        "epsilon": Text(
            "Larger values ignore more of the small errors, which smooths the model.",
            "Larger values are quicker and give smaller models.",
        ),
    },
    "naive_bayes": {
        "var_smoothing": Text(
            "Larger values widen every bell curve, which helps when columns hardly "
            "vary within a class.",
            FREE,
        ),
    },
    "random_forest": TREES,
    "extra_trees": TREES,
    "hist_gradient_boosting": {
        "max_iter": SHARED["n_estimators"],
        "l2_regularization": SHARED["reg_lambda"],
        "max_bins": SHARED["max_bin"],
    },
    "lightgbm": {
        "num_leaves": SHARED["max_leaf_nodes"],
        "subsample_freq": Text(
            "Without it, at 0, the share of the rows has no effect.", FREE
        ),
    },
    "xgboost": {
        "scale_pos_weight": Text(
            "Above 1 more of the second class is found, and more others mistaken for "
            "it; rows of the first class by rows of the second is a usual value.",
            FREE,
        ),
    },
    "catboost": {
        "depth": Text(
            "Deeper trees find finer interactions and overfit sooner; 4 to 8 is usual.",
            "Time and memory double with each level.",
        ),
        "l2_leaf_reg": SHARED["reg_lambda"],
        "random_strength": Text(
            "More randomness in the choice of splits overfits less.", FREE
        ),
        "bagging_temperature": Text(
            "At 0 all rows count alike; larger values weigh them more unevenly, tree "
            "by tree.",
            FREE,
        ),
        "rsm": Text(
            "Smaller shares make trees differ, which helps with many similar columns.",
            "Time falls with the share.",
        ),
        "border_count": SHARED["max_bin"],
        "one_hot_max_size": Text(
            "Categories with more values become numbers learned from the target.",
            "Many indicators are slower.",
        ),
        "auto_class_weights": SHARED["class_weight"],
    },
    "mlp": {
        "alpha": Text(
            "Larger values keep the weights small, which overfits less.", FREE
        ),
        "learning_rate_init": Text(
            "Larger steps learn sooner but may miss; smaller ones need more passes.",
            "Smaller steps need more passes.",
        ),
        "batch_size": Text(
            "Small batches learn with more noise, which sometimes helps.",
            "Small batches are slower.",
        ),
        "max_iter": Text(
            "Early stopping usually ends the fit before; raise it if it does not.",
            "Up to so many passes over the rows.",
        ),
    },
}


def text_of(algorithm: str, name: str) -> Text:
    """Return the sentences on a parameter of an algorithm.

    Parameters
    ----------
    algorithm : str
        Name of the algorithm in the registry.
    name : str
        Name of the parameter.

    Returns
    -------
    Text
        What it does and what it costs.
    """
    return OWN.get(algorithm, {}).get(name) or SHARED[name]
