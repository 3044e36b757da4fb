"""3.32: a detector for parameters that a loss does not reach; which mistakes are quiet."""

from autograder.check import attempt, check, pairs, written

NONE, ZERO, BOTH, ALIVE = (
    "no gradient at all (None)",
    "a gradient of zeros",
    "both kinds, in a network",
    "parameters that look dead and are not",
)


@check("3.32a", points=1)
def dead(answer, rng):
    import torch
    from torch import nn

    def model(*shapes):
        """A module with parameters of these shapes under random names, none of their entries near 0."""
        names = [f"w{n}" for n in rng.choice(900, len(shapes), replace=False) + 100]
        values = [rng.uniform(0.5, 2, shape) for shape in shapes]
        made = nn.ParameterDict({n: nn.Parameter(torch.tensor(v)) for n, v in zip(names, values)})
        return made, [made[name] for name in names]

    def found(made, loss):
        return sorted(str(name) for name in answer.dead_params(made, loss))

    def without_a_path():
        made, (a, b, _) = model(3, (2, 2), 4)
        return found(made, (a**2).sum() * b.detach().sum())

    def zeros():
        made, (a, b, c, d) = model(2, 3, (2, 2), 2)
        return found(
            made, (a**3).sum() + torch.relu(-b).sum() + (c.round() * 2).sum() + (d * d).sum()
        )

    def both():
        """A network of which one layer is off, one is detached, one is not used and two are alive."""
        widths = rng.choice(range(2, 9), 5, replace=False).tolist()
        parts = {
            f"part{n}": nn.Linear(widths[0], widths[0]) for n in rng.choice(90, 5, replace=False)
        }
        made = nn.ModuleDict(parts)
        off, cut, _, first, last = parts.values()
        x = torch.tensor(rng.uniform(0.5, 1, (4, widths[0])), dtype=torch.float32)
        hidden = first(x) + torch.relu(off(x) - 100) + cut(x).detach()
        return found(made, (last(hidden) ** 2).mean())

    def look_dead():
        made, (some_zeros, adds_up_to_0, tiny, dead_one, dead_too) = model((2, 3), 2, 3, 2, 2)
        entries = torch.tensor([[0.0, 1.0, 0.0], [2.0, 0.0, 0.0]])
        loss = (some_zeros * entries).sum() + adds_up_to_0[0] - adds_up_to_0[1]
        loss = loss + 1e-7 * tiny.sum() + 0 * dead_one.sum() + 0 * dead_too.detach().sum()
        return found(made, loss)

    return {
        NONE: attempt(without_a_path),
        ZERO: attempt(zeros),
        BOTH: attempt(both),
        ALIVE: attempt(look_dead),
    }


DEAD = "p.grad is None or not p.grad.any()"
dead.misconception(
    "dead_params_misses_none",
    "Parameters whose .grad is None are not named, and these are the deadest: no path leads to them.",
    edits={DEAD: "p.grad is not None and not p.grad.any()"},
)
dead.misconception(
    "dead_params_misses_zero",
    "Only parameters without any .grad are named. A gradient that is zero in every entry moves "
    "nothing either.",
    edits={DEAD: "p.grad is None"},
)
dead.misconception(
    "one_zero_is_enough",
    "A gradient with some zeros among its entries is alive: all of them have to be 0.",
    edits={DEAD: "p.grad is None or not p.grad.all()"},
)
dead.misconception(
    "adds_the_entries_up",
    "The entries of a gradient may add up to 0 without being 0: ask each of them.",
    edits={DEAD: "p.grad is None or p.grad.sum() == 0"},
)
dead.misconception(
    "small_counts_as_zero",
    "A small gradient is named as well. It moves its parameter; only one that is 0 does not.",
    edits={DEAD: "p.grad is None or p.grad.abs().max() < 1e-6"},
)
dead.misconception(
    "names_the_living",
    "These are the parameters that a gradient reaches. Asked for are the others.",
    edits={DEAD: "not (p.grad is None or not p.grad.any())"},
)
dead.misconception(
    "backward_never_called",
    "Without loss.backward() no parameter has a gradient, and all look dead.",
    edits={"    loss.backward()\n": ""},
)
dead.misconception(
    "asks_for_requires_grad",
    "requires_grad says that a gradient is wanted. Whether one arrives shows in .grad after backward().",
    edits={DEAD: "not p.requires_grad"},
)


@dead.alternative("torch_autograd_grad")
def dead_params(model, loss):
    names, parameters = zip(*model.named_parameters())
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    return {n for n, g in zip(names, gradients) if g is None or torch.count_nonzero(g) == 0}


@dead.alternative("loop_with_norms")
def dead_params(model, loss):
    loss.backward()
    names = []
    for name, parameter in model.named_parameters():
        if parameter.grad is None:
            names.append(name)
        elif float(parameter.grad.abs().max()) == 0.0:
            names.insert(0, name)
    return tuple(names)


