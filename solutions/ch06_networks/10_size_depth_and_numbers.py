# %% [markdown]
# # Size, depth and complex numbers
#
# Three questions of research, each small enough for an evening: what happens when a model has more
# parameters than there are rows to fit; how backpropagation works when the weights are complex numbers; and
# whether a given number of parameters is better spent on depth or on width. In each you write the tools
# first, then measure, and then say what your measurement shows and what it does not.
#
# > **Conventions in this chapter.** A batch $X$ has the shape `(n, d)`, **one row per example**; a layer with
# > $k$ inputs and $m$ units has weights $W$ of the shape `(m, k)` and computes $Z = XW^T + \mathbf b$.
# > Losses are means over the batch. A function that you write leaves its arguments as they were.
#
# The next cell gives the optimiser Adam to any network of the course: `with_adam(NumpyMLP)` is a class like
# `NumpyMLP` whose steps are Adam's. With it, trainings of this notebook take seconds, not minutes.

# %% setup=true
import numpy as np

from utils import (
    NumpyMLP,
    expect,
    generate_regression_data,
    grade,
    is_number,
    is_whole_number,
    one_letter,
    progress,
    show,
    some_letters,
    such_that,
)
from utils.plots import axes, style


def with_adam(kind):
    """The class `kind` (NumpyMLP or one that derives from it), with Adam in place of plain gradient descent."""

    class WithAdam(kind):
        def update(self):
            state = self.__dict__.setdefault("adam", {"steps": 0, "mean": {}, "square": {}})
            state["steps"] += 1
            mean, square, steps = state["mean"], state["square"], state["steps"]
            rate = self.learning_rate * np.sqrt(1 - 0.999**steps) / (1 - 0.9**steps)
            for name, gradient in self.grads.items():
                mean[name] = 0.9 * mean.get(name, 0) + 0.1 * gradient
                square[name] = 0.999 * square.get(name, 0) + 0.001 * np.abs(gradient) ** 2
                move = rate * mean[name] / (np.sqrt(square[name]) + 1e-8)
                self.params[name] = self.params[name] - move.astype(self.dtype)

    return WithAdam


def hidden_weights(seed):
    """Weights of 500 random units with 20 inputs, (500, 20); the first N rows are a layer of width N."""
    return np.random.default_rng([seed, 1]).normal(size=(500, 20))


# %% [markdown] exercise="6.28" title="Double descent" stars=4 minutes=30 needs="6.5"
# A model with as many parameters as rows can fit the rows exactly, noise and all. Older textbooks stop there:
# beyond that point, they say, things only get worse. Today's networks have far more parameters than rows and
# predict well. Both can be seen in one curve, if one knows where to look.
#
# The simplest model that shows it is a network whose hidden layer is **random and fixed**: its $N$ units
# compute $\operatorname{ReLU}(\mathbf w_j\cdot\mathbf x)$, with weights that are drawn once and never trained.
# These are the *random features* of $\mathbf x$, and only the output weights are fitted, by least squares.
# With $n$ training rows, $N$ features make a matrix $\Phi$ of the shape `(n, N)`.
#
# Run the next cell (Shift+Enter). There are 100 training rows. Where is the peak, and does it go away when
# there is no noise? The second picture shows how long the vector of the output weights is; `penalty` is a
# ridge penalty, which makes long vectors expensive. What does it do to the peak?

# %% picture=true
from utils.explorers.ch06_networks.size_depth_and_numbers import double_descent_explorer

double_descent_explorer()

# %% [markdown]
# ### The fit
#
# Beyond the peak there are more features than rows, and infinitely many vectors $\mathbf c$ of output weights
# fit all rows exactly. One of them is the **shortest**, and it is the one that gradient descent from zero
# finds. For fewer features than rows there is (mostly) one best fit only, so that one definition serves both:
# among all $\mathbf c$ for which $\lVert\Phi\mathbf c-\mathbf y\rVert$ is smallest, take the one whose own
# length $\lVert\mathbf c\rVert$ is smallest.
#
# **Your task.** Write
#
# - `min_norm_fit(Phi, y)`: this vector, of the shape `(N,)`, for `Phi` `(n, N)` and `y` `(n,)`; it must work
#   for $N<n$, $N=n$ and $N>n$, and also when a feature is 0 in every row;
# - `random_feature_test_mse(X, y, X_test, y_test, W)`: fit the features $\operatorname{ReLU}(XW^T)$ of the
#   training rows (without a bias), and return the mean squared error on the **test** rows, a number.
#
# What NumPy offers for linear algebra may be used.
#
# **Example.** One row $(3, 4)$ with the target 50: the best fit is $(6, 8)$. The vector $(50/3, 0)$ fits as
# well, but is longer.

# %% [markdown] hints="6.28"
# The textbook formula $(\Phi^T\Phi)^{-1}\Phi^T\mathbf y$ needs an inverse that does not exist for $N>n$.
#
# ---
# The pseudoinverse $\Phi^+$ was made for this: $\Phi^+\mathbf y$ is the shortest of the best fits. Look at
# `np.linalg.pinv`, or at `np.linalg.lstsq`, which returns several things.
#
# ---
# For the error, the test rows get features with the same `W`, and the weights that were fitted to the
# training rows.


