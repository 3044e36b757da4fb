"""What answers to 3.33 may not use, and how their tensors are asked for gradients."""

import numpy as np

from autograder.check import tried
from autograder.inside.naming import label_of

OFF_LIMITS = (
    "torch", "jax", "tensorflow", "sklearn", "autograd", "utils.engine", "utils.Value", "CourseValue",
    "utils.autograd", "utils.networks", "utils.NumpyMLP", "utils.PyTorchMLP", "utils.tape",
    "utils.Tape", "utils.explorers", "exec", "compile", "inspect.getsource",
)  # fmt: skip


def array_of(tensor):
    return np.array(tensor.data, dtype=float)


def backward_from_one(z, leaves):
    """The answer's backward pass, begun with 1 even if the answer forgets to.

    Where it begins has a sub-check of its own; a missing beginning must not cost all the others.
    """
    before = [np.array(leaf.grad) for leaf in leaves]
    z.backward()
    same = [np.array_equal(leaf.grad, grad) for leaf, grad in zip(leaves, before)]
    if not np.any(z.grad) and all(same):
        z.grad = np.ones(np.shape(z.data))
        z.backward()


def gradients(Tensor, wanted, formula, **arrays):
    """The formula's value and its gradients for the wanted arrays, by the answer's `Tensor`.

    A formula is an expression in the names of the arrays, or a function that is `named`.
    """
    tried(label_of(formula) or formula, **arrays)
    tensors = {name: Tensor(array.copy()) for name, array in arrays.items()}
    z = formula(**tensors) if callable(formula) else eval(formula, {"np": np} | tensors)
    backward_from_one(z, [tensors[name] for name in wanted])
    value = np.asarray(z.data).item()
    return {"value": value} | {f"gradient for {n}": np.asarray(tensors[n].grad) for n in wanted}


def signed_numbers(rng):
    """A function from shapes to arrays of numbers that are neither 0 nor near it."""

    def array(*shape):
        sizes = rng.uniform(0.3, 1.5, shape)
        return np.array(sizes * rng.choice([-1.0, 1.0], shape)).round(2)

    return array