@dead.oracle("hooks_that_hear_the_gradients")
def dead_params(model, loss):
    heard = {}
    for name, p in model.named_parameters():
        p.register_hook(lambda g, name=name: heard.update({name: g.tolist()}))
    loss.backward()

    def silent(entries):
        return all(map(silent, entries)) if isinstance(entries, list) else entries == 0

    return [n for n, _ in model.named_parameters() if n not in heard or silent(heard[n])]


quiet_or_loud = pairs(
    "3.32-predict",
    "quiet_or_loud",
    ["argmax", "in place on the leaf", "in place on a saved value", "round", "item", "data", "no grad",
     "one softmax"],
    "abcd",
    key={
        "argmax": "a", "in place on the leaf": "a", "in place on a saved value": "a", "round": "c",
        "item": "b", "data": "d", "no grad": "a", "one softmax": "c",
    },
    points=1,
    bonus=True,
    ideas={
        ("argmax", "c"): (
            "argmax_is_quiet",
            "An argmax has no derivative at all, not the derivative 0: nothing in this loss has a history.",
        ),
        ("argmax", "b"): (
            "backward_needs_nothing",
            "backward() needs a path to at least one leaf, and this loss has none.",
        ),
        ("in place on the leaf", "d"): (
            "leaves_may_be_overwritten",
            "A leaf that requires a gradient may not be changed in place outside of torch.no_grad(): that is "
            "refused at once.",
        ),
        ("in place on a saved value", "d"): (
            "saved_values_are_not_watched",
            "exp keeps its result for the backward pass, and PyTorch counts the changes in place: "
            "it notices.",
        ),
        ("round", "a"): (
            "round_has_no_derivative",
            "Rounding has a derivative in PyTorch: that of a staircase, almost everywhere.",
        ),
        ("round", "d"): (
            "round_passes_the_gradient_on",
            "Rounding does not hand the gradient on as if it were not there.",
        ),
        ("item", "a"): (
            "a_copy_is_no_leaf",
            "The copy is a leaf of its own and requires a gradient, so backward() has a place to go.",
        ),
        ("item", "d"): (
            "a_copy_is_the_parameter",
            "The gradient arrives at the copy, and w has nothing to do with it any more.",
        ),
        ("data", "a"): (
            "data_is_watched",
            "Changes through .data are not counted: that is what makes them dangerous.",
        ),
        ("data", "c"): (
            "data_cuts_the_graph",
            "The graph is still there, and hands a gradient on that belongs to other numbers.",
        ),
        ("no grad", "b"): (
            "no_grad_is_quiet_for_the_whole_loss",
            "The whole loss is without a history here, so backward() complains. A part alone would be quiet.",
        ),
        ("one softmax", "a"): (
            "one_softmax_raises",
            "A softmax over a single number is allowed. What does it give, and what is its derivative?",
        ),
        ("one softmax", "b"): (
            "one_softmax_cuts_the_graph",
            "The path is there, so something arrives: what is the derivative of a constant?",
        ),
    },
)  # fmt: skip


@quiet_or_loud.oracle("tried")
def answer():
    import torch

    def _in_place(v):
        v.mul_(2)
        return (v**2).sum()

    def _saved(v):
        e = v.exp()
        e.add_(1)
        return e.sum()

    def _data(v):
        v = v * 2
        v.data.clamp_(min=1)
        return (v**2).sum()

    def _no_grad(v):
        with torch.no_grad():
            v = 3 * v
        return (v * v).sum()

    _programs = {
        "argmax": lambda w: (w.argmax() - 1.0) ** 2,
        "in place on the leaf": _in_place,
        "in place on a saved value": _saved,
        "round": lambda w: (w.round() * 5 - w.detach()).sum(),
        "item": lambda w: (torch.tensor(w.tolist(), requires_grad=True) ** 2).sum(),
        "data": _data,
        "no grad": _no_grad,
        "one softmax": lambda w: torch.softmax(w[:, None], dim=1).sum(),
    }

    def _seen(program):
        w = torch.tensor([0.3, -1.2, 0.8], requires_grad=True)
        try:
            program(w).backward()
        except RuntimeError:
            return "a"
        return "b" if w.grad is None else "d" if w.grad.any() else "c"

    quiet_or_loud = {name: _seen(program) for name, program in _programs.items()}


written(
    "3.32-own",
    rubric=[
        (1, "The program runs without an error, and it is none of the bugs of the exercise."),
        (
            0.5,
            "Names the parameter, and says whether its gradient is None or zero (or who does not use it).",
        ),
        (0.5, "Gives the cause in one sentence, and it is the cause."),
        (1, "The repaired version moves that parameter, and shows it."),
    ],
)
