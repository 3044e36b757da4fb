"""2.5 to 2.8: operations and gradient checking."""

import numpy as np

from autograder.check import check
from autograder.inside import attempt
from utils import Op


@check("2.5", points=4, reveal=True)
def div(answer, rng):
    def quotient(a, b):
        return answer.Div().forward(a, b)

    def gradient(which, a, b, grad_output):
        op = answer.Div()
        op.forward(a, b)
        return list(op.backward(grad_output))[which]

    def both(a, b, grad_output):
        op = answer.Div()
        op.forward(a, b)
        return op.backward(grad_output)

    def interleaved(first, second, grad_output):
        one, two = answer.Div(), answer.Div()
        one.forward(*first)
        two.forward(*second)
        return [*one.backward(grad_output), *two.backward(grad_output)]

    a, b, g = rng.uniform(1.5, 5, 3).round(2).tolist()
    return {
        "forward": attempt(quotient, a, b),
        "forward with whole numbers": attempt(quotient, 7, 2),
        "gradient for a": attempt(gradient, 0, a, b, g),
        "gradient for b": attempt(gradient, 1, a, b, g),
        "gradients at a negative denominator": attempt(both, a, -b, g + 1),
        "two divisions alive at once": attempt(interleaved, (a, b), (b, a + 1), g),
    }


div.misconception(
    "ignores_grad_output",
    "The upstream gradient is left out: the chain rule multiplies each local derivative by it.",
    edits={"grad_output / self.b, -grad_output * self.a": "1 / self.b, -self.a"},
)
div.misconception(
    "sign_of_db",
    "The gradient for b has the wrong sign: a larger denominator makes the quotient smaller.",
    edits={"-grad_output": "grad_output"},
)
div.misconception(
    "forgot_square",
    "The derivative with respect to b is -a/b², with the denominator squared.",
    edits={"self.b**2": "self.b"},
)
div.misconception(
    "order_swapped",
    "The two gradients are in the wrong order: first the one for a, then the one for b.",
    edits={
        "return grad_output / self.b, -grad_output * self.a / self.b**2": "return -grad_output * self.a / self.b**2, grad_output / self.b"
    },
)
div.misconception(
    "cache_on_class",
    "The inputs are kept on the class, which all divisions share; keep them on self.",
    edits={"self.a, self.b = a, b": "Div.a, Div.b = a, b"},
)
div.misconception(
    "hard_coded_for_the_example",
    "The numbers of the example are written into backward; compute them from the inputs.",
    edits={"return grad_output / self.b, -grad_output * self.a / self.b**2": "return 0.5, -1.5"},
)
div.misconception(
    "floor_division",
    "// cuts the fraction off; division of real numbers is written /.",
    edits={"return a / b": "return a // b"},
)


@div.alternative("gradients_as_a_list_through_the_quotient")
class Div(Op):
    def forward(self, a, b):
        self.b = b
        self.z = a / b
        return self.z

    def backward(self, grad_output):
        da = grad_output / self.b
        return [da, -da * self.z]


@div.alternative("float32_numpy")
class Div(Op):
    def forward(self, a, b):
        self.inputs = np.float32(a), np.float32(b)
        return self.inputs[0] / self.inputs[1]

    def backward(self, grad_output):
        a, b = self.inputs
        return np.array([1 / b, -a / (b * b)], dtype=np.float32) * np.float32(grad_output)


@div.oracle("torch_autograd")
class Div(Op):
    def forward(self, a, b):
        import torch

        self.inputs = [
            torch.tensor(float(v), dtype=torch.float64, requires_grad=True) for v in (a, b)
        ]
        self.z = self.inputs[0] / self.inputs[1]
        return self.z.item()

    def backward(self, grad_output):
        self.z.backward(self.z.new_tensor(float(grad_output)))
        return tuple(v.grad.item() for v in self.inputs)


POWERS = (
    (1, 0.0),
    (2, 0.0),
    (3, 2.0),
    (3, -1.5),
    (2, -0.7),
    (-1, 4.0),
    (-2, -1.5),
    (0.5, 2.25),
    (2.5, 1.7),
    (0, 3.0),
)


@check("2.6", points=4, reveal=True)
def power(answer, rng):
    def run(n, a, grad_output):
        op = answer.Pow(n)
        return [op.forward(a), op.backward(grad_output)]

    def interleaved(n, first, second, grad_output):
        one, two = answer.Pow(n), answer.Pow(n)
        one.forward(first)
        two.forward(second)
        return [one.backward(grad_output), two.backward(grad_output)]

    g = round(float(rng.uniform(1.5, 4)), 2)
    seen = {f"exponent {n:g} at {a:g}": attempt(run, n, a, g) for n, a in POWERS}
    seen["two powers alive at once"] = attempt(interleaved, 3, 2.0, 5.0, g)
    return seen


@check("2.6-bonus", points=1, bonus=True, reveal=True)
def power_bonus(answer, rng):
    def run(n, a, grad_output):
        op = answer.Pow(n)
        return [op.forward(a), op.backward(grad_output)]

    return {"exponent 0 at 0": attempt(run, 0, 0.0, 5.0), "as whole numbers": attempt(run, 0, 0, 2)}
