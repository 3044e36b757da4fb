"""What exercises 2.5-2.7 build on: the `Op` interface and the sigmoid function."""

import numpy as np


class Op:
    """One operation of a computational graph: a forward and a backward rule.

    `forward(*inputs)` returns the output and stores on `self` whatever
    `backward` will need: `backward(grad_output)` gets the gradient with respect
    to the output, but not the inputs. Store it on `self`, never on the class:
    two operations of one kind are alive at once in any graph, and each has to
    remember its own inputs.

    `backward` returns one gradient per input, in the order of the inputs
    (a tuple if there are several).
    """

    def forward(self, *inputs):
        raise NotImplementedError(f"{type(self).__name__}.forward is not written yet")

    def backward(self, grad_output):
        raise NotImplementedError(f"{type(self).__name__}.backward is not written yet")

    def __call__(self, *inputs):
        return self.forward(*inputs)


def sigmoid(x):
    """1 / (1 + exp(-x)), elementwise; a number or an array of any shape, same shape out."""
    x = np.asarray(x)
    e = np.exp(-np.abs(x))  # never overflows, unlike exp(-x) at x = -800
    return np.where(x >= 0, 1, e) / (1 + e)
