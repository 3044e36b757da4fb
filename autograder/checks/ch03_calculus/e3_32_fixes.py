"""3.32: five programs that learn nothing, repaired. The gradient must be that of the loss that is meant."""

from autograder.check import attempt, check
from autograder.checks.ch03_calculus.small_networks import (
    backward,
    classes,
    directions,
    inputs,
    layer,
    network,
)

# A loss with argmax -------------------------------------------------------------------------------

LOSS = "loss and gradients"


@check("3.32b", points=1)
def argmax_loss(answer, rng):
    def trained(k):
        n, width = int(rng.integers(9, 14)), int(rng.integers(4, 7))
        model = network(rng, 3, width, k)
        return backward(answer.fix_argmax_loss(model, inputs(rng, n, 3), classes(rng, n, k)), model)

    return {
        "directions of the gradients, two classes": attempt(
            lambda: directions(trained(2)["gradients"])
        ),
        "directions of the gradients, four classes": attempt(
            lambda: directions(trained(4)["gradients"])
        ),
        LOSS: attempt(trained, 3),
    }


FIXED = "return functional.cross_entropy(model(X), y)"
SHARE = "(model(X).argmax(dim=1) != y).float().mean()"
argmax_loss.misconception(
    "requires_grad_silencer",
    "requires_grad_() ends the complaint and connects nothing: the loss is a leaf now, and no "
    "parameter gets a "
    "gradient. The argmax has to go.",
    edits={FIXED: f"return {SHARE}.requires_grad_()"},
)
argmax_loss.misconception(
    "argmax_plus_weight_decay",
    "The penalty on the weights has a gradient, so backward() runs; but it is the only thing that "
    "is minimised. The "
    "share of wrong guesses still contributes nothing.",
    edits={FIXED: f"return {SHARE} + 0.01 * sum((p**2).sum() for p in model.parameters())"},
)
argmax_loss.misconception(
    "requires_grad_silencer",
    "requires_grad_() ends the complaint and connects nothing: the distance between class numbers "
    "is still made of "
    "an argmax.",
    edits={FIXED: "return ((model(X).argmax(dim=1) - y).float() ** 2).mean().requires_grad_()"},
    form="squared distance of the classes",
)
argmax_loss.misconception(
    "softmax_applied_twice",
    "cross_entropy has a softmax inside: it expects logits, and here it gets probabilities.",
    edits={FIXED: "return functional.cross_entropy(torch.softmax(model(X), dim=1), y)"},
)
argmax_loss.misconception(
    "logarithm_missing",
    "That is minus the mean probability of the right class. The cross-entropy takes its logarithm first.",
    edits={FIXED: "return functional.nll_loss(torch.softmax(model(X), dim=1), y)"},
)
argmax_loss.misconception(
    "sum_not_mean",
    "The losses of all points are added up. Asked for is their mean.",
    edits={FIXED: 'return functional.cross_entropy(model(X), y, reduction="sum")'},
)
argmax_loss.misconception(
    "squared_error_of_probabilities",
    "That is the squared error of the probabilities. It has a gradient, but the loss asked for is "
    "the cross-entropy.",
    edits={
        FIXED: "p = torch.softmax(model(X), dim=1)\n"
        "    return ((p - functional.one_hot(y, p.shape[1])) ** 2).sum(dim=1).mean()"
    },
)


@argmax_loss.alternative("log_softmax_and_index")
def fix_argmax_loss(model, X, y):
    log_p = torch.log_softmax(model(X).double(), dim=1)
    return -log_p[torch.arange(len(y)), y].mean()


@argmax_loss.alternative("loop_over_points")
def fix_argmax_loss(model, X, y):
    losses = []
    for x, label in zip(X, y):
        z = model(x)
        losses.append(torch.logsumexp(z, dim=0) - z[label])
    return sum(losses) / len(losses)


