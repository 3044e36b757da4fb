"""2.5: division, forward and backward."""

import numpy as np

from autograder.check import attempt, check
from utils import Op

# what a division has to remember, and on which object, is the idea: it costs a third
WEIGHTS = {
    "forward with whole numbers": 0.75,
    "gradient for a": 1.25,
    "gradient for b": 0.75,
    "gradients at a negative denominator, smaller one first": 0.25,
    "two divisions alive at once": 2,
}


@check("2.5", points=4, reveal=True, weights=WEIGHTS)
def div(answer, rng):
    """The order of the two gradients counts where each is asked for by itself, and only there."""

    def quotient(a, b):
        return answer.Div().forward(a, b)

    def both(a, b, grad_output):
        op = answer.Div()
        op.forward(a, b)
        return list(op.backward(grad_output))

    def for_a(a, b, grad_output):
        return both(a, b, grad_output)[0]

    def for_b(a, b, grad_output):
        return both(a, b, grad_output)[1]

    def sorted_both(a, b, grad_output):
        return sorted(both(a, b, grad_output))

    def interleaved(first, second, grad_output):
        one, two = answer.Div(), answer.Div()
        one.forward(*first)
        two.forward(*second)
        return [sorted(one.backward(grad_output)), sorted(two.backward(grad_output))]

    a, b, g = rng.uniform(1.5, 5, 3).round(2).tolist()
    return {
        "forward": attempt(quotient, a, b),
        "forward with whole numbers": attempt(quotient, 7, 2),
        "gradient for a": attempt(for_a, a, b, g),
        "gradient for b": attempt(for_b, a, b, g),
        "gradients at a negative denominator, smaller one first": attempt(
            sorted_both, a, -b, g + 1
        ),
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
        "return grad_output / self.b, ": "return ",
        "self.a / self.b**2": "self.a / self.b**2, grad_output / self.b",
    },
)
div.misconception(
    "cache_on_class",
    "The inputs are kept on the class, which all divisions share; keep them on self.",
    edits={"self.a, self.b = a, b": "Div.a, Div.b = a, b"},
)
BACKWARD = "return grad_output / self.b, -grad_output * self.a / self.b**2"
HARD_CODED = (
    "These are the numbers of one example. The derivatives depend on a and b, which forward keeps."
)
div.misconception("hard_coded", HARD_CODED, edits={BACKWARD: "return 0.5, -1.5"})
div.misconception(
    "hard_coded", HARD_CODED, edits={BACKWARD: "return 2.0, -0.5"}, form="of the task"
)
div.misconception(
    "hard_coded",
    "These are the local derivatives of one example. They depend on a and b, which forward keeps.",
    edits={BACKWARD: "return grad_output * 0.5, grad_output * -1.5"},
    form="times grad_output",
)
div.misconception(
    "floor_division",
    "// cuts the fraction off; division of real numbers is written /.",
    edits={"return a / b": "return a // b"},
)
div.misconception(
    "forgot_the_numerator",
    "The gradient for b misses a factor: a times 1/b changes with b a times as fast as 1/b does.",
    edits={"-grad_output * self.a / self.b**2": "-grad_output / self.b**2"},
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


@div.oracle("central_differences")
class Div(Op):
    def forward(self, a, b):
        self.a, self.b = float(a), float(b)
        return self.a * self.b**-1.0

    def backward(self, grad_output):
        a, b, h = self.a, self.b, 1e-5
        da = ((a + h) * b**-1.0 - (a - h) * b**-1.0) / (2 * h)
        db = (a * (b + h) ** -1.0 - a * (b - h) ** -1.0) / (2 * h)
        return grad_output * da, grad_output * db
