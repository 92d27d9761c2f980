"""Shapley values of a single row, compiled: `_kernels` for whoever waits for one answer.

The sum is that of `_kernels._shapley`, without interactions. There the rows are the
innermost loop; of one row a column either goes a leaf's way or it does not, so that each
edge needs one of three formulas and most of the divisions fall away.
"""

from typing import Any

import numba
import numpy as np

_jit: Any = numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy")


@_jit
def _goes_left(node, v, threshold, missing_left, bits, bitsets):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Say whether a value goes to the left child of a node."""
    row = bits[node]
    if row < 0:
        if missing_left[node]:
            return not (v > threshold[node])
        return v <= threshold[node]
    if v >= 0 and v < 256:
        code = int(v)
        word, bit = code // 32, code % 32
        if (bitsets[row, word] >> bit) & 1:
            return True
        if (bitsets[row, word + 8] >> bit) & 1:
            return False
    return missing_left[node]


@_jit
def _shapley_row(  # type: ignore[no-untyped-def]  # noqa: ANN202, C901
    x,  # noqa: ANN001
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
):
    """Add the Shapley values of a row to `phi` (owners, outputs)."""
    n_values = value.shape[1]
    deepest = depths.max() + 2
    most = n_points.max()
    last = np.full(len(x), -1, np.int64)  # depth of a column's latest edge
    node_at = np.zeros(deepest, np.int64)
    turn = np.zeros(deepest, np.int64)  # children of a node that are done
    column = np.zeros(deepest, np.int64)
    before = np.zeros(deepest, np.int64)
    way = np.zeros(deepest, np.bool_)
    z = np.ones(deepest)
    o = np.ones(deepest, np.bool_)
    # (o - z) / factor; the root has no edge, and stays 0
    gains = np.zeros((deepest, most))
    product = np.ones((deepest, most))
    total = np.zeros((deepest, n_values, most))
    rest = np.zeros(most)
    without = np.zeros(most)
    for tree in range(len(roots)):
        n_q = n_points[tree]
        t = points[n_q]
        w = weights[n_q]
        out = output[tree]
        for q in range(n_q):
            rest[q] = 1.0 - t[q]
            without[q] = -1.0 / rest[q]
        depth = 0
        node_at[0] = roots[tree]
        turn[0] = 0
        product[0, :n_q] = 1.0
        total[0, :, :n_q] = 0.0
        while depth >= 0:
            node = node_at[depth]
            j = feature[node]
            if j >= 0 and turn[depth] < 2:
                if turn[depth] == 0:
                    way[depth] = _goes_left(
                        node, x[j], threshold, missing_left, bits, bitsets
                    )
                    child, goes = left[node], way[depth]
                else:
                    child, goes = right[node], not way[depth]
                turn[depth] += 1
                share = cover[child] / cover[node]
                if share <= 0.0:
                    continue  # no training row is there
                earlier = last[j]
                new = depth + 1
                above, here, gained = product[depth], product[new], gains[new]
                if earlier < 0:
                    z[new], o[new] = share, goes
                    if goes:
                        for q in range(n_q):
                            always = share * rest[q] + t[q]
                            here[q] = above[q] * always
                            gained[q] = (1.0 - share) / always
                    else:
                        for q in range(n_q):
                            here[q] = above[q] * (share * rest[q])
                            gained[q] = without[q]
                else:
                    was, known = z[earlier], o[earlier]
                    now = was * share
                    z[new], o[new] = now, known and goes
                    if o[new]:
                        for q in range(n_q):
                            always = now * rest[q] + t[q]
                            here[q] = above[q] * (always / (was * rest[q] + t[q]))
                            gained[q] = (1.0 - now) / always
                    elif known:
                        for q in range(n_q):
                            never = now * rest[q]
                            here[q] = above[q] * (never / (was * rest[q] + t[q]))
                            gained[q] = without[q]
                    else:
                        for q in range(n_q):
                            here[q] = above[q] * share
                            gained[q] = without[q]
                before[new] = earlier
                column[new] = j
                last[j] = new
                node_at[new] = child
                turn[new] = 0
                if feature[child] >= 0:
                    for k in range(n_values):
                        for q in range(n_q):
                            total[new, k, q] = 0.0
                depth = new
                continue
            if j < 0:
                for k in range(n_values):
                    v = value[node, k]
                    for q in range(n_q):
                        total[depth, k, q] = v * product[depth, q]
            if depth > 0:
                j = column[depth]
                earlier = before[depth]
                to = owner[j]
                here, was_gain = gains[depth], gains[max(earlier, 0)]
                for k in range(n_values):
                    at = k if out < 0 else out
                    below, above = total[depth, k], total[depth - 1, k]
                    added = 0.0
                    for q in range(n_q):
                        added += w[q] * (here[q] - was_gain[q]) * below[q]
                        above[q] += below[q]
                    phi[to, at] += added
                last[j] = earlier
            depth -= 1