# %% answer="6.28"
def min_norm_fit(Phi: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Of all c with the smallest |Phi c - y|, the one with the smallest |c|; shape (N,)."""
    ### BEGIN SOLUTION
    return np.linalg.lstsq(Phi, y)[0]
    ### END SOLUTION


def random_feature_test_mse(
    X: np.ndarray, y: np.ndarray, X_test: np.ndarray, y_test: np.ndarray, W: np.ndarray
) -> float:
    """Mean squared error on the test rows of the fit of y by the features relu(X W^T)."""
    ### BEGIN SOLUTION
    weights = min_norm_fit(np.maximum(X @ W.T, 0), y)
    predictions = np.maximum(X_test @ W.T, 0) @ weights
    return float(np.mean((predictions - y_test) ** 2))
    ### END SOLUTION


# %% test="6.28" decides=true
three_rows, their_y = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([0.0, 1.0, 5.0])
x_28, y_28 = np.array([[1.0], [2.0]]), np.array([1.0, 4.0])
x_test, y_test = np.array([[-1.0], [3.0], [1.0]]), np.array([0.0, 2.0, 4.0])
w_28 = np.array([[1.0], [-1.0]])
expect("6.28", lambda: min_norm_fit(np.array([[3.0, 4.0]]), np.array([50.0])), [6.0, 8.0], rtol=1e-4)
expect("6.28", lambda: min_norm_fit(three_rows, their_y), [-0.5, 2.5], rtol=1e-4)
expect("6.28", lambda: min_norm_fit(three_rows[:, ::2], their_y), [2.0], rtol=1e-4)
expect("6.28", lambda: np.squeeze(random_feature_test_mse(x_28, y_28, x_test, y_test, w_28)), 5.466667, rtol=1e-4)

# %% [markdown] commentary="6.28"
# `lstsq` works with the singular values of Φ and leaves out those that are zero: that is what makes the fit
# the shortest one, and why features without any information do no harm. `pinv` does the same. ReLU and its
# features are computed twice, once for either set of rows, but fitted only once.

# %% [markdown]
# ### The curve
#
# **Your task.** Write `double_descent(widths, noise, seed=0)`: the list of test errors for these widths, in
# their order. The data are `generate_regression_data(noise=noise, seed=seed)`: 100 training rows in 20
# dimensions, 1000 test rows. The features come from `hidden_weights(seed)`: width $N$ takes its first $N$ rows,
# so that a wider model has all the features of a narrower one.
#
# **Example.** `double_descent([20], noise=0.5, seed=1)` is a list with one number, 0.908.

# %% [markdown] hints="6.28b"
# Data and weights are the same for all widths: make them once, before the loop.
#
# ---
# `W[:N]` are the first N rows. The rest is `random_feature_test_mse`.


# %% answer="6.28b"
def double_descent(widths: list, noise: float, seed: int = 0) -> list:
    """The test error of random features for each of these widths."""
    ### BEGIN SOLUTION
    X, y, X_test, y_test = generate_regression_data(noise=noise, seed=seed)
    W = hidden_weights(seed)
    return [random_feature_test_mse(X, y, X_test, y_test, W[:N]) for N in widths]
    ### END SOLUTION


# %% test="6.28b"
expect("6.28b", lambda: double_descent([20], 0.5, seed=1), [0.908427], rtol=1e-3)
expect("6.28b", lambda: double_descent([300, 60, 30], 0.0, seed=1), [0.365186, 0.546649, 0.719211], rtol=1e-3)

# %% [markdown]
# Here are your curves for four strengths of the noise (about two seconds), and a table of what matters in them.

# %%
EVERY_WIDTH = list(range(5, 505, 5))


def draw_my_curves():
    """The curves of `double_descent`, and a table with a line for each."""
    figure, panel = axes("width N", "test error", "100 training rows", width=7, height=3.4)
    print("noise   best width below 100     at 100    at 500")
    with style():
        for noise in (0.0, 0.1, 0.5, 1.0):
            errors = double_descent(EVERY_WIDTH, noise)
            panel.plot(EVERY_WIDTH, errors, label=f"noise {noise:g}")
            best = int(np.argmin(errors[:19]))
            print(f"{noise:5.1f}   {errors[best]:10.2f} (N = {EVERY_WIDTH[best]:2d}) "
                  f"{errors[19]:12.1f} {errors[-1]:9.2f}")  # fmt: skip
        panel.set_yscale("log")
        panel.legend()
    show(figure, "Four curves of the test error over the width, your own: one for each strength of the noise.")


try:
    draw_my_curves()
except NotImplementedError:
    print("○ Here your curves will be drawn, once double_descent is written.")

# %% [markdown] commentary="6.28"
# `double_descent` draws the data once, so that every width is measured on the same rows; with new data for
# every width the curve would be rough for another reason than the width.

# %% [markdown]
# ### And a network that is trained?
#
# In a trained network the hidden weights are fitted, too. With 20 inputs and $N$ hidden units it has
# $20N$ weights and $N$ biases in the hidden layer, $N$ weights and 1 bias at the output.
#
# **Your task.** Write `trained_network(width, noise=0.5, seed=0)`: the pair (network, its mean squared error on
# the test rows). The data are `generate_regression_data(noise=noise, seed=seed)` again. The network is a
# `with_adam(NumpyMLP)` with the layer sizes 20, `width`, 1, a linear output, the loss `"mse"`, the learning rate
# 0.03 and this `seed`; train it for 1000 epochs with all 100 rows in one batch. (One takes a tenth of a second.)
#
# **Example.** `trained_network(1, seed=3)` makes a network with a test error of about 0.17.

# %% [markdown] hints="6.28c"
# The options of `NumpyMLP` are `output_activation="linear"`, `loss="mse"`, `learning_rate` and `seed`.
#
# ---
# `network.fit(X, y, epochs=…, batch_size=…)` trains, `network.compute_loss(network.forward(X_test), y_test)`
# measures.


# %% answer="6.28c"
def trained_network(width: int, noise: float = 0.5, seed: int = 0) -> tuple:
    """(the trained network, its mean squared error on the test rows)."""
    ### BEGIN SOLUTION
    X, y, X_test, y_test = generate_regression_data(noise=noise, seed=seed)
    network = with_adam(NumpyMLP)(
        [20, width, 1], output_activation="linear", loss="mse", learning_rate=0.03, seed=seed
    )
    network.fit(X, y, epochs=1000, batch_size=100)
    return network, network.compute_loss(network.forward(X_test), y_test)
    ### END SOLUTION


# %% test="6.28c"
expect("6.28c", lambda: trained_network(1, seed=3)[0].get_flat().shape, (23,))
expect("6.28c", lambda: trained_network(1, seed=3)[1], such_that("between 0.1 and 0.3", lambda e: 0.1 < e < 0.3))
expect("6.28c", lambda: trained_network(5, seed=3)[1], such_that("above 0.8", lambda e: e > 0.8))

# %%
def print_my_sweep():
    """The test errors of trained networks: the mean of three seeds for each width."""
    for N in (1, 2, 3, 4, 5, 6, 8, 10, 20, 50):
        errors = [trained_network(N, seed=seed)[1] for seed in range(3)]
        print(f"width {N:2d}: test error {np.mean(errors):.2f}")


try:
    print_my_sweep()
except NotImplementedError:
    print("○ Here your networks will be compared, once trained_network is written.")

# %% [markdown]
# ### Where is the threshold?
#
# The peak belongs to the **interpolation threshold**: the size from which on the model can fit all training
# rows. A common rule says that there are as many fitted numbers as rows then. "Fitted" is the word that
# matters.
#
# **Your task.** For 100 training rows in 20 dimensions set
#
# - `random_at`: the smallest number $N$ of random features with at least 100 fitted numbers;
# - `parameters_4` and `parameters_5`: how many parameters a **trained** network with 4 and with 5 hidden units has;
# - `trained_at`: the smallest $N$ with which a trained network has at least 100 parameters.

# %% [markdown] hints="6.28d"
# With random features the hidden weights are drawn, not fitted, and there is no bias.
#
# ---
# A trained network fits $20N+N+N+1$ numbers.

# %% answer="6.28d"
random_at = ...  # a whole number
parameters_4 = ...  # a whole number
parameters_5 = ...  # a whole number
trained_at = ...  # a whole number
### BEGIN SOLUTION
random_at = 100
parameters_4 = 22 * 4 + 1
parameters_5 = 22 * 5 + 1
trained_at = 5
### END SOLUTION

# %% test="6.28d"
expect("6.28d", lambda: random_at, is_whole_number)
expect("6.28d", lambda: parameters_4, is_whole_number)
expect("6.28d", lambda: parameters_5, is_whole_number)
expect("6.28d", lambda: trained_at, is_whole_number)

# %% [markdown]
# The source of this exercise trains networks of the widths 5, 10, 15, …, 500, expects the peak where the
# number of **parameters** passes the number of rows, and asks whether a U-shaped curve and then a second
# descent can be seen.
#
# **Your task.** Which of these statements hold? Set `what_holds` to their letters. (A, B and C are about your
# curves with random features, D and E about trained networks.)
#
# - **A** Without noise in the targets there is no peak.
# - **B** Without noise, width 500 is better than every width below 100.
# - **C** With noise 1.0, width 500 is better than every width below 100.
# - **D** On the source's widths a trained network shows a falling curve only: its peak is at the left end.
# - **E** On the source's widths a trained network shows its peak at width 100.

# %% [markdown] hints="6.28e"
# A, B and C can be read off the table that your curves printed.
#
# ---
# For D and E: where is the threshold of a trained network (you have computed it), and where do the source's
# widths begin?

# %% answer="6.28e"
what_holds = ...  # letters, such as "AC"
### BEGIN SOLUTION
what_holds = "BD"
### END SOLUTION

# %% test="6.28e"
expect("6.28e", lambda: what_holds, some_letters("ABCDE"))

# %% [markdown] commentary="6.28"
# Noise is not needed for the peak: what the features cannot represent acts like noise. And the threshold
# depends on what is fitted. The rule of counting parameters is exact for random features, where the problem
# is linear; for trained networks it is only a rule of thumb, and our networks do have their highest errors
# around four to six units.

# %% [markdown] written="6.28-written"
# **In your own words (optional, read by a person).** Why is the test error so large at the threshold, although
# the rows are fitted exactly on its right side as well? Use what you saw of the length of the output weights
# and of the penalty, say how the noise changes the curve, and name a reason why a network whose training is
# stopped early may show no peak at all.
#
# ### BEGIN SOLUTION
# At $N=n$ there is a single vector of output weights that fits all rows, and to fit them it has to be very
# long, because some singular values of $\Phi$ are nearly 0 and the fit divides by them. Long weights multiply every
# difference between a test row and the training rows. With $N>n$ there are many exact fits, and the shortest
# of them gets shorter with every further feature. More noise has to be fitted by longer weights, so
# the peak is higher, and at noise 1 width 500 is no longer better than the best small width.
#
# A ridge penalty forbids long weights: the peak goes away. Stopping early does the same: the
# directions with small singular values are learned last, so the weights have not become long yet.
# ### END SOLUTION

# %% [markdown] exercise="6.29" title="Complex weights" stars=4 minutes=30 needs="6.6"
# Waves, radio signals and Fourier transforms are made of complex numbers. A network can compute with them
# directly: $Z = AW^T + \mathbf b$ means the same as before, with a complex $W$ and a complex $\mathbf b$. Two
# things need thought: what an activation does to a complex number, and what a gradient is.
#
# **The activation.** The *split ReLU* treats the two parts alone: $\operatorname{ReLU}(\operatorname{Re}z) +
# i\operatorname{ReLU}(\operatorname{Im}z)$. Run the next cell and turn `angle`: in which quadrant does $z$ stay
# as it is, and in which does nothing remain of it?

# %% picture=true
from utils.explorers.ch06_networks.size_depth_and_numbers import split_relu_explorer

split_relu_explorer()

# %% [markdown]
# **The gradient.** A loss $L$ is a real number. It depends on the real part $x$ and the imaginary part $y$ of
# every $z=x+iy$, and these are two real numbers. We keep both derivatives in one complex number:
#
# $$g=\frac{\partial L}{\partial x}+i\,\frac{\partial L}{\partial y}$$
#
# This is PyTorch's convention, and ours. A small step to $z-\eta g$ is the step of steepest descent. In books you
# find *Wirtinger's derivatives* instead,
#
# $$\frac{\partial L}{\partial z}=\frac12\Bigl(\frac{\partial L}{\partial x}-i\frac{\partial L}{\partial y}\Bigr)
# \qquad\frac{\partial L}{\partial\bar z}=\frac12\Bigl(\frac{\partial L}{\partial x}+i\frac{\partial L}{\partial
# y}\Bigr)$$
#
# so that $g=2\,\partial L/\partial\bar z$. The two derivatives treat $z$ and its conjugate $\bar z$ as if
# they were independent variables, and with both of them the chain rule holds as usual.
#
# ### By hand
#
# **Your task.** Let $L(z)=x^2+3y^2$ at $z=1+2i$. Fill the dictionary `by_hand` with eight numbers, the real and
# the imaginary part of four complex numbers: of $g$ (`"g re"`, `"g im"`), of $\partial L/\partial z$ (`"dz re"`,
# `"dz im"`), of $\partial L/\partial\bar z$ (`"dzbar re"`, `"dzbar im"`), and of $z$ after a step of gradient
# descent, $z-\eta g$ with $\eta=0.1$ (`"next re"`, `"next im"`).

# %% [markdown] hints="6.29a"
# First the two real derivatives, $\partial L/\partial x$ and $\partial L/\partial y$, at $x=1$ and $y=2$.
#
# ---
# Then put them into the three definitions above; nothing else is needed.

# %% answer="6.29a"
by_hand = ...  # a dict: {"g re": a number, "g im": …, "dz re": …, "dz im": …, "dzbar re": …, …}
### BEGIN SOLUTION
by_hand = {
    "g re": 2, "g im": 12, "dz re": 1, "dz im": -6, "dzbar re": 1, "dzbar im": 6,
    "next re": 0.8, "next im": 0.8,
}  # fmt: skip
### END SOLUTION

# %% test="6.29a"
def eight_numbers(found):
    return len(found) == 8 and all(map(is_number, found.values()))


EIGHT = "eight numbers under the keys g re, g im, dz re, dz im, dzbar re, dzbar im, next re, next im"
expect("6.29a", lambda: by_hand, such_that(EIGHT, eight_numbers))

# %% [markdown]
# ### Why two derivatives?
#
# **Your task.** In calculus a complex function has one derivative, the limit of $(L(z+h)-L(z))/h$. Why not take
# that? Set `why_two` to a letter.
#
# - **A** Because the split ReLU has corners, where no limit exists.
# - **B** Because complex numbers cannot be ordered, so that nothing can be minimised.
# - **C** Because a real-valued function that is not constant has no such limit: it depends on the direction from
#   which $h$ goes to 0.
# - **D** Because NumPy and PyTorch keep the two parts apart in memory.

# %% [markdown] hints="6.29b"
# Try $L(z)=x^2+3y^2$ with a small real $h$, and then with a small imaginary $h=ik$. Do both quotients go to
# the same number?

# %% answer="6.29b"
why_two = ...  # a letter, "A" to "D"
### BEGIN SOLUTION
why_two = "C"
### END SOLUTION

# %% test="6.29b"
expect("6.29b", lambda: why_two, one_letter("ABCD"))

# %% [markdown]
# ### The pieces of the backward pass
#
# **Your task.** Write three functions, in the convention $g=\partial L/\partial x+i\,\partial L/\partial y$
# throughout:
#
# - `split_relu(z)`: the activation, for a complex array of any shape;
# - `split_relu_backward(grad, z)`: the gradient with respect to `z`, when `grad` is the gradient with respect to
#   `split_relu(z)`;
# - `complex_linear_backward(grad_z, A, W)`: the gradients `(dA, dW, db)` of the layer $Z = AW^T+\mathbf b$, when
#   `grad_z` is the gradient with respect to $Z$. The shapes are `A` $(n, k)$, `W` $(m, k)$, `grad_z` $(n, m)$.
#
# NumPy only: PyTorch is taken away in the complete check. No part of a tested `z` is exactly 0.
#
# **Example.** For the single numbers $A=i$, $W=2$ and a gradient of $1+i$ for $Z=2i$, the gradients are
# $dA=2+2i$ and $dW=1-i$.

# %% [markdown] hints="6.29"
# Of a gradient through the split ReLU, the real part passes where the real part of $z$ is positive, and the
# imaginary part where the imaginary part is: two masks.
#
# ---
# For one weight, $z=wa$. Write $w=u+iv$ and $a=p+iq$, and find how the real and the imaginary part of $z$ change
# with $u$ and with $v$.
#
# ---
# $\partial L/\partial u=g_xp+g_yq$ and $\partial L/\partial v=-g_xq+g_yp$. Put together, that is $g\,\bar a$: the
# gradient is multiplied by the **conjugate**. So the formulas of a real layer hold, with `A.conj()` and
# `W.conj()`.


# %% answer="6.29"
def split_relu(z: np.ndarray) -> np.ndarray:
    """ReLU of the real part plus i times ReLU of the imaginary part."""
    ### BEGIN SOLUTION
    return np.maximum(z.real, 0) + 1j * np.maximum(z.imag, 0)
    ### END SOLUTION


def split_relu_backward(grad: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The gradient by z, from the gradient `grad` by split_relu(z)."""
    ### BEGIN SOLUTION
    return grad.real * (z.real > 0) + 1j * grad.imag * (z.imag > 0)
    ### END SOLUTION


def complex_linear_backward(grad_z: np.ndarray, A: np.ndarray, W: np.ndarray) -> tuple:
    """(dA (n, k), dW (m, k), db (m,)) of Z = A @ W.T + b, from the gradient grad_z (n, m) by Z."""
    ### BEGIN SOLUTION
    return grad_z @ W.conj(), grad_z.T @ A.conj(), grad_z.sum(axis=0)
    ### END SOLUTION


# %% test="6.29" decides=true
z_29 = np.array([3 - 1j, -2 + 4j, 1 + 2j, -1 - 1j])
g_29 = np.array([5 + 7j, 5 - 7j, -2 + 1j, 4 + 4j])
A_29, W_29 = np.array([[1 + 2j], [3 - 1j]]), np.array([[2j], [1 - 1j], [1 + 1j]])
up_29 = np.array([[1 + 1j, 0, 2], [0, 1j, 1 - 2j]])
expect("6.29", lambda: split_relu(z_29), [3, 4j, 1 + 2j, 0], rtol=1e-4)
expect("6.29", lambda: split_relu_backward(g_29, z_29), [5, -7j, -2 + 1j, 0], rtol=1e-4)
expect("6.29", lambda: complex_linear_backward(up_29, A_29, W_29)[0], [[4 - 4j], [-2 - 2j]], rtol=1e-4)
expect("6.29", lambda: complex_linear_backward(up_29, A_29, W_29)[1], [[3 - 1j], [-1 + 3j], [7 - 9j]], rtol=1e-4)
expect("6.29", lambda: complex_linear_backward(up_29, A_29, W_29)[2], [1 + 1j, 1j, 3 - 2j], rtol=1e-4)

# %% [markdown] commentary="6.29"
# Each line is the line of a real layer, with a conjugate where a number is multiplied in. The split ReLU needs
# no conjugate, because it multiplies each part by a real number, 0 or 1.

# %% [markdown]
# ### The network
#
# **Your task.** Write `class ComplexMLP(NumpyMLP)`, a network with complex weights for real inputs and real
# targets, with the constructor `ComplexMLP(layer_sizes, **options)`:
#
# - its `params` have the same names and shapes as before, but are complex. The real parts and the imaginary parts
#   of the weights into a layer with $k$ inputs are drawn from `self.rng`, both normal with the variance $1/k$;
#   the biases are 0;
# - the hidden layers have the split ReLU; the output is the **real part** of the last $Z$, so that `forward(X)`
#   returns a real array $(n, n_L)$;
# - the loss is the mean squared error, a mean over all outputs of the batch;
# - `backward(y)`, for `y` $(n,)$ or $(n, n_L)$, returns (and keeps in `self.grads`) a dictionary like `params`
#   with the gradients $g$ of this loss. It is for the batch that `forward` saw last.
#
# `update`, `train_step` and `fit` are inherited. Your three functions may be used; a mistake in them costs
# nothing here.
#
# **Example.** `ComplexMLP([2, 16, 16, 1]).params["W2"]` is a complex array of the shape `(16, 16)`, and
# `ComplexMLP([2, 3, 1]).forward(np.ones((5, 2)))` a real one of the shape `(5, 1)`.

# %% [markdown] hints="6.29c"
# `super().__init__(layer_sizes, **options)` with the options `dtype=complex`, `loss="mse"` and
# `output_activation="linear"` does most of the work; then draw the weights anew, `self.L` layers of them.
#
# ---
# `forward` keeps `A0`, `Z1`, `A1`, … in `self.cache`, as that of `NumpyMLP` does; look at it with
# `NumpyMLP.forward??`. Only the last activation is another one.
#
# ---
# Backwards, the last gradient is $2(\hat y-y)$ over the number of outputs: real, because the imaginary part of
# the last $Z$ does not reach the loss. From there on, one layer is `complex_linear_backward`, and between two
# layers stands `split_relu_backward`.


# %% answer="6.29c"
class ComplexMLP(NumpyMLP):
    """A network with complex weights, split ReLU and a real output, for the mean squared error."""

    def __init__(self, layer_sizes, **options):
        ### BEGIN SOLUTION
        fixed = {"loss": "mse", "output_activation": "linear", "dtype": complex}
        super().__init__(layer_sizes, **options | fixed)
        for layer in range(1, self.L + 1):
            shape = self.params[f"W{layer}"].shape
            real, imaginary = self.rng.normal(0, shape[1] ** -0.5, (2, *shape))
            self.params[f"W{layer}"] = real + 1j * imaginary
        ### END SOLUTION

    def forward(self, X, training=False):
        """The real outputs (n, n_L) for a batch of real inputs."""
        ### BEGIN SOLUTION
        A = np.asarray(X, dtype=complex)
        self.cache = {"A0": A}
        for layer in range(1, self.L + 1):
            Z = A @ self.params[f"W{layer}"].T + self.params[f"b{layer}"]
            A = split_relu(Z) if layer < self.L else Z.real
            self.cache[f"Z{layer}"], self.cache[f"A{layer}"] = Z, A
        return A
        ### END SOLUTION

    def backward(self, y):
        """The gradients dL/dRe + i dL/dIm of the mean squared error, a dict like `params`."""
        ### BEGIN SOLUTION
        output = self.cache[f"A{self.L}"]
        delta = 2 * (output - np.reshape(y, output.shape)) / output.size
        self.grads = {}
        for layer in range(self.L, 0, -1):
            before = self.cache[f"A{layer - 1}"]
            dA, dW, db = complex_linear_backward(delta, before, self.params[f"W{layer}"])
            self.grads[f"W{layer}"], self.grads[f"b{layer}"] = dW, db
            if layer > 1:
                delta = split_relu_backward(dA, self.cache[f"Z{layer - 1}"])
        return self.grads
        ### END SOLUTION


# %% test="6.29c"
def with_known_weights():
    """A network [1, 1, 1] with W1 = 1 + 2i, b1 = i, W2 = 3 - 1i, after a forward pass of x = 1."""
    network = ComplexMLP([1, 1, 1])
    network.params = {"W1": np.array([[1 + 2j]]), "b1": np.array([1j]), "W2": np.array([[3 - 1j]]),
                      "b2": np.array([0.5 + 0j])}  # fmt: skip
    return network, network.forward(np.array([[1.0]]))


def known_gradient(name):
    network, _ = with_known_weights()
    return network.backward(np.array([4.5]))[name]


expect("6.29c", lambda: with_known_weights()[1], [[6.5]], rtol=1e-4)
expect("6.29c", lambda: np.iscomplexobj(with_known_weights()[1]), False)
expect("6.29c", lambda: known_gradient("W2"), [[4 - 12j]], rtol=1e-4)
expect("6.29c", lambda: known_gradient("b2"), [4 + 0j], rtol=1e-4)
expect("6.29c", lambda: known_gradient("W1"), [[12 + 4j]], rtol=1e-4)
expect("6.29c", lambda: bool(np.any(ComplexMLP([2, 3, 1]).params["W1"].imag)), True)

# %% [markdown] commentary="6.29"
# The class overrides three methods and inherits the rest; the update of `NumpyMLP` needs no change, because a
# step along −g is right for complex numbers, too. The last delta is a real array: it enters the product
# with conjugates as a complex number without an imaginary part.

# %% [markdown]
# ### A fair comparison
#
# The function to learn is $f(x_1,x_2)=\operatorname{Re}\,e^{i(x_1+ix_2)}$, that is $e^{-x_2}\cos x_1$, on the
# square where both inputs lie between −2 and 2 (outside of a bounded region it grows without a limit). Does it
# help that it is the real part of something complex?
#
# To be fair, the networks must have about the same number of **real** numbers to learn, and a complex weight is
# two of them: `[2, 16, 16, 1]` has 337 complex parameters, 674 real numbers; a real network `[2, 24, 24, 1]` has
# 697.

# %% setup=true
def wave_rows(seed):
    """X (500, 2), y (500,) to learn from, X_test (1000, 2), y_test (1000,), for f(x1, x2) = exp(-x2) cos(x1)."""
    X = np.random.default_rng([seed, 2]).uniform(-2, 2, size=(1500, 2))
    y = np.exp(-X[:, 1]) * np.cos(X[:, 0])
    return X[:500], y[:500], X[500:], y[500:]


# %% [markdown]
# **Your task.** Write `complex_against_real(seed=0)`: a dictionary with four entries, `"complex"` and `"real"`
# (the two trained networks) and `"complex_mse"` and `"real_mse"` (their mean squared errors on the test rows of
# `wave_rows(seed)`).
#
# The networks are a `with_adam(ComplexMLP)` with the layers `[2, 16, 16, 1]`, and a `with_adam(NumpyMLP)` with
# the layers `[2, 24, 24, 1]`, a linear output and the loss `"mse"`. Both have the learning rate 0.01 and this
# `seed`, and learn for 60 epochs in batches of 50 rows, with the same `seed` for `fit`. It takes a fifth of a
# second.

# %% [markdown] hints="6.29d"
# `with_adam(ComplexMLP)` is a class; make a network of it as of `ComplexMLP` itself.
#
# ---
# `compute_loss(network.forward(X_test), y_test)` is the mean squared error, for both networks.


# %% answer="6.29d"
def complex_against_real(seed: int = 0) -> dict:
    """{"complex": network, "real": network, "complex_mse": number, "real_mse": number}."""
    ### BEGIN SOLUTION
    X, y, X_test, y_test = wave_rows(seed)
    networks = {
        "complex": with_adam(ComplexMLP)([2, 16, 16, 1], learning_rate=0.01, seed=seed),
        "real": with_adam(NumpyMLP)(
            [2, 24, 24, 1], output_activation="linear", loss="mse", learning_rate=0.01, seed=seed
        ),
    }
    errors = {}
    for name, network in networks.items():
        network.fit(X, y, epochs=60, batch_size=50, seed=seed)
        errors[f"{name}_mse"] = network.compute_loss(network.forward(X_test), y_test)
    return networks | errors
    ### END SOLUTION


# %% test="6.29d"
def told_and_true(name):
    """The error that your function tells for seed 3, over the error of its network on the test rows."""
    found = complex_against_real(3)
    _, _, X_test, y_test = wave_rows(3)
    network = found[name]
    return found[f"{name}_mse"] / network.compute_loss(network.forward(X_test), y_test)


def sizes_and_success():
    """How many parameters the two networks have, and whether both errors are below 0.2."""
    found = complex_against_real(3)
    sizes = [found[name].get_flat().size for name in ("complex", "real")]
    return [*sizes, bool(max(found["complex_mse"], found["real_mse"]) < 0.2)]


expect("6.29d", lambda: sizes_and_success(), [337, 697, True])
expect("6.29d", lambda: told_and_true("complex"), 1.0, rtol=1e-3)
expect("6.29d", lambda: told_and_true("real"), 1.0, rtol=1e-3)

# %% [markdown]
# One pair of networks proves nothing. Here are eight.

# %%
def print_my_comparison():
    """The two errors for eight seeds, and who was better how often."""
    wins = 0
    for seed in range(8):
        found = complex_against_real(seed)
        wins += found["complex_mse"] < found["real_mse"]
        print(f"seed {seed}: complex {found['complex_mse']:.4f}   real {found['real_mse']:.4f}")
    print(f"The complex network was better {wins} times out of 8.")


try:
    print_my_comparison()
except NotImplementedError:
    print("○ Here your networks will be compared, once complex_against_real is written.")

# %% [markdown] written="6.29-written"
# **In your own words (optional, read by a person).** Derive the gradient of $Z=AW^T$ by $W$ for a real loss with
# Wirtinger's derivatives, and say where the conjugate comes from. Then: what does your comparison show, why were
# 16 and 24 units compared, and what result would have changed your mind?
#
# ### BEGIN SOLUTION
# $L$ is real and so not holomorphic: it has two Wirtinger derivatives, by $z$ and by $\bar z$. For $z=wa$ the
# chain rule is $\frac{\partial L}{\partial\bar w}=\frac{\partial L}{\partial z}\frac{\partial z}{\partial\bar
# w}+\frac{\partial L}{\partial\bar z}\frac{\partial\bar z}{\partial\bar w}$. As $z=wa$ does not depend on $\bar
# w$, the first term is 0; and $\bar z=\bar w\bar a$ gives $\frac{\partial L}{\partial\bar w}=\frac{\partial
# L}{\partial\bar z}\,\bar a$. Twice that is $g_w=g_z\bar a$; summed over the batch, $dW=g^T\bar A$.
#
# A complex number is two real ones, so that 337 complex parameters are compared with 697 real ones. Over my seeds
# either network wins some of the time and the errors are of the same size: a tie. If the complex network had won
# for nearly every one of, say, 20 seeds, also at other sizes, I would believe that its form suits this function.
# ### END SOLUTION

# %% [markdown] commentary="6.29"
# Both networks learn from the same rows in the same order, and only the form differs. That a target is the real
# part of something complex does not make it easier for complex weights: with the split ReLU, the network is not
# holomorphic anyway.

# %% [markdown] exercise="6.30" title="Depth or width?" stars=4 minutes=30 needs="6.3"
# With a given number of parameters, one can build a wide network of one hidden layer or a narrow one of many.
# Which is better? Theory says that some functions, in particular those that are themselves made of functions,
# need far fewer units in a deep network. Whether training finds these networks is another question, and that one
# is for experiments.
#
# ### Counting first
#
# A comparison is fair only if the networks have about the same number of parameters. All networks here have 10
# inputs, one output and `n_hidden` hidden layers of the same `width`.
#
# **Your task.** The source of this exercise compares four networks of "approximately the same" parameter count: 1
# hidden layer of width 500, 3 of width 100, 5 of width 50 and 10 of width 25. Count the parameters of each,
# biases included: set `n_1x500`, `n_3x100`, `n_5x50` and `n_10x25`.

# %% [markdown] hints="6.30a"
# From 10 inputs into the first hidden layer, between neighbouring hidden layers (one time less than there are
# layers), and from the last into the output: each is a matrix and a bias.

# %% answer="6.30a"
n_1x500 = ...  # a whole number
n_3x100 = ...  # a whole number
n_5x50 = ...  # a whole number
n_10x25 = ...  # a whole number
### BEGIN SOLUTION
n_1x500 = 11 * 500 + 501
n_3x100 = 11 * 100 + 2 * 101 * 100 + 101
n_5x50 = 11 * 50 + 4 * 51 * 50 + 51
n_10x25 = 11 * 25 + 9 * 26 * 25 + 26
### END SOLUTION

# %% test="6.30a"
expect("6.30a", lambda: n_1x500, is_whole_number)
expect("6.30a", lambda: n_3x100, is_whole_number)
expect("6.30a", lambda: n_5x50, is_whole_number)
expect("6.30a", lambda: n_10x25, is_whole_number)

# %% [markdown]
# **Your task.** Write
#
# - `mlp_parameter_count(d_in, n_hidden, width)`: the number of parameters of a network with `d_in` inputs, one
#   output and `n_hidden` hidden layers of this width, biases included;
# - `matched_width(target, n_hidden, d_in)`: the width whose count is closest to `target`. (No test has two widths
#   that are equally close.)
#
# **Example.** `mlp_parameter_count(2, 1, 3)` is 13, and `matched_width(14, 1, 2)` is 3: width 4 has 17 parameters
# already.

# %% [markdown] hints="6.30"
# `sizes = [d_in, *[width] * n_hidden, 1]` is the list of layer sizes; the count is that of 6.3.
#
# ---
# For the width it is enough to try all of them and to take the best: `min(…, key=…)`. A count is never smaller
# than its width, so none above the target needs to be tried.


# %% answer="6.30"
def mlp_parameter_count(d_in: int, n_hidden: int, width: int) -> int:
    """Weights and biases of a network with n_hidden layers of this width, and one output."""
    ### BEGIN SOLUTION
    sizes = [d_in, *[width] * n_hidden, 1]
    return sum((n_in + 1) * n_out for n_in, n_out in zip(sizes, sizes[1:]))
    ### END SOLUTION


def matched_width(target: int, n_hidden: int, d_in: int) -> int:
    """The width with which the number of parameters is closest to target."""
    ### BEGIN SOLUTION
    def distance(width):
        return abs(mlp_parameter_count(d_in, n_hidden, width) - target)

    return min(range(1, target + 1), key=distance)
    ### END SOLUTION


# %% test="6.30" decides=true
expect("6.30", lambda: mlp_parameter_count(2, 1, 3), 13)
expect("6.30", lambda: mlp_parameter_count(4, 3, 5), 91)
expect("6.30", lambda: matched_width(14, 1, 2), 3)
expect("6.30", lambda: matched_width(16, 1, 2), 4)
expect("6.30", lambda: matched_width(90, 3, 4), 5)
expect("6.30", lambda: matched_width(1000, 2, 20), 22)

# %% [markdown] commentary="6.30"
# Trying every width looks wasteful and takes a few thousandths of a second; the quadratic formula would be
# faster, and one more thing to get wrong. The matched widths for the 6001 parameters of the first network are
# 500, 51, 37 and 25.

# %% [markdown]
# ### Two targets
#
# The first target is **compositional**: three simple functions of a few inputs each, put together by a fourth.

# %% picture=true
from utils.explorers.ch06_networks.size_depth_and_numbers import parts_picture

parts_picture()

# %% [markdown]
# $$f(\mathbf x)=h_1h_2h_3,\qquad h_1=\tanh(x_1+x_2+x_3),\quad h_2=\tanh(x_4+x_5+x_6),\quad h_3=\tanh(x_7+x_8+x_9+x_{10})$$
#
# The second one is **smooth without such parts**: a sum of waves in random directions, in which all inputs are
# mixed,
#
# $$g(\mathbf x)=\sum_{k}c_k\cos(\mathbf a_k\cdot\mathbf x+\varphi_k).$$
#
# **Your task.** Write `compositional(X)` for `X` $(n, 10)$, and `waves(X, directions, phases, heights)` with
# $\mathbf a_k$ in the rows of `directions` $(K, d)$, $\varphi_k$ in `phases` $(K,)$ and $c_k$ in `heights`
# $(K,)$. Both return an array $(n,)$.
#
# **Example.** At $x_1=x_4=x_7=1$, with all other inputs 0, $f=\tanh^3 1=0.442$.

# %% [markdown] hints="6.30b"
# Python counts from 0 and leaves out the end: the first three columns are `X[:, :3]`, the next three `X[:, 3:6]`.
#
# ---
# `X @ directions.T` is $(n, K)$: an angle for every row and every wave, once the phases are added.


# %% answer="6.30b"
def compositional(X: np.ndarray) -> np.ndarray:
    """The product of three tanh, each of the sum of a group of columns; X (n, 10), result (n,)."""
    ### BEGIN SOLUTION
    h1, h2, h3 = (np.tanh(X[:, group].sum(axis=1)) for group in (slice(3), slice(3, 6), slice(6, 10)))
    return h1 * h2 * h3
    ### END SOLUTION


def waves(X: np.ndarray, directions: np.ndarray, phases: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """The sum of c_k cos(a_k·x + phase_k) for every row x of X, (n,)."""
    ### BEGIN SOLUTION
    return np.cos(X @ directions.T + phases) @ heights
    ### END SOLUTION


# %% test="6.30b" decides=true
x_30 = np.zeros((2, 10))
x_30[0, [0, 3, 6]] = 1
x_30[1] = [1, 1, -1, 0.5, 0.5, 1, 0.2, 0.2, 0.2, -2]
expect("6.30b", lambda: compositional(x_30), [0.441744, -0.650023], rtol=1e-4)
directions_30 = np.array([[1.0, 0.0], [0.5, -2.0], [0.0, 1.0]])
expect(
    "6.30b",
    lambda: waves(np.array([[1.0, 2.0], [0.0, 0.5]]), directions_30, np.array([0, 1, -1]), np.array([2, -1, 3.0])),
    [3.502655, 3.632748],
    rtol=1e-4,
)

# %% [markdown]
# ### The experiment
#
# The next cell makes the rows: standard normal inputs, and targets that are shifted and scaled so that their
# variance on the training rows is 1. An error of 1 is then that of a network that has learned nothing. It also
# fixes a hundred waves for each seed.

# %% setup=true
def rows_for(target, seed, n_rows):
    """X (n_rows, 10), y (n_rows,) to learn from, X_test (2000, 10), y_test (2000,); y = target(X), standardised."""
    X = np.random.default_rng([seed, 3]).normal(size=(n_rows + 2000, 10))
    y = target(X)
    y = (y - y[:n_rows].mean()) / y[:n_rows].std()
    return X[:n_rows], y[:n_rows], X[n_rows:], y[n_rows:]


def hundred_waves(seed):
    """Random directions (100, 10), phases (100,) and heights (100,) for `waves`."""
    rng = np.random.default_rng([seed, 4])
    return 0.5 * rng.normal(size=(100, 10)), rng.uniform(0, 2 * np.pi, 100), rng.normal(size=100)


# %% [markdown]
# **Your task.** Write `depth_or_width(target, shapes, seed=0, n_rows=8000, epochs=20)`. Here `target` is a function
# of `X`, and `shapes` a list of pairs (number of hidden layers, width). Return a list with a pair for every
# shape, in their order: (the trained network, its mean squared error on the test rows).
#
# The rows are `rows_for(target, seed, n_rows)`, the same for all shapes. A network is a `with_adam(NumpyMLP)`
# with 10 inputs, ReLU (which is the default, and so is He's initialisation), a linear output, the loss `"mse"`,
# the learning rate 0.004, this `seed`, and `dtype=np.float32`, which is faster; it learns for `epochs` epochs in
# batches of 128 rows, with the same `seed` for `fit`. A network takes about half a second, with `epochs=2` a
# twentieth of one.

# %% [markdown] hints="6.30c"
# The layer sizes are `[10, *[width] * n_hidden, 1]`.
#
# ---
# A loop over the shapes: make the network, `fit` it, and append the pair to a list. The rows are made once,
# before the loop.


# %% answer="6.30c"
def depth_or_width(target, shapes: list, seed: int = 0, n_rows: int = 8000, epochs: int = 20) -> list:
    """[(network, mean squared error on the test rows), ...] for the shapes (hidden layers, width)."""
    ### BEGIN SOLUTION
    X, y, X_test, y_test = rows_for(target, seed, n_rows)
    found = []
    for n_hidden, width in shapes:
        network = with_adam(NumpyMLP)(
            [10, *[width] * n_hidden, 1],
            output_activation="linear", loss="mse", learning_rate=0.004, seed=seed, dtype=np.float32,
        )  # fmt: skip
        network.fit(X, y, epochs=epochs, batch_size=128, seed=seed)
        found.append((network, network.compute_loss(network.forward(X_test), y_test)))
    return found
    ### END SOLUTION


# %% test="6.30c"
def quick(shapes):
    """A small run: 1000 rows, 2 epochs."""
    return depth_or_width(lambda X: X[:, 0] + X[:, 1], shapes, seed=1, n_rows=1000, epochs=2)


def error_over_error():
    """The error that your function tells for a network, over its error on the test rows."""
    ((network, error),) = quick([(1, 60)])
    _, _, X_test, y_test = rows_for(lambda X: X[:, 0] + X[:, 1], 1, 1000)
    return error / network.compute_loss(network.forward(X_test), y_test)


expect("6.30c", lambda: error_over_error(), 1.0, rtol=1e-3)
expect("6.30c", lambda: [network.get_flat().size for network, _ in quick([(2, 6), (1, 9)])], [115, 109])
expect("6.30c", lambda: quick([(1, 60)])[0][1], such_that("a loss below 0.5", lambda e: e < 0.5))

# %% [markdown]
# Here is your experiment with networks of about 6000 parameters each (about five seconds).

# %%
def print_my_table():
    """The test errors of four networks of the same size, for both targets."""
    shapes = [(n_hidden, matched_width(6001, n_hidden, 10)) for n_hidden in (1, 3, 5, 10)]
    targets = {"compositional": compositional, "waves": lambda X: waves(X, *hundred_waves(0))}
    print(" " * 14, "   ".join(f"{n_hidden:2d} x {width:3d}" for n_hidden, width in shapes))
    for name, target in targets.items():
        print(f"{name:15s}", "   ".join(f"{error:8.3f}" for _, error in depth_or_width(target, shapes)))


try:
    print_my_table()
except NotImplementedError:
    print("○ Here your networks will be compared, once the functions above are written.")

# %% [markdown] commentary="6.30"
# All shapes see the same rows in the same order; only then is a difference one of the shape. float32 halves the
# time and changes the errors by far less than another seed does.

# %% [markdown]
# ### What it shows
#
# For the waves the deepest network, 10 layers of width 25, has a higher error than the one wide layer.
#
# **Your task.** What follows from that? Set `deepest_is_worse` to a letter.
#
# - **A** Deep and narrow networks cannot represent smooth functions.
# - **B** This training, with these rows, steps and epochs, found a worse network there: the error mixes what a
#   network can represent with what training finds and with how well that generalises.
# - **C** It has fewer parameters than the others, so that the comparison was not fair.
# - **D** Depth never pays.

# %% [markdown] hints="6.30d"
# What would you have to know to conclude A? Has the experiment looked for the best network of that shape?

# %% answer="6.30d"
deepest_is_worse = ...  # a letter, "A" to "D"
### BEGIN SOLUTION
deepest_is_worse = "B"
### END SOLUTION

# %% test="6.30d"
expect("6.30d", lambda: deepest_is_worse, one_letter("ABCD"))

# %% [markdown] written="6.30-written"
# **In your own words (optional, read by a person).** Which shape works best for either target, with your numbers?
# How is that related to what the targets are made of, and does the advantage of depth disappear for the waves?
# Name something that the experiment mixes up with expressive power, and say what you would vary next.
#
# ### BEGIN SOLUTION
# All four networks have about 6000 parameters. For the compositional target three layers of 51 have about a
# quarter of the error of one layer of 500: the first layers can compute the three parts, the next ones their
# product, whereas a single layer has to put a function of ten inputs together from ridges. For the waves there
# are no parts, and one layer and three are about equal: the advantage disappears, and ten layers are worse.
#
# The errors are those after 20 epochs of Adam with 8000 rows. With fewer rows or epochs the single wide layer is
# behind for the waves as well, because it learns more slowly: that is optimisation, not expressive power. I would
# vary the number of rows, the learning rate for each shape, and the seeds.
# ### END SOLUTION

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/10_size_depth_and_numbers")

# %% [markdown]
# {{next}}
