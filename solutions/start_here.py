# %% [markdown]
# # Gradients from the Ground Up
#
# You learn how neural networks learn by building the parts yourself: first a number that knows its
# own derivative, then a network made of such numbers, then the gradients of real networks. Every
# idea is an exercise in a notebook, and every exercise tells you at once how you are doing.
#
# No experience with neural networks is needed. You should be able to read and write simple Python,
# and remember what a derivative is.

# %% [markdown]
# ## Is everything here?
#
# Click on the cell below and press **Shift + Enter** to run it. It says in words if something is
# missing, and what to do about it.

# %%
from utils import check_environment

check_environment()

# %% [markdown]
# ## How a notebook works
#
# An exercise always has the same pieces. Try them here, nothing on this page is graded:
#
# 1. **The text** says why the exercise matters, which convention is in force, what to do, and shows
#    an example. Stars tell how hard it is: ★ warm-up, ★★ standard, ★★★ challenging, ★★★★ project.
# 2. **Hints**, folded away. Open the first one when you have been stuck for a few minutes. The next
#    one says more.
# 3. **The answer cell**. A function has `raise NotImplementedError` where your code goes: delete that
#    line and write your own. A value that is asked for stands there as `name = ...`, with what it should
#    be beside it: put your answer in place of the three dots. Run the cell with Shift + Enter (Ctrl +
#    Enter runs it and stays there).
# 4. **Visible tests** in the cell below it. Run it after your answer. Each line begins with a mark:
#
#    | mark | what it says |
#    |---|---|
#    | ✔ | right |
#    | ◐ | the right kind of answer, or right as far as it was looked at: not checked yet |
#    | ✘ | wrong: you see the input, what came out and what was expected |
#    | ○ | not written yet, or not run yet |
#
# **Practice.** Write a function `double(x)` that returns twice its input. Example: `double(4)` is 8.

# %% [markdown]
# <details><summary>Hint 1 of 2</summary>
#
# Replace the line with `raise` by a line that begins with `return`.
#
# </details>
#
# <details><summary>Hint 2 of 2</summary>
#
# `return 2 * x`
#
# </details>


# %%
def double(x):
    raise NotImplementedError("TODO: your answer goes here")


# %%
from utils import expect

expect("practice", lambda: double(4), 8)
expect("practice", lambda: double(-1.5), -3.0)

# %% [markdown]
# Try a wrong answer too, such as `return x + 2`, and read what the second cell says. Then begin:
#
# {{first exercise}}
#
# (Are classes, `self`, arrays or `@` new to you, or half forgotten? [The Python you
# need](python_you_need.ipynb) takes twenty minutes.)

# %% [markdown]
# ### What happens when your work is graded
#
# - Your answer cells are run in a fresh notebook from top to bottom. Before you hand in, do the same:
#   menu **Kernel → Restart Kernel and Run All Cells**. An answer that stops shows its error, and the cells
#   below it are run all the same.
# - Beyond the visible tests, hidden ones try your functions on other inputs. They cover everything
#   that the visible ones cover. Part of an answer that works earns part of the points.
# - The feedback names what was tried, what came out, and, when it recognises a familiar mix-up, which
#   idea went wrong.
# - An answer that crashes or never ends costs the points of its own part only.
# - You may add cells wherever you like. Do not rename or delete the answer cells.
#
# ### How far you are
#
# `progress()` lists the exercises with their marks. If you have the full course (on your own machine or
# on Binder), the last line of every test cell, such as `grade("2.5")`, runs the complete check and
# shows its feedback, and ✔ means that it passed. In a student's copy that check runs when the work is
# graded; until then most answers stay at ◐. After a change, run the answer and its tests again.
#
# **Solutions.** In the full course, `from utils import solution` and then `solution("2.5")`, in a cell of
# your own, show how we would have written it, and why, as soon as your answer passes, or after three
# honest attempts. In a student's copy the solution comes with the feedback.

# %%
from utils import progress

progress()

# %% [markdown]
# ## The map
#
# Every box is an exercise, and can be clicked. A box says what it builds on; an arrow leads to the next
# exercise of a notebook where that builds on the one above. The same as a list stands below the picture.
#
# {{map of the course}}

# %% [markdown]
# {{links of the course}}

# %% [markdown]
# ## Where things are
#
# | folder | what you find there |
# |---|---|
# | `chapters/` | these notebooks |
# | `utils/` | Python code that the notebooks give you: data, plots, the small engines |
# | `data/` | small data sets, with a page that says where they come from |
#
# Everything works without the internet. Keyboard: arrow keys move between cells, **Enter** edits,
# **Shift + Enter** runs, **Esc** leaves the cell. Every picture has a text that a screen reader reads,
# and no result is told by colour alone.
