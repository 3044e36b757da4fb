"""The students' package: data, plots, visible checks, given engines and networks, widgets, progress.

Names are loaded when they are first used, so importing `utils` takes no time.
"""

from importlib import import_module

_HOME = {
    "Op": "autograd",
    "sigmoid": "autograd",
    "Value": "engine",
    "topological_order": "engine",
    "fresh_engine": "lent_engine",
    "BuggyValue": "buggy_engine",
    "count_graph": "graph",
    "draw_dot": "graph",
    "draw_graph": "graph",
    "edges": "graph",
    "Chart": "chart",
    "GraphStepper": "stepper",
    "explore": "explorers",
    "gradient_flow_explorer": "explorers.ch02_autograd",
    "contour_axes": "contours",
    "plot_paths": "contours",
    "plot_descent": "plots",
    "plot_losses": "plots",
    "show": "plots",
    "show_digits": "plots",
    "network_7_1": "given_functions",
    "toy_forward": "given_functions",
    "Store": "store",
    "Tape": "tape",
    "plot_storage": "tape",
    "plot_tape": "tape",
    "sigmoid_explorer": "explorers.ch07_gradients",
    "variance_explorer": "explorers.ch07_gradients",
    "make_fig78_data": "training_data",
    "show_epoch": "training_progress",
    "NumpyMLP": "networks.numpy_mlp",
    "PyTorchMLP": "networks.torch_mlp",
    "copy_weights": "networks.torch_mlp",
    "verify_numpy_pytorch_equivalence": "networks.torch_mlp",
    "ACTIVATIONS": "networks.activations",
    "ACTIVATION_GRADIENTS": "networks.activations",
    "INIT_VARIANCE": "networks.initialisation",
    "LOSSES": "networks.losses",
    "LOSS_GRADIENTS": "networks.losses",
    "accuracy": "networks.metrics",
    "roc_auc": "networks.metrics",
    "CREDIT_FEATURES": "simulated_data",
    "generate_click_data": "simulated_data",
    "generate_credit_data": "simulated_data",
    "generate_regression_data": "simulated_data",
    "Quiz": "quiz",
    "load_digits": "data",
    "load_four_nine": "four_nine",
    "xor_data": "data",
    "expect": "expectations",
    "evaluate": "formulas",
    "evaluate_all": "formulas",
    "is_number": "forms",
    "is_true_or_false": "forms",
    "is_whole_number": "forms",
    "one_letter": "forms",
    "one_of": "forms",
    "some_letters": "forms",
    "some_numbers": "forms",
    "such_that": "forms",
    "course_map": "parts",
    "grade": "completion",
    "progress": "completion",
    "solution": "completion",
    "check_environment": "environment",
}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"utils has no {name!r}. It has: {', '.join(__all__)}.")
    value = getattr(import_module(f"utils.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
