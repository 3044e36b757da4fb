"""Right functions for the networks of 6.21c and 6.24c, where the student's own ones are missing or wrong."""

import contextlib

import numpy as np


@contextlib.contextmanager
def given_to(kind, right, **given):
    """For a while, the methods of a class find the `given` functions, unless `right(**own)` says that the
    student's own functions do the same."""
    places = [value.__globals__ for value in vars(kind).values() if hasattr(value, "__globals__")]
    names = next((place for place in places if place is not globals()), {})
    before = {name: names[name] for name in given if name in names}
    with contextlib.suppress(Exception):
        if len(before) == len(given) and right(**before):
            given = {}
    names.update(given)
    try:
        yield
    finally:
        for name in given:
            del names[name]
        names.update(before)


def batchnorm_forward(z, gamma, beta, eps=1e-5):
    root = np.sqrt(np.var(z, axis=0) + eps)
    normal = (z - np.mean(z, axis=0)) / root
    return normal * gamma + beta, {"normal": normal, "factor": gamma / root}


def batchnorm_backward(dout, cache):
    normal, n = cache["normal"], len(dout)
    dgamma, dbeta = np.sum(dout * normal, axis=0), np.sum(dout, axis=0)
    return cache["factor"] * (dout - dbeta / n - normal * dgamma / n), dgamma, dbeta


def batchnorm_is_right(batchnorm_forward, batchnorm_backward):
    """Do two functions give what the two above give, on one example?"""
    z, dout = np.random.default_rng(0).normal(size=(2, 7, 3))
    gamma, beta = np.array([0.5, 1.0, 2.0]), np.array([1.0, -1.0, 0.0])
    out, cache = batchnorm_forward(z.copy(), gamma, beta, 0.1)
    seen = [out, *batchnorm_backward(dout.copy(), cache)]
    out, cache = GIVEN_BATCHNORM["batchnorm_forward"](z, gamma, beta, 0.1)
    wanted = [out, *GIVEN_BATCHNORM["batchnorm_backward"](dout, cache)]
    return all(np.allclose(one, other, 1e-4, 1e-6) for one, other in zip(seen, wanted, strict=True))


GIVEN_BATCHNORM = {
    "batchnorm_forward": batchnorm_forward,
    "batchnorm_backward": batchnorm_backward,
}


def dropout_forward(a, keep_prob, rng, training=True):
    kept = rng.uniform(size=np.shape(a)) < keep_prob
    factors = np.where(kept, 1 / keep_prob, 0.0) if training else np.ones(np.shape(a))
    return a * factors, factors


def dropout_backward(dout, mask):
    return np.multiply(dout, mask)


def dropout_is_right(dropout_forward, dropout_backward):
    """Do two functions drop a quarter, rescale, and do the same backward; and nothing in a prediction?"""
    a, few = np.full((40, 50), 2.0), np.ones((1, 4))
    out, mask = dropout_forward(a.copy(), 0.75, np.random.default_rng(0))
    again = dropout_forward(a.copy(), 0.75, np.random.default_rng(0))[0]
    factors = np.asarray(out) / 2
    return (
        set(np.round(np.unique(factors), 6)) == {0, round(4 / 3, 6)}
        and 0.7 < np.mean(factors > 0) < 0.8
        and len(np.unique(factors, axis=0)) > 20
        and np.array_equal(out, again)
        and np.allclose(dropout_backward(a.copy(), mask), out)
        and np.allclose(dropout_forward(few, 0.5, np.random.default_rng(0), False)[0], few)
    )


GIVEN_DROPOUT = {"dropout_forward": dropout_forward, "dropout_backward": dropout_backward}