argmax_loss.alternative(
    "as_a_module", edits={FIXED: "return torch.nn.CrossEntropyLoss()(model(X), y)"}
)


@argmax_loss.oracle("p_minus_y")
def fix_argmax_loss(model, X, y):
    # a stand-in whose gradient with respect to the logits is (p − y)/n, and whose value is the loss
    z = model(X)
    p = z.detach().exp() / z.detach().exp().sum(dim=1, keepdim=True)
    one_hot = torch.eye(z.shape[1])[y]
    stand_in = (z * (p - one_hot)).sum() / len(y)
    return stand_in - stand_in.detach() - (one_hot * p.log()).sum() / len(y)


# A detached hidden layer -----------------------------------------------------------------------------

THROUGH, RELU = (
    "directions of the gradients of both layers",
    "loss and gradients, hidden values of any size",
)


@check("3.32c", points=1, weights={THROUGH: 2})
def detached(answer, rng):
    import torch

    def through():
        """The hidden values are small and positive: ReLU (or tanh) hands them on unchanged, so what
        shows here is the path alone, whichever activation stands on it."""
        width = int(rng.integers(4, 7))
        l1, l2 = layer(rng, 3, width), layer(rng, width, 3, size=20)
        X = torch.tensor(rng.uniform(-1, 1, (9, 3)), dtype=torch.float32)
        with torch.no_grad():
            l1.weight.copy_(torch.tensor(rng.uniform(-6e-5, 6e-5, (width, 3))))
            l1.bias.fill_(4e-4)
            l2.bias.copy_(torch.tensor(rng.permutation([-1.0, 0.0, 1.0])))
        loss = answer.fix_detached_hidden(l1, l2, X, classes(rng, 9, 3))
        return directions(backward(loss, l1, l2)["gradients"])

    def any_size():
        width = int(rng.integers(5, 9))
        l1, l2 = layer(rng, 2, width), layer(rng, width, 2)
        loss = answer.fix_detached_hidden(l1, l2, inputs(rng, 12, 2), classes(rng, 12, 2))
        return backward(loss, l1, l2)

    return {THROUGH: attempt(through), RELU: attempt(any_size)}


HIDDEN = "hidden = torch.relu(l1(X))"
CUT = "The first layer still gets no gradient: the hidden values have lost their history. "
for form, cut in {
    "": f"{HIDDEN}.detach()",
    "data": f"{HIDDEN}.data",
    "new tensor": "hidden = torch.tensor(torch.relu(l1(X)).tolist())",
    "requires_grad": f"{HIDDEN}.detach().requires_grad_()",
    "no_grad": f"with torch.no_grad():\n        {HIDDEN}",
}.items():
    detached.misconception(
        "still_detached",
        CUT + "Whatever makes a new tensor of the numbers alone cuts the path.",
        edits={HIDDEN: cut},
        form=form,
    )
detached.misconception(
    "second_layer_detached",
    "Now it is the second layer that gets no gradient.",
    edits={"l2(hidden)": "hidden @ l2.weight.detach().T + l2.bias.detach()"},
)
detached.misconception(
    "another_activation",
    "The gradient arrives, but the activation is another one now. The program has a ReLU there.",
    edits={HIDDEN: "hidden = torch.tanh(l1(X))"},
)
detached.misconception(
    "activation_lost",
    "The ReLU between the layers is gone along with the detach.",
    edits={HIDDEN: "hidden = l1(X)"},
)
detached.misconception(
    "sum_not_mean",
    "The losses of all points are added up. The program takes their mean.",
    edits={"cross_entropy(l2(hidden), y)": 'cross_entropy(l2(hidden), y, reduction="sum")'},
)
detached.misconception(
    "softmax_applied_twice",
    "cross_entropy has a softmax inside: it expects logits, and here it gets probabilities.",
    edits={"l2(hidden)": "torch.softmax(l2(hidden), dim=1)"},
)


