"""Why a training on XOR does not arrive: judged by what a watched engine saw."""

STEP_FAULTS = {
    "update_is_recorded": "the graph of the loss grows from step to step",
    "rebinds_data_breaks_params": "the parameters that the loss depends on never change",
    "no_zero_grad": "the gradients are never set back to 0 between two backward passes",
    "ascends": "the steps go uphill: the parameters move along their gradients",
    "steps_too_large": "the loss explodes",
}
MOVES = ("update_is_recorded", "rebinds_data_breaks_params", "no_zero_grad")
SLOW = ("too_few_steps", "steps_too_small")  # the method is right, and does not arrive


def wrong_step(notes):
    """What is wrong with the steps that the engine saw, or None."""
    if notes["backward passes"] < 2:
        return None
    first, largest = notes["graph, first and largest"]
    if largest > 3 * first:
        return "update_is_recorded"
    if notes["compared"] >= 2 and not notes["moves"]:
        return "rebinds_data_breaks_params"
    if notes["along"] > notes["moves"] / 2:
        return "ascends"
    if notes["compared"] >= 2 and not notes["resets"]:
        return "no_zero_grad"
    first, largest = notes["loss, first and largest"]
    if not largest < 100 * (first + 1) and notes["against"] > notes["moves"] / 2:
        return "steps_too_large"
    return None


def is_linear(network):
    """Does the trained network have no bend, and answer with a linear function of its inputs?"""
    p = network["predictions"]
    return not network["bends"] and abs(p[0] + p[3] - p[1] - p[2]) <= 0.01


def wrong_steps(both):
    """(seed, what is wrong with the steps) for the first seed where something is; or (None, None)."""
    for seed, notes in enumerate(both):
        if (name := wrong_step(notes)) is not None:
            return seed, name
    return None, None


def wrong_network(network, began_alike):
    """Which idea keeps this trained network from learning XOR, or None."""
    if is_linear(network):
        return "no_hidden_nonlinearity"
    per_corner = len(network["bends"]) // 4  # at (0, 0), (0, 1), (1, 0), (1, 1)
    outputs = [value for _, value in network["bends"][per_corner : 2 * per_corner]]
    only_relu = {name for name, _ in network["bends"]} == {"relu"}
    all_alike = len(outputs) > 1 and max(outputs) - min(outputs) < 1e-9
    if began_alike and all_alike and (any(outputs) or not only_relu):
        return "all_zero_init"
    return "relu_two_hidden_units" if per_corner == 2 and only_relu else None


def slow_training(losses):
    """Why a training whose losses still fall has not arrived, or None. losses: a summary for each seed."""
    if not all(each["last"] < each["earlier"] for each in losses):
        return None
    return "too_few_steps" if all(each["number"] < 1000 for each in losses) else "steps_too_small"
