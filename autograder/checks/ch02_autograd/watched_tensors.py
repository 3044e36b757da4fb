"""Training on a student's `Tensor`, watched: where the weights begin, and where the steps lead."""

import contextlib
import math

import numpy as np

PIXELS = 64


class TensorWatch:
    """Notes on the matrices with an axis of one entry for each pixel that are there when training begins."""

    def __init__(self):
        self.matrices = []
        self.left = []  # (tensor, data, grad) as the last backward pass left them
        self.passes = self.moves = self.uphill = 0
        self.zero_start = False

    def made(self, tensor):
        shape = np.shape(tensor.data)
        if not self.passes and len(shape) == 2 and PIXELS in shape:
            self.matrices.append(tensor)

    def before_backward(self):
        if not self.passes:
            self.zero_start = any(not np.any(tensor.data) for tensor in self.matrices)
        pairs = [(tensor.data - data, grad) for tensor, data, grad in self.left]
        along = sum(np.sum(step * grad) for step, grad in pairs)
        parallel = 0.9 * math.hypot(*(np.linalg.norm(step) for step, _ in pairs))
        parallel *= math.hypot(*(np.linalg.norm(grad) for _, grad in pairs))
        self.passes += 1
        if np.isfinite(along) and along:
            self.moves += 1
            self.uphill += along > parallel

    def after_backward(self):
        self.left = [(t, np.array(t.data), np.array(t.grad)) for t in self.matrices]

    def start(self):
        return "a matrix of zeros" if self.zero_start else "no matrix of zeros"

    def direction(self):
        return "mostly uphill" if self.uphill > self.moves / 2 else "not uphill"


@contextlib.contextmanager
def watched(Tensor, watch):
    """Let `watch` see what is done with the class `Tensor`."""
    make, backward = Tensor.__init__, Tensor.backward

    def watched_make(self, *args, **kwargs):
        make(self, *args, **kwargs)
        watch.made(self)

    def watched_backward(self, *args, **kwargs):
        watch.before_backward()
        backward(self, *args, **kwargs)
        watch.after_backward()

    Tensor.__init__, Tensor.backward = watched_make, watched_backward
    try:
        yield
    finally:
        Tensor.__init__, Tensor.backward = make, backward