@detached.alternative("sequential")
def fix_detached_hidden(l1, l2, X, y):
    return torch.nn.CrossEntropyLoss()(torch.nn.Sequential(l1, torch.nn.ReLU(), l2)(X), y)


@detached.alternative("matrices_and_clamp")
def fix_detached_hidden(l1, l2, X, y):
    hidden = (X @ l1.weight.T + l1.bias).clamp(min=0)
    logits = hidden @ l2.weight.T + l2.bias
    return (logits.logsumexp(dim=1) - logits.gather(1, y[:, None])[:, 0]).mean()


@detached.oracle("by_hand")
def fix_detached_hidden(l1, l2, X, y):
    # the two deltas by hand; a stand-in has these gradients and the value of the loss
    with torch.no_grad():
        z1 = X @ l1.weight.T + l1.bias
        a1 = z1 * (z1 > 0)
        p = torch.softmax(a1 @ l2.weight.T + l2.bias, dim=1)
        one_hot = torch.eye(p.shape[1])[y]
        delta2 = (p - one_hot) / len(y)
        delta1 = (delta2 @ l2.weight) * (z1 > 0)
        loss = -(one_hot * p.log()).sum() / len(y)
    gradients = (delta1.T @ X, delta1.sum(dim=0), delta2.T @ a1, delta2.sum(dim=0))
    parameters = (l1.weight, l1.bias, l2.weight, l2.bias)
    stand_in = sum((p * g).sum() for p, g in zip(parameters, gradients))
    return stand_in - stand_in.detach() + loss


# A parameter that is no leaf ---------------------------------------------------------------------------

LEAF, MOVES, SPREAD, SEED = (
    "a leaf, with a gradient after backward()",
    "15 steps of an optimiser",
    "a leaf with mean 0, standard deviation 0.1",
    "a leaf whose numbers follow the seed",
)


@check("3.32d", points=1, weights={MOVES: 2}, rtol=1e-3, atol=1e-6)
def leaf(answer, rng):
    import torch

    def number():
        return int(rng.integers(1000))

    def upstream(shape):
        return torch.tensor(rng.uniform(1, 2, shape))

    def after_backward():
        shape = (int(rng.integers(2, 5)), int(rng.integers(5, 8)))
        w = answer.fix_leaf(shape, number())
        (w * upstream(shape).to(w.dtype)).sum().backward()
        return {"is_leaf": w.is_leaf, "grad": w.grad}

    def after_steps():
        shape = (int(rng.integers(6, 9)),)
        w, gradient = answer.fix_leaf(shape, number()), upstream(shape)
        start = w.detach().clone()
        optimiser = torch.optim.SGD([w], lr=0.2)
        for _ in range(15):
            optimiser.zero_grad()
            (w * gradient.to(w.dtype)).sum().backward()
            optimiser.step()
        return w.detach() - start

    def spread():
        """Two digits of mean and deviation; beside them 5 % of the numbers should lie beyond 1.96
        deviations, and the shape is the one asked for."""
        shape = (int(rng.integers(190, 210)), 100)
        w = answer.fix_leaf(shape, number())
        values = w.detach().double()
        tails = (values.abs() > 0.196).double().mean()
        return {
            "shape": list(w.shape), "is_leaf": w.is_leaf,
            "10 * std": round(10 * float(values.std()), 1), "mean": round(float(values.mean()), 1),
            "tails": round(float(tails) * 2, 1),
        }  # fmt: skip

    def follows(seed):
        one, again, other = (answer.fix_leaf((5,), s) for s in (seed, seed, seed + 1))
        same, differs = torch.equal(one, again), not torch.isclose(one, other).any()
        return {f"seed {seed}": [one.is_leaf and one.requires_grad, same, bool(differs)]}

    return {
        LEAF: attempt(after_backward),
        MOVES: attempt(after_steps),
        SPREAD: attempt(spread),
        SEED: attempt(follows, number()),
    }


