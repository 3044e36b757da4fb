"""3.33a-bonus: products of stacks of matrices."""

from functools import partial

from autograder.check import attempt, check
from autograder.checks.ch03_calculus.own_tensor import OFF_LIMITS, gradients, signed_numbers


@check("3.33a-bonus", points=2, bonus=True, forbid=OFF_LIMITS, reveal=True, atol=2e-5)
def stacks(answer, rng):
    array = signed_numbers(rng)
    run, product = partial(gradients, answer.Tensor), "((A @ B) * C).sum()"
    shapes = {
        "stack @ stack": ((5, 2, 3), (5, 3, 4), (5, 2, 4)),
        "stack @ matrix": ((5, 2, 3), (3, 4), (5, 2, 4)),
        "matrix @ stack": ((2, 3), (5, 3, 4), (5, 2, 4)),
        "stacks, one repeated": ((2, 1, 2, 3), (5, 3, 4), (2, 5, 2, 4)),
    }
    return {
        key: attempt(run, "AB", product, A=array(*a), B=array(*b), C=array(*c))
        for key, (a, b, c) in shapes.items()
    }


stacks.misconception(
    "all_axes_turned_around",
    "In a stack, .T turns all axes around. Exchange the last two only.",
    edits={
        "np.swapaxes(self.data, -1, -2), np.swapaxes(other.data, -1, -2)": (
            "self.data.T, other.data.T"
        )
    },
)
stacks.misconception(
    "shared_matrix_gets_a_stack",
    "One matrix that serves a whole stack gets a share from each product, and they add up: its gradient "
    "is one matrix.",
    source="""
_product = Tensor.__matmul__
def __matmul__(self, other):
    z = _product(self, other)
    other = z._parents[1]
    def backward_into(operand, pullback):
        def share(G):
            found = pullback(G)
            return found if found.ndim == operand.data.ndim else found[0]
        return share
    z._pullbacks = tuple(backward_into(o, p) for o, p in zip(z._parents, z._pullbacks))
    return z
Tensor.__matmul__ = __matmul__
""",
)


@stacks.alternative("einsum")
def answer():
    def __matmul__(self, other):
        other = Tensor._lift(other)
        a, b = self.data, other.data
        pullbacks = (
            lambda G: np.einsum("...ik,...jk->...ij", G, b),
            lambda G: np.einsum("...ij,...ik->...jk", a, G),
        )
        return Tensor(np.einsum("...ij,...jk->...ik", a, b), (self, other), pullbacks)

    Tensor.__matmul__ = __matmul__


@stacks.alternative("moveaxis_and_sums_of_its_own")
def answer():
    def back(G, shape):
        while G.ndim > len(shape):
            G = G.sum(axis=0)
        for axis, n in enumerate(shape[:-2]):
            if n != G.shape[axis]:
                G = G.sum(axis=axis, keepdims=True)
        return G

    def __matmul__(self, other):
        other = Tensor._lift(other)
        turned = lambda x: np.moveaxis(x, -1, -2)
        pullbacks = (
            lambda G: back(np.matmul(G, turned(other.data)), self.data.shape),
            lambda G: back(np.matmul(turned(self.data), G), other.data.shape),
        )
        return Tensor(np.matmul(self.data, other.data), (self, other), pullbacks)

    Tensor.__matmul__ = __matmul__


@stacks.oracle("torch_autograd")
def answer():
    def __matmul__(self, other):
        import torch

        other = Tensor._lift(other)
        a, b = (torch.tensor(t.data, requires_grad=True) for t in (self, other))
        z = torch.matmul(a, b)

        def share(k):
            def pullback(G):
                return torch.autograd.grad(z, (a, b), torch.tensor(G), retain_graph=True)[k].numpy()

            return pullback

        return Tensor(z.detach().numpy(), (self, other), (share(0), share(1)))

    Tensor.__matmul__ = __matmul__
