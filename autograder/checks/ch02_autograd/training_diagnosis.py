"""Why a training on XOR does not arrive: judged by what a watched engine saw."""

from autograder.check import Fault

STEP_FAULTS = {
    "formula_instead_of_network": "no training with backward was seen on the engine",
    "ascends": "the steps go uphill: the parameters move along their gradients",
    "update_is_recorded": "the graph of the loss grows from step to step",
    "rebinds_data_breaks_params": "the parameters that the loss depends on never change",
    "steps_too_large": "the loss explodes",
    "no_zero_grad": "the gradients are never set back to 0 between two backward passes",
}


def wrong_step(notes):
    """What is wrong with the steps that the engine saw, or None."""
    if notes["backward passes"] < 2:
        return "formula_instead_of_network"
    first, largest = notes["graph, first and largest"]
    if largest > 3 * first:
        return "update_is_recorded"
    if notes["compared"] >= 2 and not notes["moves"]:
        return "rebinds_data_breaks_params"
    if notes["uphill"] > notes["moves"] / 2:
        return "ascends"
    if notes["compared"] >= 2 and not notes["resets"]:
        return "no_zero_grad"
    first, largest = notes["loss, first and largest"]
    if not largest < 100 * (first + 1):
        return "steps_too_large"
    return None


def bends_hold(units):
    if not isinstance(units, dict):
        return Fault("there is no network to look at")
    p = units["predictions"]
    if units["bends"] or abs(p[0] + p[3] - p[1] - p[2]) > 0.01:
        return True
    return Fault("the output is a linear function of the inputs", "no_hidden_nonlinearity")


def diagnosis(seen):
    """The likeliest reason why training does not arrive."""
    for notes in seen["every step goes downhill"]:
        if (name := wrong_step(notes)) is not None:
            return name
    units = seen["the hidden layer bends"]
    if not isinstance(units, dict):
        return None
    if bends_hold(units) is not True:
        return "no_hidden_nonlinearity"
    per_corner = len(units["bends"]) // 4
    outputs = [value for _, value in units["bends"][per_corner : 2 * per_corner]]
    only_relu = {name for name, _ in units["bends"]} == {"relu"}
    all_alike = len(outputs) > 1 and max(outputs) - min(outputs) < 1e-9
    if all_alike and (any(outputs) or not only_relu):
        return "all_zero_init"
    if per_corner == 2 and only_relu:
        return "relu_two_hidden_units"
    losses = seen["the losses fall"]
    if isinstance(losses, list) and all(each["number"] < 1000 for each in losses):
        return "too_few_steps"
    if isinstance(losses, list) and all(each["last"] < each["earlier"] for each in losses):
        return "steps_too_small"
    return None
