"""6.10: a network as a graph, the shapes on it, and the way to W1."""

import numpy as np

from autograder.check import attempt, check, order, written

GRAPH = {
    "u": ("matmul", "W1", "x"), "z1": ("add", "u", "b1"), "a1": ("relu", "z1"),
    "v": ("matmul", "w2", "a1"), "s": ("add", "v", "b2"), "y_hat": ("sigmoid", "s"),
}  # fmt: skip


@check("6.10a", points=1)
def graph(answer, rng):
    def node(name):
        operation, *operands = (str(word).strip() for word in answer.graph[name])
        return f"{operation.casefold()} of {' and '.join(sorted(operands))}"

    return {name: attempt(node, name) for name in ("z1", "a1", "v", "s", "y_hat")}


def drawn(**changed):
    """The source of an answer that is right but for what is named."""
    return f"graph = { ({**GRAPH, **changed})!r}"


for name, sentence, *forms in (
    (
        "bias_after_the_activation",
        "In the formula b₁ stands inside the bracket: it is added before ReLU.",
        drawn(z1=("relu", "u"), a1=("add", "z1", "b1")),
    ),
    (
        "biases_exchanged",
        "The two biases are exchanged: b₁ belongs to the hidden layer, b₂ to the output.",
        drawn(z1=("add", "u", "b2"), s=("add", "v", "b1")),
        drawn(s=("add", "v", "b1")),
    ),
    (
        "activations_exchanged",
        "The activations are exchanged: ReLU is inside, the sigmoid is applied last.",
        drawn(a1=("sigmoid", "z1"), y_hat=("relu", "s")),
    ),
    (
        "goes_past_the_activation",
        "The second product takes z₁, so the result of ReLU is used by nobody: no arrow leaves it.",
        drawn(v=("matmul", "w2", "z1")),
    ),
    (
        "second_layer_reads_the_inputs",
        "The second product takes the input again. A layer reads what the layer before it computed.",
        drawn(v=("matmul", "w2", "x")),
    ),
    (
        "sigmoid_before_the_bias",
        "The sigmoid takes v, so the result of the last sum is used by nobody.",
        drawn(y_hat=("sigmoid", "v")),
    ),
    (
        "adds_where_it_multiplies",
        "w₂ and a₁ are multiplied, entry by entry, and summed: that is a product, matmul.",
        drawn(v=("add", "w2", "a1")),
    ),
):
    for number, source in enumerate(forms):
        graph.misconception(name, sentence, source=source, form=f"{number}" if number else "")

graph.alternative(
    "lists_in_capitals",
    source=f"graph = { ({k: [v[0].upper(), *v[1:]] for k, v in GRAPH.items()})!r}",
)
graph.alternative(
    "operands_in_another_order",
    source=f"graph = { ({k: (v[0], *v[:0:-1]) for k, v in GRAPH.items()})!r}",
)


@graph.oracle("torch_fx_trace")
def answer():
    import torch.fx

    def network(x, W1, b1, w2, b2):
        return torch.sigmoid(torch.matmul(w2, torch.relu(torch.matmul(W1, x) + b1)) + b2)

    _named = iter(("u", "z1", "a1", "v", "s", "y_hat"))
    _of, graph = {}, {}
    for _node in torch.fx.symbolic_trace(network).graph.nodes:
        if _node.op == "call_function":
            _of[_node] = next(_named)
            graph[_of[_node]] = (_node.target.__name__, *(_of.get(a, str(a)) for a in _node.args))


SHAPES = {"u": (4,), "z1": (4,), "a1": (4,), "v": (), "s": (), "y_hat": ()}


def as_shape(value):
    """A shape as a text; (4) is 4 in Python, and is meant as (4,)."""
    sizes = [value] if isinstance(value, int) else list(value)
    return str(tuple(int(size) for size in sizes))


@check("6.10b", points=1)
def shapes(answer, rng):
    def shape(name):
        return as_shape(answer.shapes[name])

    return {name: attempt(shape, name) for name in SHAPES}


def shaped(hidden=(4,), output=(), **changed):
    """The source of an answer with one shape for the hidden values and one for the others."""
    found = dict.fromkeys(("u", "z1", "a1"), hidden) | dict.fromkeys(("v", "s", "y_hat"), output)
    return f"shapes = {found | changed!r}"


