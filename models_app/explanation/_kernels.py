"""Shapley values of trees, compiled: the inner loops of `treeshap`.

A leaf gives its value v to the rows that reach it. If the columns of a set S are known and
the others follow the training rows, the share of a row that reaches it is the product, over
the columns j on its path, of o_j for a known column (1 if the row goes this way, else 0)
and of z_j for an unknown one (the share of training rows that go this way). Let every column
be known with probability t, independently: the expected share is the polynomial
prod_j ((1 - t) z_j + t o_j), and the Shapley value of column j is the integral from 0 to 1
of its derivative by that column's t [1]_. The polynomial has at most as many factors as
there are different columns on the path, so Gauss and Legendre's sum of half as many points
is exact. All factors are positive: nothing cancels, however deep a tree is.

The interaction of two columns is the integral of the second derivative. A column's factor
at a leaf is that of its lowest edge, which is the sum of what each of its edges changed: so
both sums are made where an edge is left, from what the leaves below it have added up to.

References
----------
.. [1] Owen, G. (1972). Multilinear extensions of games. Management Science 18, 64-79.
"""

from typing import Any

import numba
import numpy as np

_jit: Any = numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy")


@_jit
def _goes_left(node, x, threshold, missing_left, bits, bitsets, goes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Write 1 for the values that go to the left child of a node, 0 for the others."""
    n_rows = len(x)
    row = bits[node]
    if row < 0:
        limit = threshold[node]
        if missing_left[node]:
            for r in range(n_rows):
                goes[r] = 0.0 if x[r] > limit else 1.0
        else:
            for r in range(n_rows):
                goes[r] = 1.0 if x[r] <= limit else 0.0
        return
    other = 1.0 if missing_left[node] else 0.0
    for r in range(n_rows):
        goes[r] = other
        if x[r] >= 0 and x[r] < 256:
            code = int(x[r])
            word, bit = code // 32, code % 32
            if (bitsets[row, word] >> bit) & 1:
                goes[r] = 1.0
            elif (bitsets[row, word + 8] >> bit) & 1:
                goes[r] = 0.0


@_jit
def _sizes(roots, feature, left, right, n_features):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return, for each tree, its depth and the most different columns on a path."""
    depths = np.zeros(len(roots), np.int64)
    widths = np.zeros(len(roots), np.int64)
    for tree in range(len(roots)):
        stack = [(np.int64(roots[tree]), np.int64(0), np.int64(0))]
        path = np.full(4096, -1, np.int64)
        while len(stack) > 0:
            node, depth, width = stack.pop()
            depths[tree] = max(depths[tree], depth)
            widths[tree] = max(widths[tree], width)
            j = feature[node]
            if j < 0:
                continue
            new = 1
            for d in range(depth):
                if path[d] == j:
                    new = 0
                    break
            path[depth] = j
            stack.append((np.int64(left[node]), depth + 1, width + new))
            stack.append((np.int64(right[node]), depth + 1, width + new))
    return depths, widths


@_jit
def _shapley(  # type: ignore[no-untyped-def]  # noqa: ANN202, C901
    X,  # noqa: ANN001
    owner,  # noqa: ANN001
    roots,  # noqa: ANN001
    feature,  # noqa: ANN001
    threshold,  # noqa: ANN001
    left,  # noqa: ANN001
    right,  # noqa: ANN001
    missing_left,  # noqa: ANN001
    bits,  # noqa: ANN001
    bitsets,  # noqa: ANN001
    cover,  # noqa: ANN001
    value,  # noqa: ANN001
    output,  # noqa: ANN001
    depths,  # noqa: ANN001
    n_points,  # noqa: ANN001
    points,  # noqa: ANN001
    weights,  # noqa: ANN001
    phi,  # noqa: ANN001
    pairs,  # noqa: ANN001
):
    """Add the Shapley values of some rows to `phi` (owners, outputs, rows).

    `X` has a row a column: (encoded columns, rows). If `pairs` has room (owners, owners,
    outputs, rows), interaction values of pairs of different columns are added to it; half
    of a pair's goes to each of (i, j) and (j, i), as in SHAP, and its diagonal gets what
    encoded columns of one owner have with each other.

    The rows are the innermost loop: what a node costs is shared among them.
    """
    n_rows, n_values = X.shape[1], value.shape[1]
    deepest = depths.max() + 2
    most = n_points.max()
    last = np.full(X.shape[0], -1, np.int64)  # depth of a column's latest edge
    node_at = np.zeros(deepest, np.int64)
    turn = np.zeros(deepest, np.int64)  # children of a node that are done
    column = np.zeros(deepest, np.int64)
    before = np.zeros(deepest, np.int64)
    z = np.ones(deepest)
    o = np.ones((deepest, n_rows))
    goes = np.zeros((deepest, n_rows))
    # (o - z) / factor; the root has no edge, and stays 0
    gains = np.zeros((deepest, most, n_rows))
    product = np.ones((deepest, most, n_rows))
    change = np.zeros((most, n_rows))
    sums = np.zeros(n_rows)
    total = np.zeros((deepest, n_values, most, n_rows))
    for tree in range(len(roots)):
        n_q = n_points[tree]
        t = points[n_q]
        w = weights[n_q]
        out = output[tree]
        depth = 0
        node_at[0] = roots[tree]
        turn[0] = 0
        product[0, :n_q] = 1.0
        total[0, :, :n_q] = 0.0
        while depth >= 0:
            node = node_at[depth]
            j = feature[node]
            if j >= 0 and turn[depth] < 2:
                way = goes[depth]
                if turn[depth] == 0:
                    _goes_left(node, X[j], threshold, missing_left, bits, bitsets, way)
                    child = left[node]
                else:
                    for r in range(n_rows):
                        way[r] = 1.0 - way[r]
                    child = right[node]
                turn[depth] += 1
                share = cover[child] / cover[node]
                if share <= 0.0:
                    continue  # no training row is there
                earlier = last[j]
                new = depth + 1
                now = o[new]
                if earlier >= 0:
                    z[new] = z[earlier] * share
                    was_o = o[earlier]
                    for r in range(n_rows):
                        now[r] = was_o[r] * way[r]
                else:
                    z[new] = share
                    for r in range(n_rows):
                        now[r] = way[r]
                for q in range(n_q):
                    # A factor is `never` or `always`, as the row goes: so the ratio to
                    # the earlier one of the column has three values.
                    never = z[new] * (1.0 - t[q])
                    always = never + t[q]
                    without, gain = -1.0 / (1.0 - t[q]), (1.0 - z[new]) / always
                    more = gain - without
                    above, here, gained = (
                        product[depth, q],
                        product[new, q],
                        gains[new, q],
                    )
                    if earlier >= 0:
                        was = z[earlier] * (1.0 - t[q]) + t[q]
                        r00, r10, r11 = share, never / was, always / was
                        was_o = o[earlier]
                        for r in range(n_rows):
                            ratio = r00 + was_o[r] * (r10 - r00) + now[r] * (r11 - r10)
                            here[r] = above[r] * ratio
                            gained[r] = without + now[r] * more
                    else:
                        for r in range(n_rows):
                            here[r] = above[r] * (never + now[r] * t[q])
                            gained[r] = without + now[r] * more
                before[new] = earlier
                column[new] = j
                last[j] = new
                node_at[new] = child
                turn[new] = 0
                if feature[child] >= 0:
                    total[new, :, :n_q] = 0.0
                depth = new
                continue
            if j < 0:
                for k in range(n_values):
                    v = value[node, k]
                    for q in range(n_q):
                        here, below = product[depth, q], total[depth, k, q]
                        for r in range(n_rows):
                            below[r] = v * here[r]
            if depth > 0:
                j = column[depth]
                earlier = before[depth]
                to = owner[j]
                for k in range(n_values):
                    at = k if out < 0 else out
                    sums[:] = 0.0
                    for q in range(n_q):
                        below, above = total[depth, k, q], total[depth - 1, k, q]
                        part = change[q]
                        here, was_gain = gains[depth, q], gains[max(earlier, 0), q]
                        for r in range(n_rows):
                            part[r] = w[q] * (here[r] - was_gain[r]) * below[r]
                            sums[r] += part[r]
                            above[r] += below[r]
                    values = phi[to, at]
                    for r in range(n_rows):
                        values[r] += sums[r]
                    if len(pairs) == 0:
                        continue
                    for d in range(1, depth):
                        if last[column[d]] != d:
                            continue  # a lower edge of the column counts for it
                        other = owner[column[d]]
                        sums[:] = 0.0
                        for q in range(n_q):
                            part, gained = change[q], gains[d, q]
                            for r in range(n_rows):
                                sums[r] += part[r] * gained[r]
                        one, two = pairs[to, other, at], pairs[other, to, at]
                        for r in range(n_rows):
                            one[r] += 0.5 * sums[r]
                            two[r] += 0.5 * sums[r]
                last[j] = earlier
            depth -= 1
