"""The paths of many states at once: what is known of each from noisy readings (Kalman filter and smoother).

Each unit u has a position theta[t, u] in D dimensions at times t = 0..T-1. It is N(0, I) at every time, and from one
time to the next theta[t] = persistence * theta[t - 1] + N(0, (1 - persistence^2) I). A reading at (t, u) is given in
information form: precision (D, D) and precision times value (D,); zeros where there is none.
Source: Rauch, Tung & Striebel (1965), doi:10.2514/3.3166.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Paths:
    """mean (T, U, D), cov (T, U, D, D)."""

    mean: Floats
    cov: Floats


def smooth(precision: Floats, information: Floats, first: Ints, persistence: float) -> Paths:
    """The paths given all readings.

    precision (T, U, D, D), information (T, U, D); first (U,): the time at which a unit's path begins; what stands
    before it has no meaning. Costs T steps of small matrices over all units.
    """
    times, _, dims = information.shape
    eye = np.eye(dims)
    mean_f, cov_f = np.empty_like(information), np.empty_like(precision)
    mean_p, cov_p = np.zeros_like(information), np.broadcast_to(eye, precision.shape).copy()
    for t in range(times):
        if t:
            on = first < t
            mean_p[t, on] = persistence * mean_f[t - 1, on]
            cov_p[t, on] = persistence**2 * cov_f[t - 1, on] + (1 - persistence**2) * eye
        prior = _inverse(cov_p[t])
        cov_f[t] = _inverse(prior + precision[t])
        mean_f[t] = _times(cov_f[t], _times(prior, mean_p[t]) + information[t])
    mean, cov = mean_f.copy(), cov_f.copy()
    for t in range(times - 2, -1, -1):
        gain: Floats = persistence * cov_f[t] @ _inverse(cov_p[t + 1])
        gain[first > t] = 0.0
        mean[t] += _times(gain, mean[t + 1] - mean_p[t + 1])
        cov[t] += gain @ (cov[t + 1] - cov_p[t + 1]) @ gain.transpose(0, 2, 1)
    return Paths(mean, cov)


def _inverse(matrices: Floats) -> Floats:
    """Inverses of symmetric matrices (n, D, D); for D of 1 and 2 written out, since calling LAPACK costs more."""
    dims = matrices.shape[-1]
    if dims == 1:
        one: Floats = 1.0 / matrices
        return one
    if dims == 2:
        a, b, d = matrices[:, 0, 0], matrices[:, 0, 1], matrices[:, 1, 1]
        out = np.empty_like(matrices)
        det = a * d - b * b
        out[:, 0, 0], out[:, 1, 1] = d / det, a / det
        out[:, 0, 1] = out[:, 1, 0] = -b / det
        return out
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


def _times(matrices: Floats, vectors: Floats) -> Floats:
    product: Floats = (matrices @ vectors[:, :, None])[:, :, 0]
    return product