for name, sentence, *forms in (
    (
        "counts_the_inputs",
        "A layer has as many outputs as its matrix has rows. Three is the number of inputs.",
        shaped(hidden=(3,)),
    ),
    (
        "product_is_a_matrix",
        "A matrix times a vector is a vector: each row gives one number, a sum of products.",
        shaped(u=(4, 3)),
        shaped(hidden=(4, 3)),
    ),
    (
        "product_not_summed",
        "The product of two vectors is the sum of the products of their entries: a single number.",
        shaped(output=(4,)),
        shaped(v=(4,)),
    ),
    (
        "keeps_an_axis",
        "A vector times a vector is a number, and a number has no axis. (As a matrix with one row, w₂ would "
        "leave one.)",
        shaped(output=(1,)),
    ),
    (
        "column_vectors",
        "These are columns. In this exercise a vector has one axis, and is neither a column nor a row.",
        shaped(hidden=(4, 1), output=(1, 1)),
        shaped(hidden=(4, 1)),
    ),
    (
        "row_of_a_batch",
        "There is no batch here: a single example has no axis for the examples.",
        shaped(hidden=(1, 4), output=(1, 1)),
        shaped(hidden=(1, 4)),
    ),
):  # fmt: skip
    for number, source in enumerate(forms):
        shapes.misconception(name, sentence, source=source, form=f"{number}" if number else "")

shapes.alternative("lists", source=shaped().replace("(", "[").replace(",)", "]").replace(")", "]"))


@shapes.alternative("of_arrays")
def answer():
    _hidden, _output = np.zeros((4, 3)) @ np.zeros(3), np.zeros(4) @ np.zeros(4)
    shapes = dict.fromkeys(("u", "z1", "a1"), _hidden.shape)
    shapes |= dict.fromkeys(("v", "s", "y_hat"), _output.shape)


@shapes.oracle("torch_shapes")
def answer():
    import torch

    _x, _W1, _b1, _w2, _b2 = (torch.zeros(size) for size in ((3,), (4, 3), (4,), (4,), ()))
    _u = _W1 @ _x
    _a1 = torch.relu(_u + _b1)
    _v = _w2 @ _a1
    _all = (_u, _u + _b1, _a1, _v, _v + _b2, torch.sigmoid(_v + _b2))
    shapes = {name: value.shape for name, value in zip(("u", "z1", "a1", "v", "s", "y_hat"), _all)}


JACOBIANS = {
    "u by W1": (4, 4, 3), "u by x": (4, 3), "z1 by u": (4, 4), "z1 by b1": (4, 4), "a1 by z1": (4, 4),
    "v by w2": (4,), "v by a1": (4,), "y_hat by s": (),
}  # fmt: skip


@check("6.10c", points=2)
def jacobians(answer, rng):
    def shape(name):
        found = as_shape(answer.jacobians[name])
        return "(4, 4, 3)" if name == "u by W1" and found == "(4, 12)" else found

    return {name: attempt(shape, name) for name in JACOBIANS}


def tables(**changed):
    """The source of an answer that is right but for what is named, with _ for " by "."""
    return f"jacobians = {JACOBIANS | {k.replace('_by_', ' by '): v for k, v in changed.items()}!r}"


ENTRY_BY_ENTRY = {"z1_by_u": (4,), "z1_by_b1": (4,), "a1_by_z1": (4,)}
for name, sentence, *forms in (
    (
        "shape_of_the_operand",
        "That is the shape of the operand, as a gradient of the loss has it. A local Jacobian has an "
        "entry for every pair of an output's entry and an operand's entry.",
        tables(u_by_W1=(4, 3), u_by_x=(3,), **ENTRY_BY_ENTRY),
        tables(u_by_W1=(4, 3), u_by_x=(3,)),
        tables(u_by_W1=(4, 3)),
    ),
    (
        "diagonal_only",
        "That is the diagonal. The other entries are 0 here, but the Jacobian has them: each output by each "
        "entry of the operand.",
        tables(**ENTRY_BY_ENTRY),
        tables(a1_by_z1=(4,)),
    ),
    (
        "derivative_of_a_sum_is_one_number",
        "The derivative of a sum of vectors is no single 1: every output has its own derivative by every "
        "entry, and together they are the identity matrix.",
        tables(z1_by_u=(), z1_by_b1=()),
        tables(z1_by_b1=()),
    ),
    (
        "operand_first",
        "The axes are the other way round: the output's come first, the operand's behind them.",
        tables(u_by_W1=(4, 3, 4), u_by_x=(3, 4)),
        tables(u_by_x=(3, 4)),
    ),
    (
        "number_with_an_axis",
        "A number has no axis, so nothing stands in front of (or behind) the other shape.",
        tables(v_by_w2=(1, 4), v_by_a1=(1, 4), y_hat_by_s=(1, 1)),
        tables(v_by_w2=(1, 4), v_by_a1=(1, 4), y_hat_by_s=(1,)),
        tables(y_hat_by_s=(1,)),
    ),
    (
        "one_row_for_each_output",
        "This leaves out that every output could depend on every entry of W₁, not only on its own row. The "
        "entries for the other rows are 0, but they are there.",
        tables(u_by_W1=(4, 3, 3)),
        tables(u_by_W1=(3,)),
    ),
    (
        "product_of_the_shapes",
        "A dot product is one number, and it has one derivative for each entry of a factor.",
        tables(v_by_w2=(4, 4), v_by_a1=(4, 4)),
        tables(v_by_w2=(), v_by_a1=()),
    ),
):
    for number, source in enumerate(forms):
        jacobians.misconception(name, sentence, source=source, form=f"{number}" if number else "")