MADE = "return (0.1 * torch.randn(shape)).double().requires_grad_()"
leaf.misconception(
    "converted_after_requires_grad",
    "The tensor that is returned was made by an operation from one that required a gradient: it is "
    "no leaf, and "
    "its .grad stays None.",
    edits={MADE: "return torch.normal(0.0, 0.1, shape, requires_grad=True).double()"},
)
leaf.misconception(
    "converted_after_requires_grad",
    "The product is no leaf: it was made by an operation from one, and its .grad stays None. "
    "Multiply first, and ask "
    "for a gradient afterwards.",
    edits={MADE: "return torch.randn(shape, requires_grad=True) * 0.1"},
    form="times 0.1",
)
leaf.misconception(
    "non_leaf_retain_grad",
    "retain_grad() shows the gradient of a tensor that is no leaf; it does not make it one, and no "
    "optimiser accepts it.",
    edits={
        MADE: "w = torch.normal(0.0, 0.1, shape, requires_grad=True).double()\n"
        "    w.retain_grad()\n    return w"
    },
)
leaf.misconception(
    "asks_for_no_gradient",
    "The tensor is a leaf and requires no gradient: nothing will ever arrive at it.",
    edits={".double().requires_grad_()": ".double()"},
)
leaf.misconception(
    "not_scaled",
    "The standard deviation is 1. These numbers were to be a tenth of that.",
    edits={"0.1 * torch": "torch"},
)
leaf.misconception(
    "variance_taken_for_deviation",
    "That is the variance 0.1. The standard deviation is its square root.",
    edits={"0.1 * torch": "0.1**0.5 * torch"},
)
leaf.misconception(
    "uniform",
    "These numbers are spread evenly. Asked for is a normal distribution.",
    edits={"0.1 * torch.randn(shape)": "0.1 * 3**0.5 * (2 * torch.rand(shape) - 1)"},
)
leaf.misconception(
    "seed_ignored",
    "The same seed gives other numbers at each call: the generator has to be set to it.",
    edits={"    torch.manual_seed(seed)\n": ""},
)
leaf.misconception(
    "one_seed_for_all",
    "Every seed gives the same numbers.",
    edits={"manual_seed(seed)": "manual_seed(0)"},
)


@leaf.alternative("parameter")
def fix_leaf(shape, seed):
    torch.manual_seed(seed)
    return torch.nn.Parameter(torch.randn(*shape) * 0.1)


@leaf.alternative("numbers_of_numpy")
def fix_leaf(shape, seed):
    return torch.tensor(np.random.default_rng(seed).normal(0, 0.1, shape), requires_grad=True)


@leaf.alternative("generator_filled_in_place")
def fix_leaf(shape, seed):
    w = torch.empty(shape, requires_grad=True)
    with torch.no_grad():
        w.normal_(0, 0.1, generator=torch.Generator().manual_seed(seed))
    return w


@leaf.alternative("detached_again")
def fix_leaf(shape, seed):
    torch.manual_seed(seed)
    w = (torch.randn(shape, requires_grad=True) / 10).detach()
    w.requires_grad = True
    return w


@leaf.oracle("inverse_distribution_function")
def fix_leaf(shape, seed):
    uniform = torch.tensor(np.random.default_rng([seed, 7]).uniform(size=shape))
    return (0.1 * 2**0.5 * torch.erfinv(2 * uniform - 1)).requires_grad_()


# A softmax over one number ----------------------------------------------------------------------------

SMALL, WIDE = "directions of the gradients of a layer", "directions of the gradients of a network"


@check("3.32e", points=1)
def single(answer, rng):
    def of_network(n, *sizes):
        model1 = network(rng, *sizes, 1)
        targets = classes(rng, n, 2).float()
        # (small inputs: where an output is large, 1 - p in float32 says little about the loss)
        X = inputs(rng, n, sizes[0]) / 3
        loss = answer.fix_single_softmax(model1, X, targets)
        return backward(loss, model1)

    return {
        SMALL: attempt(lambda: directions(of_network(9, 2)["gradients"])),
        WIDE: attempt(lambda: directions(of_network(12, 3, int(rng.integers(4, 7)))["gradients"])),
        LOSS: attempt(of_network, 7, 2, 4),
    }


