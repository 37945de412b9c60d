"""Looks after a department's systems by its procedure, and keeps proof of what was done."""

import contextlib
import signal

# Where whoever started this program has SIGCHLD ignored, the system forgets how a program ended, and Python takes each
# for one that ended well: whatever pg_restore says of a damaged dump would pass.
if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
