# %% [markdown]
# # The Python you need
#
# Twenty minutes with the parts of Python that this course uses all the time. If the tasks below are
# easy for you, go straight on to the first chapter. If one is not, it is better met here than in the
# middle of a derivation.
#
# Nothing on this page is graded. As everywhere, an answer cell comes first and its test stands below.

# %%
import numpy as np

from utils import expect, show
from utils.plots import axes, style

# %% [markdown]
# ## 1. A cell counts when it was run
#
# All cells of a notebook share one memory. What stands in a cell has no effect until you run it with
# **Shift + Enter**; and what another cell computed from the old value stays as it was.
#
# **Do this.** Run the next three cells, one after the other. Then change `width` to 5 in the first,
# run *only that one*, and run the test again: it still finds the old area. Now run the second as well.

# %%
width = 2

# %%
area = 3 * width

# %%
expect("python 1", lambda: area, 15)

# %% [markdown]
# When something is strange, the notebook's memory often differs from what you read on the screen.
# **Kernel → Restart Kernel and Run All Cells** starts with an empty memory, and puts an end to the doubt.

# %% [markdown]
# ## 2. A function gives back what stands after `return`
#
# `print` shows a value to a person. `return` hands it to whoever called the function. A function without
# `return` hands back `None`, and nothing can be computed with that.
#
# **Your task.** This function shows the right number and returns nothing. Mend it.
#
# **Example.** `half(7) + 1` is 4.5.


# %%
def half(x):
    print(x / 2)


# %%
expect("python 2", lambda: half(7), 3.5)
expect("python 2", lambda: half(7) + 1, 4.5)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Write `return x / 2` in place of the line with `print`.
#
# </details>

# %% [markdown]
# ## 3. A function is a value too
#
# It can be handed to another function, which then calls it. The course does that whenever it asks for
# the slope of "any function $f$". A small function needs no name: `lambda x: x + 3` is a function that
# adds three.
#
# **Your task.** `twice(f, x)` applies `f` to `x`, and `f` again to the result.
#
# **Example.** `twice(lambda x: x + 3, 10)` is 16.


# %%
def twice(f, x):
    raise NotImplementedError("TODO: your answer goes here")


# %%
expect("python 3", lambda: twice(lambda x: x + 3, 10), 16)
expect("python 3", lambda: twice(lambda x: x * x, 3), 81)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `f(x)` is the first application. What do you give to the second?
#
# </details>

# %% [markdown]
# ## 4. Reading a traceback
#
# When a cell stops with an error, read the report **from the bottom**. The last line says what
# happened. The lines above it say where, and the arrow points at the line. Here is a shortened one:
#
# ```text
# Cell In[7], line 5
#       3 def mean_of_squares(numbers):
#       4     total = sum(n * n for n in numbers)
# ----> 5     return total / len(number)
#
# NameError: name 'number' is not defined
# ```
#
# **Your task.** In which line of the cell did it stop, and what should stand there instead of `number`?

# %%
line_number = ...  # a whole number
right_name = ...  # a name, in quotation marks

# %%
expect("python 4", lambda: line_number, 5)
expect("python 4", lambda: right_name, "numbers")

# %% [markdown]
# ## 5. Objects remember: classes and `self`
#
# A class describes a kind of object; `Counter()` makes one. Inside a method, `self` is the object that
# the method was called on, and `self.total` is something this one object remembers. `__init__` runs
# when the object is made.
#
# **Your task.** Complete `add`, so that the object remembers the sum of all amounts so far.
#
# **Example.** After `c = Counter()`, `c.add(2)` and `c.add(5)`, `c.total` is 7. Another counter is not
# affected.


# %%
class Counter:
    def __init__(self):
        self.total = 0

    def add(self, amount):
        raise NotImplementedError("TODO: your answer goes here")


# %%
def count(*amounts):
    """The total of a new counter after these amounts."""
    counter = Counter()
    for amount in amounts:
        counter.add(amount)
    return counter.total


expect("python 5", lambda: count(2, 5), 7)
expect("python 5", lambda: count(1), 1)

# %% [markdown]
# <details><summary>Hint 1 of 2</summary>
#
# `total` alone would be a variable inside the method, gone when it ends. What the object keeps is
# called `self.total`.
#
# </details>
#
# <details><summary>Hint 2 of 2</summary>
#
# `self.total += amount` adds to what is there; `self.total = amount` would forget it.
#
# </details>

# %% [markdown]
# ## 6. What `+` means is up to the class
#
# Python turns `a + b` into `a.__add__(b)`. A class that defines `__add__` decides what a sum of its
# objects is. This is how the engine of chapter 2 records a computation while you write ordinary formulas.
#
# **Your task.** Complete `__add__`: it returns a **new** `Length` and leaves both of the old ones alone.
#
# **Example.** `(Length(1.5) + Length(2)).metres` is 3.5.


# %%
class Length:
    def __init__(self, metres):
        self.metres = metres

    def __add__(self, other):
        raise NotImplementedError("TODO: your answer goes here")