WITH_LOGITS = "return functional.binary_cross_entropy_with_logits(model1(X)[:, 0], y)"
single.misconception(
    "softmax_over_batch",
    "Along the other axis the points compete with each other for a probability. Each point has one "
    "of its own: the "
    "sigmoid of its output.",
    edits={
        WITH_LOGITS: "return functional.binary_cross_entropy(torch.softmax(model1(X), dim=0)[:, 0], y)"
    },
)
single.misconception(
    "softmax_over_one",
    "A softmax over a single number is 1, whatever the number is, and its derivative is 0.",
    edits={
        WITH_LOGITS: "return functional.binary_cross_entropy(torch.softmax(model1(X), dim=1)[:, 0], y)"
    },
)
single.misconception(
    "sigmoid_applied_twice",
    "The loss with logits has a sigmoid inside, and here it gets probabilities.",
    edits={"model1(X)[:, 0]": "torch.sigmoid(model1(X)[:, 0])"},
)
single.misconception(
    "column_against_row",
    "A column (n, 1) against a row (n,) gives a square: every output is compared with every label.",
    edits={
        WITH_LOGITS: "p = torch.sigmoid(model1(X))\n"
        "    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()"
    },
)
single.misconception(
    "labels_exchanged",
    "Here the sigmoid is the probability of a 0. It should be that of a 1.",
    edits={WITH_LOGITS: WITH_LOGITS.replace("model1(X)[:, 0], y", "-model1(X)[:, 0], y")},
)
single.misconception(
    "sum_not_mean",
    "The losses of all points are added up. Asked for is their mean.",
    edits={"model1(X)[:, 0], y": 'model1(X)[:, 0], y, reduction="sum"'},
)
single.misconception(
    "squared_error",
    "That is the squared error of the probabilities. Asked for is the cross-entropy.",
    edits={WITH_LOGITS: "return ((torch.sigmoid(model1(X)[:, 0]) - y) ** 2).mean()"},
)
single.misconception(
    "half_of_the_loss",
    "That is the loss of the points with the label 1 only. Those with the label 0 have −log(1 − p).",
    edits={WITH_LOGITS: "return -(y * torch.sigmoid(model1(X)[:, 0]).log()).mean()"},
)


@single.alternative("sigmoid_and_logarithms")
def fix_single_softmax(model1, X, y):
    p = torch.sigmoid(model1(X).double()).squeeze(1)
    return -torch.where(y == 1, p, 1 - p).log().mean()


@single.alternative("two_logits")
def fix_single_softmax(model1, X, y):
    z = model1(X)
    return functional.cross_entropy(torch.cat([torch.zeros_like(z), z], dim=1), y.long())


@single.alternative("softplus_of_the_margin")
def fix_single_softmax(model1, X, y):
    return functional.softplus((1 - 2 * y)[:, None] * model1(X)).mean()


@single.oracle("p_minus_y")
def fix_single_softmax(model1, X, y):
    # a stand-in whose gradient with respect to the outputs is (p − y)/n, and whose value is the loss
    z = model1(X)[:, 0]
    with torch.no_grad():
        p = 1 / (1 + (-z).exp())
        loss = -(y * p.log() + (1 - y) * (1 - p).log()).sum() / len(y)
    stand_in = (z * (p - y)).sum() / len(y)
    return stand_in - stand_in.detach() + loss


# The wrong order ---------------------------------------------------------------------------------------

DOWNHILL, FIRST, FIFTEEN = "direction of the first step", "length of the first step", "15 steps"


