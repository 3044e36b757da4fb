"""7.1-mistake: the three wrong lines among the printed derivatives of 7.1."""

import numpy as np

from autograder.check import attempt, check, letters_of
from autograder.checks.ch07_gradients.activation_patterns import all_patterns
from utils.answers import letters, number

LINES = "abcdefgh"


def letter_of(key):
    """The line that a key names: "D", "(d)", "D: psi02"."""
    return letters(key.strip("( ")[:1], LINES, "a letter of a line")[0]


@check("7.1-mistake", points=1, bonus=True)
def thirteen_mistakes(answer, rng):
    points = [point for group in all_patterns(rng, 1).values() for point in group]

    def corrected(position):
        values = []
        for p, x in points:
            lines = {letter_of(key): y for key, y in answer.corrected_7_1(p, x).items()}
            if len(lines) <= position:
                raise KeyError(f"corrected_7_1 has {len(lines)} lines, not three")
            values.append(number(lines[sorted(lines)[position]]))
        return values

    return {
        "which lines are wrong": letters_of(answer, "wrong_7_1", LINES),
        "the first of your lines, corrected": attempt(lambda: corrected(0)),
        "the second of your lines, corrected": attempt(lambda: corrected(1)),
        "the third of your lines, corrected": attempt(lambda: corrected(2)),
    }


thirteen_mistakes.misconception(
    "overlooks_the_indices",
    "A line with exchanged ψ inside its indicators slipped through. It gives the right number at many "
    "points, which is what makes it treacherous: compare the indices with f₁ and f₂.",
    edits={'{"D", "F", "G"}': '{"D", "G"}', '"F": right["theta01"], ': ""},
)
thirteen_mistakes.misconception(
    "suspects_the_twin",
    "Two lines have the same right-hand side, and you chose the one that is right. Ask of each "
    "parameter what it multiplies.",
    edits={'{"D", "F", "G"}': '{"E", "F", "G"}', '"D": right["psi02"]': '"E": right["psi12"]'},
)
thirteen_mistakes.misconception(
    "corrected_without_x",
    "One corrected line repairs its indicators, but a slope needs the factor that it multiplies.",
    edits={'right["theta11"]': 'right["theta01"]'},
)
thirteen_mistakes.misconception(
    "another_factor_for_the_bias",
    "A bias got another hidden unit as its factor. It multiplies none.",
    edits={'right["psi02"]': 'right["psi22"]'},
)


@thirteen_mistakes.misconception(
    "printed_line_with_an_x",
    "One line got its missing factor, but the indices in its indicators are still those of the print.",
)
def corrected_7_1(p, x):
    right = derivatives_7_1(p, x)
    h1 = max(p["theta01"] + p["theta11"] * x, 0)
    h2 = max(p["theta02"] + p["theta12"] * x, 0)
    f1 = p["psi01"] + p["psi11"] * h1 + p["psi21"] * h2
    wrong = p["psi02"] + p["psi12"] * h1 + p["psi21"] * h2
    both = p["phi1"] * p["psi11"] * (f1 > 0) + p["phi2"] * p["psi12"] * (wrong > 0)
    return {"D": right["psi02"], "F": right["theta01"], "G": both * (h1 > 0) * x}


thirteen_mistakes.alternative(
    "letters_as_text", edits={'{"D", "F", "G"}': '"g f d"', '"D": right': '"d": right'}
)


@thirteen_mistakes.alternative("written_out_in_float32")
def answer():
    wrong_7_1 = ["D", "F", "G"]

    def corrected_7_1(p, x):
        q = {name: np.float32(value) for name, value in p.items()}
        h1 = np.maximum(q["theta01"] + q["theta11"] * x, 0)
        h2 = np.maximum(q["theta02"] + q["theta12"] * x, 0)
        on1 = np.heaviside(q["psi01"] + q["psi11"] * h1 + q["psi21"] * h2, 0)
        on2 = np.heaviside(q["psi02"] + q["psi12"] * h1 + q["psi22"] * h2, 0)
        slope = (q["phi1"] * q["psi11"] * on1 + q["phi2"] * q["psi12"] * on2) * np.sign(h1)
        return dict(G=slope * x, D=q["phi2"] * on2, F=slope)


@thirteen_mistakes.oracle("measured_slopes")
def corrected_7_1(p, x):
    def slope(name, step=1e-6):
        up, down = p | {name: p[name] + step}, p | {name: p[name] - step}
        return (network_7_1(up, x) - network_7_1(down, x)) / (2 * step)

    return {"D": slope("psi02"), "F": slope("theta01"), "G": slope("theta11")}