# %%
one, two = Length(1.5), Length(2)

expect("python 6", lambda: (one + two).metres, 3.5)
expect("python 6", lambda: [one.metres, two.metres], [1.5, 2])

# %% [markdown]
# <details><summary>Hint</summary>
#
# `other` is the object on the right of the `+`; its number is `other.metres`. A new object is made with
# `Length(...)`.
#
# </details>

# %% [markdown]
# ## 7. Arrays compute with all their numbers at once
#
# `x = np.array([1.0, 2.0, 3.0])` is an array; `2 * x`, `x + 1`, `x**2` and `np.exp(x)` treat every
# element alike, without a loop. `x.shape` is `(3,)`. A table of 2 rows and 3 columns has shape `(2, 3)`;
# `X.sum()` adds everything, `X.sum(axis=0)` adds down the rows and leaves one number per column.
#
# **Your task.** `squared_error(p, t)`: the mean of the squared differences of two arrays, one number.
#
# **Example.** For `p = [1, 2]` and `t = [1, 4]` it is $(0 + 4)/2 = 2$.


# %%
def squared_error(p, t):
    raise NotImplementedError("TODO: your answer goes here")


# %%
expect("python 7", lambda: squared_error(np.array([1.0, 2.0]), np.array([1.0, 4.0])), 2.0)
expect("python 7", lambda: squared_error(np.array([[3.0], [0.0]]), np.array([[0.0], [0.0]])), 4.5)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `(p - t) ** 2` is an array of the squares. `np.mean` makes one number of it.
#
# </details>

# %% [markdown]
# ## 8. `*` goes element by element, `@` is the matrix product
#
# With `X` of shape `(N, D)`, one row per example, and weights `w` of shape `(D,)`, the product `X @ w` has
# shape `(N,)`: one number per example, the sum of its entries times the weights.
#
# **Your task.** `outputs(X, w, b)` returns for every example the sum of its entries times the weights,
# plus the number `b`. Then say which shape `X @ W` has for an `X` of shape `(5, 3)` and a `W` of shape
# `(3, 2)`: the inner lengths have to agree, and the outer ones remain.
#
# **Example.** `outputs(np.array([[1, 2]]), np.array([10, 1]), 0.5)` is `[12.5]`.


# %%
def outputs(X, w, b):
    raise NotImplementedError("TODO: your answer goes here")


product_shape = ...  # two whole numbers in round brackets, such as (1, 1)

# %%
table = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

expect("python 8", lambda: outputs(table, np.array([10.0, 1.0]), 0.5), np.array([12.5, 34.5, 56.5]))
expect("python 8", lambda: product_shape, (5, 2))

# %% [markdown]
# ## 9. Broadcasting: small arrays are repeated to fit
#
# When two shapes differ, NumPy lines them up **from the right**. Where one of them has 1, or nothing, its
# numbers are repeated. That is how one bias per unit is added to every example.

# %%
biases = np.array([10, 20, 30])
examples = np.array([[1, 2, 3], [4, 5, 6]])
fig, tables = axes("", "", columns=3, width=8.4)
with style():
    for ax, (name, numbers) in zip(
        tables,
        {
            "shape (2, 3)": examples,
            "+  shape (3,), repeated": np.broadcast_to(biases, (2, 3)),
            "=  shape (2, 3)": examples + biases,
        }.items(),
    ):
        ax.set(title=name, xticks=[], yticks=[], xlim=(-0.5, 2.5), ylim=(1.5, -0.5))
        for (row, column), number in np.ndenumerate(numbers):
            ax.text(column, row, f"{number}", ha="center", va="center", fontsize=13)
show(
    fig,
    "Three tables of two rows and three columns. The first holds 1 to 6. In the second, the row 10, 20, "
    "30 stands twice: it was repeated. The third is their sum: 11, 22, 33 and 14, 25, 36.",
)

# %% [markdown]
# **Your task.** `centred(X)` subtracts from every column of `X` that column's mean.
#
# **Example.** The columns of `[[1, 10], [3, 30]]` have the means 2 and 20, so the result is
# `[[-1, -10], [1, 10]]`.


# %%
def centred(X):
    raise NotImplementedError("TODO: your answer goes here")


# %%
expect("python 9", lambda: centred(np.array([[1.0, 10.0], [3.0, 30.0]])), np.array([[-1, -10], [1, 10]]))
expect("python 9", lambda: centred(np.array([[1.0, 2.0, 6.0]])), np.array([[0, 0, 0]]))

# %% [markdown]
# <details><summary>Hint 1 of 2</summary>
#
# `X.mean(axis=0)` has one number per column.
#
# </details>
#
# <details><summary>Hint 2 of 2</summary>
#
# Its shape `(D,)` fits the shape `(N, D)` of `X` from the right, so the difference just works.
#
# </details>

# %% [markdown]
# That is all the Python there is in this course. {{first exercise}} · back to [the start
# page](start_here.ipynb)
