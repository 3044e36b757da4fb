"""One line that tells how far a training is."""

import sys
from time import monotonic

EVERY = 0.1  # seconds; a line that changes faster cannot be read
_last = 0.0
_begun = False


def show_epoch(epoch, epochs, loss):
    """Say that `epoch` of `epochs` (counted from 1) is done, in a line that overwrites itself.

    Silent where nobody looks, outside of notebooks and terminals, and while there is little to wait
    for: the first line comes after a tenth of a second.
    """
    global _last, _begun
    if not _somebody_looks():
        return
    now = monotonic()
    if epoch <= 1:
        _last, _begun = now, False
    done = _begun and epoch >= epochs
    if done or now - _last > EVERY:
        _last, _begun = now, not done
        line = f"epoch {epoch} of {epochs}: loss {loss:.4g}"
        print(f"\r{line:<50}", end="\n" if epoch >= epochs else "", flush=True)


def _somebody_looks():
    if "IPython" in sys.modules:
        from IPython import get_ipython

        if getattr(get_ipython(), "kernel", None) is not None:
            return True
    return sys.stdout.isatty()