jacobians.alternative("flattened", source=tables(u_by_W1=(4, 12)))
jacobians.alternative(
    "lists", source=tables(u_by_x=[4, 3], v_by_w2=[4], y_hat_by_s=[], u_by_W1=[4, 4, 3])
)


@jacobians.oracle("torch_jacobians")
def answer():
    import torch
    from torch.autograd.functional import jacobian

    _x, _W1, _b1, _w2 = torch.randn(3), torch.randn(4, 3), torch.randn(4), torch.randn(4)
    _u, _a1 = _W1 @ _x, torch.relu(_W1 @ _x)
    _steps = {
        "u by W1": (lambda W1: W1 @ _x, _W1), "u by x": (lambda x: _W1 @ x, _x),
        "z1 by u": (lambda u: u + _b1, _u), "z1 by b1": (lambda b1: _u + b1, _b1),
        "a1 by z1": (torch.relu, _u), "v by w2": (lambda w2: w2 @ _a1, _w2),
        "v by a1": (lambda a1: _w2 @ a1, _a1), "y_hat by s": (torch.sigmoid, torch.tensor(0.3)),
    }  # fmt: skip
    jacobians = {name: jacobian(step, at).shape for name, (step, at) in _steps.items()}


way = order(
    "6.10d",
    "way",
    "abcdefgh",
    right="bhagec",
    points=1,
    before={
        "passes_the_last_sum_before_the_sigmoid": (
            "The sigmoid was applied last, so on the way back it comes first.",
            "bh",
        ),
        "passes_the_product_before_the_sum": (
            "b₂ is added after the product with w₂. On the way back the sum comes before the product.",
            "ha",
        ),
        "masks_before_the_weights": (
            "The mask belongs to ReLU, which was applied before the product with w₂: on the way back it "
            "comes after it.",
            "ag",
        ),
        "passes_the_first_sum_before_the_mask": (
            "The gradient reaches z₁ through the mask of ReLU, and only then the sum that made z₁.",
            "ge",
        ),
        "outer_product_before_the_sum": (
            "The outer product is the last step: it leads from u to W₁, so the gradient must be at u by "
            "then.",
            "ec",
        ),
    },
    false={
        "d": ("multiplies_by_W1", "W₁ᵀ leads on to the input x. The way to W₁ takes the other factor."),
        "f": ("multiplies_by_a1", "a₁ is the factor on the way to w₂. The way to a₁ takes the other factor."),
    },
    missing=(
        "leaves_out_the_sums",
        "A step is missing. The sums multiply by 1, and are applications of the chain rule all the same.",
        "bagc", "hagec", "bhagc", "bagec",
    ),
    orders={
        "follows_the_forward_pass": (
            "That is the order of the forward pass. The gradient goes the other way, from ŷ to W₁.",
            "cegahb",
        ),
    },
)  # fmt: skip


@way.oracle("torch_backward_graph")
def answer():
    import torch

    _x, _W1, _b1, _w2 = (
        torch.randn(3),
        torch.randn(4, 3, requires_grad=True),
        torch.randn(4),
        torch.randn(4),
    )
    _b2 = torch.zeros((), requires_grad=True)
    _node = torch.sigmoid(_w2 @ torch.relu(_W1 @ _x + _b1.requires_grad_()) + _b2).grad_fn
    _cards, way = {"Sigmoid": "b", "Relu": "g"}, ""
    _sums, _products = iter("he"), iter("ac")
    while type(_node).__name__ != "AccumulateGrad":
        _kind = type(_node).__name__.removesuffix("Backward0")
        way += next(_sums) if _kind == "Add" else _cards.get(_kind) or next(_products)
        _node = next(n for n, _ in _node.next_functions if n and getattr(n, "variable", _W1) is _W1)


written(
    "6.10-written",
    rubric=[
        (0.5, "The formula has all five factors in an order in which the shapes fit."),
        (0.5, "Names the node of each factor: sigmoid, product with w₂, ReLU, product W₁x."),
        (
            0.5,
            "Says why the last factor is an outer product, or that the sums contribute a factor of 1.",
        ),
        (
            0.5,
            "Two losses: their gradients are added at ŷ, and the rest of the walk stays as it is.",
        ),
    ],
)
