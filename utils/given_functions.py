"""The two given functions of chapter 7's derivatives: the network of 7.1 and the toy function of 7.2."""

import numpy as np

NAMES_7_1 = (
    "phi0", "phi1", "phi2",
    "psi01", "psi11", "psi21", "psi02", "psi12", "psi22",
    "theta01", "theta11", "theta02", "theta12",
)  # fmt: skip

# an example whose four units are on and off in many combinations as x moves
EXAMPLE_7_1 = dict(
    phi0=0.2, phi1=0.9, phi2=-0.7,
    psi01=-0.6, psi11=1.0, psi21=0.5, psi02=0.9, psi12=-1.2, psi22=0.4,
    theta01=0.3, theta11=1.1, theta02=0.5, theta12=-0.8,
)  # fmt: skip


def network_7_1(p, x):
    """The output y of the network of exercise 7.1: two layers of two ReLU units.

    p: dict with the 13 parameters. Numbers, arrays and tensors may be mixed.
    """

    def a(z):
        return z * (z > 0)

    h1 = a(p["theta01"] + p["theta11"] * x)
    h2 = a(p["theta02"] + p["theta12"] * x)
    f1 = p["psi01"] + p["psi11"] * h1 + p["psi21"] * h2
    f2 = p["psi02"] + p["psi12"] * h1 + p["psi22"] * h2
    return p["phi0"] + p["phi1"] * a(f1) + p["phi2"] * a(f2)


def toy_forward(x, beta, omega):
    """All values of the toy function of exercise 7.2, in the order they are computed.

    beta, omega: four numbers each. Returns a dict with the keys f0, h1, f1, h2, f2, h3, f3.
    """
    v = {"f0": beta[0] + omega[0] * x}
    v["h1"] = np.sin(v["f0"])
    v["f1"] = beta[1] + omega[1] * v["h1"]
    v["h2"] = np.exp(v["f1"])
    v["f2"] = beta[2] + omega[2] * v["h2"]
    v["h3"] = np.cos(v["f2"])
    v["f3"] = beta[3] + omega[3] * v["h3"]
    return v
