"""Question 8 of the quiz: moments behind a ReLU."""

from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q8a"].oracle("sympy_integral")
def answer():
    import sympy as sp

    z = sp.Symbol("z", real=True)
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    q8a = sp.integrate(z**2 * density, (z, 0, sp.oo))


@QUESTIONS["q8b"].oracle("sympy_integral")
def answer():
    import sympy as sp

    z = sp.Symbol("z", real=True)
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    mean = sp.integrate(z * density, (z, 0, sp.oo))
    second = sp.integrate(z**2 * density, (z, 0, sp.oo))
    q8b = second - mean**2


@QUESTIONS["q8c"].oracle("sympy_compares_the_moments")
def answer():
    import sympy as sp

    z = sp.Symbol("z", real=True)
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    mean = sp.integrate(z * density, (z, 0, sp.oo))
    second = sp.integrate(z**2 * density, (z, 0, sp.oo))
    halved = {"a": second - mean**2, "b": second}
    (q8c,) = [letter for letter, share in halved.items() if share == sp.Rational(1, 2)]
