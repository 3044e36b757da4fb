"""seccomp: system calls that no notebook needs are refused, for a process and all its children.

The wall behind the namespaces or Landlock: it keeps away from the kernel's rarely used corners,
and it closes what Landlock leaves open (sockets, modes and times of files, limits of other
processes). The work is done by libseccomp; where that is missing there is no such wall.
"""

from __future__ import annotations

import errno

try:
    import pyseccomp
except (ImportError, RuntimeError, OSError, AttributeError):  # no package, or no libseccomp
    pyseccomp = None

AF_UNIX, AF_INET, AF_INET6, AF_NETLINK = 1, 2, 10, 16
_NEW_NAMESPACES = 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
_TYPE_INTO_TERMINAL, _TERMINAL_SELECTION = 0x5412, 0x541C  # ioctls: TIOCSTI, TIOCLINUX
_LEASES_AND_SIGNALS = 1024, 1026, 8, 10, 15  # fcntl: a lease, news of a folder, signals to others
_HIDE = 4  # prctl: whoever is not dumpable cannot be counted from outside
_NEW_NUMBERS = range(424, 512)  # from here on new calls have the same number on all processors
_UNKNOWN = -1

REFUSED = """
mount umount umount2 pivot_root chroot move_mount open_tree mount_setattr fsopen fsconfig fsmount
fspick unshare setns
ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp
migrate_pages move_pages
bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
inotify_init inotify_init1 fanotify_init
add_key request_key keyctl shmget msgget semget mq_open memfd_create memfd_secret
kexec_load kexec_file_load init_module finit_module delete_module
open_by_handle_at quotactl quotactl_fd swapon swapoff acct reboot syslog vhangup
sethostname setdomainname settimeofday clock_settime clock_adjtime adjtimex
iopl ioperm modify_ldt personality
""".split()
ON_OTHERS = {  # the position of the argument that says whose; 0 is the caller's own
    "prlimit64": 0, "sched_setscheduler": 0, "sched_setparam": 0, "sched_setattr": 0,
    "sched_setaffinity": 0,
    "setpriority": 1, "ioprio_set": 1,
}  # fmt: skip
WITHOUT_EFFECT = """
chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat
""".split()  # libraries call these on their own files; Landlock would allow them on everybody's
REFUSED_TOO = """
chown fchown lchown fchownat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
socket
""".split()  # where Landlock is the other wall


def prepare(landlock: bool, real_kernel: bool = False):
    """The filter, to be loaded by a session (`load`); None where libseccomp is missing.

    `landlock`: no mount and no network namespace keeps files and sockets away. A pair of connected
    sockets can be made all the same: asyncio needs it. `real_kernel`: a Jupyter kernel will run.
    """
    if pyseccomp is None:
        return None
    refused, done = pyseccomp.ERRNO(errno.EPERM), pyseccomp.ERRNO(0)
    calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)

    def rule(action: int, name: str, *conditions) -> None:
        number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
        if number != _UNKNOWN:
            calls.add_rule(action, number, *conditions)

    def argument(position: int, comparison: int, *values: int):
        return pyseccomp.Arg(position, comparison, *values)

    for name in REFUSED + landlock * REFUSED_TOO:
        rule(refused, name)
    for name in landlock * WITHOUT_EFFECT:
        rule(done, name)
    for name, position in ON_OTHERS.items():
        if name.startswith("sched_") and name != "sched_setaffinity" and real_kernel:
            continue  # ZeroMQ sets this for its threads
        rule(refused, name, argument(position, pyseccomp.NE, 0))
    for flag in _NEW_NAMESPACES:
        rule(refused, "clone", argument(0, pyseccomp.MASKED_EQ, flag, flag))
    rule(
        pyseccomp.ERRNO(errno.ENOSYS), "clone3"
    )  # its flags cannot be seen; all fall back on clone
    for command in _LEASES_AND_SIGNALS:
        rule(refused, "fcntl", argument(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, command))
    rule(refused, "prctl", argument(0, pyseccomp.MASKED_EQ, 0xFFFFFFFF, _HIDE))
    for command in (_TYPE_INTO_TERMINAL, _TERMINAL_SELECTION):
        rule(refused, "ioctl", argument(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, command))
    if not landlock:
        open_to_all = {AF_UNIX, AF_INET, AF_INET6}
        if real_kernel:
            open_to_all.add(AF_NETLINK)  # with which ZeroMQ looks at the interfaces
        for family in set(range(max(open_to_all))) - open_to_all:
            rule(refused, "socket", argument(0, pyseccomp.EQ, family))
        rule(refused, "socket", argument(0, pyseccomp.GT, max(open_to_all)))
    for number in _NEW_NUMBERS:
        if not _known(number):  # newer than libseccomp: as if the kernel were older
            calls.add_rule(pyseccomp.ERRNO(errno.ENOSYS), number)
    return calls


def _known(number: int) -> bool:
    try:
        return bool(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, number))
    except ValueError:
        return False