@check("3.32f", points=1, weights={DOWNHILL: 1.5, FIRST: 0.5}, atol=1e-5)
def steps_in_order(answer, rng):
    def moved(steps):
        model = network(rng, 2, int(rng.integers(4, 7)), 3)
        start = [p.detach().clone() for p in model.parameters()]
        X, y, lr = inputs(rng, 10, 2), classes(rng, 10, 3), float(rng.uniform(0.1, 0.3))
        after = answer.fix_order(model, X, y, lr, steps)
        return [p.detach() - before for p, before in zip(after.parameters(), start, strict=True)]

    return {
        DOWNHILL: attempt(lambda: directions(moved(1))),
        FIRST: attempt(lambda: [m.norm() for m in moved(1)]),
        FIFTEEN: attempt(moved, 15),
    }


ORDER = "optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()"
steps_in_order.misconception(
    "zero_grad_between_backward_and_step",
    "zero_grad() throws the gradient away that backward() has just brought, and step() finds nothing.",
    edits={ORDER: "loss.backward()\n        optimizer.zero_grad()\n        optimizer.step()"},
)
steps_in_order.misconception(
    "never_zeroed",
    "Without zero_grad() every gradient is added to all earlier ones.",
    edits={ORDER: "loss.backward()\n        optimizer.step()"},
)
steps_in_order.misconception(
    "never_zeroed",
    "zero_grad() stands before the loop: there it clears nothing, and from the second step on "
    "gradients add up.",
    edits={
        "    for _ in range(steps):": "    optimizer.zero_grad()\n    for _ in range(steps):",
        ORDER: "loss.backward()\n        optimizer.step()",
    },
    form="before the loop",
)
steps_in_order.misconception(
    "step_before_backward",
    "step() comes before backward(): it uses what the round before has left, and the first step "
    "does nothing.",
    edits={ORDER: "optimizer.step()\n        optimizer.zero_grad()\n        loss.backward()"},
)
steps_in_order.misconception(
    "another_optimiser",
    "Adam scales every gradient. Asked for are plain steps of gradient descent.",
    edits={"torch.optim.SGD": "torch.optim.Adam"},
)
steps_in_order.misconception(
    "momentum_added",
    "The optimiser has a momentum here. Asked for are plain steps of gradient descent.",
    edits={"lr=lr)": "lr=lr, momentum=0.9)"},
)
steps_in_order.misconception(
    "learning_rate_of_its_own",
    "The learning rate is an argument, and this takes another one.",
    edits={"lr=lr)": "lr=0.5)"},
)
steps_in_order.misconception(
    "uphill",
    "The steps go up the loss: they have to be taken against the gradient.",
    edits={"lr=lr)": "lr=lr, maximize=True)"},
)


@steps_in_order.alternative("zeroed_at_the_end")
def fix_order(model, X, y, lr, steps):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loss_of = torch.nn.CrossEntropyLoss()
    for _ in range(steps):
        loss_of(model(X), y).backward()
        optimizer.step()
        model.zero_grad()
    return model


@steps_in_order.alternative("a_copy_and_autograd_grad")
def fix_order(model, X, y, lr, steps):
    import copy

    model = copy.deepcopy(model).double()
    for _ in range(steps):
        parameters = list(model.parameters())
        gradients = torch.autograd.grad(functional.cross_entropy(model(X.double()), y), parameters)
        with torch.no_grad():
            for p, g in zip(parameters, gradients):
                p -= lr * g
    return model


@steps_in_order.oracle("functional_gradient_descent")
def fix_order(model, X, y, lr, steps):
    from torch.func import functional_call, grad

    def loss(parameters):
        logits = functional_call(model, parameters, (X,))
        return -torch.log_softmax(logits, dim=1)[torch.arange(len(y)), y].mean()

    parameters = {name: p.detach() for name, p in model.named_parameters()}
    for _ in range(steps):
        slopes = grad(loss)(parameters)
        parameters = {name: p - lr * slopes[name] for name, p in parameters.items()}
    model.load_state_dict(parameters)
    return model
