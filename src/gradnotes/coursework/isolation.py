"""What fences the child in, on Linux, with the standard library alone. Loaded by `child`, before any answer.

Layers, each tried by itself and reported only when it holds: ``limits`` (CPU, memory, files, processes), ``uid``
(not root), ``network`` (a namespace without interfaces), ``files`` (a root of its own: the interpreter and NumPy,
read-only, and an empty folder), ``processes`` (a process namespace whose end is the end of all in it).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import stat
import sys

with contextlib.suppress(ImportError):  # not on Windows, where nothing here is called
    import resource

HOME = "/answer"  # not /tmp: what is shown may lie below it
LAYERS = ("limits", "uid", "network", "files", "processes")
NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
RDONLY, NOSUID, NODEV, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
LOCKED = 2 | 4 | 8 | 1024 | 2048  # nosuid, nodev, noexec, noatime, nodiratime: kept when remounted
PDEATHSIG, DUMPABLE, NO_NEW_PRIVS = 1, 4, 38


class Kernel:
    """The few system calls that Python 3.11 does not offer."""

    def __init__(self):
        self.libc = ctypes.CDLL(None, use_errno=True)

    def _done(self, result: int, what: str) -> None:
        if result != 0:
            raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")

    def unshare(self, flags: int) -> None:
        self._done(self.libc.unshare(flags), "unshare")

    def mount(self, source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
        parts = [None if part is None else os.fsencode(part) for part in (source, target, kind)]
        self._done(self.libc.mount(*parts, ctypes.c_ulong(flags), os.fsencode(data) or None), f"mount {target}")

    def prctl(self, option: int, value: int) -> None:
        self.libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0)

    def drop_capabilities(self) -> None:
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        self._done(self.libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def namespaces(kernel: Kernel) -> set[str]:
    """Leave the shared namespaces, as far as the kernel lets us; as an ordinary user through a user namespace."""
    if os.getuid() != 0:
        uid, gid = os.getuid(), os.getgid()
        try:
            kernel.unshare(NEWUSER)
            for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
                with open(f"/proc/self/{name}", "w") as file:
                    file.write(text)
        except OSError:
            return set()
    reached = set()
    for flag, name in ((NEWNET, "network"), (NEWNS, "mount"), (NEWIPC, "ipc"), (NEWPID, "processes")):
        with contextlib.suppress(OSError):
            kernel.unshare(flag)
            reached.add(name)
    return reached


def _bind(kernel: Kernel, path: str, root: str) -> None:
    target = root + path
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "a").close()
    kernel.mount(path, target, None, BIND | REC)
    flags = os.statvfs(target).f_flag & LOCKED
    device = stat.S_ISCHR(os.stat(path).st_mode)
    kernel.mount(path, target, None, REMOUNT | BIND | flags | (0 if device else RDONLY | NOSUID | NODEV))


def new_root(kernel: Kernel, root: str, show: list[str], hide: list[str]) -> None:
    """Make a root in memory that shows `show` read-only without `hide`; go there, into an empty folder."""
    kernel.mount("none", "/", None, REC | PRIVATE)
    kernel.mount("tmpfs", root, "tmpfs", NOSUID | NODEV, "size=256k,mode=755")
    for path in show:
        if os.path.islink(path) and os.path.dirname(path) == "/":  # /lib -> usr/lib
            os.symlink(os.readlink(path), root + path)
        elif os.path.exists(path) and not os.path.exists(root + path + "/."):
            _bind(kernel, path, root)
    for path in hide:
        if os.path.isdir(root + path) and os.listdir(root + path) and any(path.startswith(p + "/") for p in show):
            kernel.mount("tmpfs", root + path, "tmpfs", NOSUID | NODEV | RDONLY, "size=4k,mode=000")
    os.mkdir(root + HOME)
    kernel.mount("tmpfs", root + HOME, "tmpfs", NOSUID | NODEV, "size=1m,nr_inodes=64,mode=1777")
    kernel.mount("tmpfs", root, None, REMOUNT | RDONLY | NOSUID | NODEV, "size=256k,mode=755")
    os.chroot(root)
    os.chdir(HOME)


def supervise(child: int, seconds: int) -> None:
    """In the outer process: wait for the child, end it when told to or after `seconds`; never returns."""

    def end(*_):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    for fd in (0, 1):
        os.close(fd)
    while True:
        with contextlib.suppress(InterruptedError):
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            os._exit(code if code >= 0 else 128 - code)


def limit(settings: dict) -> None:
    """CPU seconds, address space, size and number of files, and no further process."""
    r = resource
    bounds = {
        r.RLIMIT_CPU: settings["cpu"],
        r.RLIMIT_AS: settings["memory"],
        r.RLIMIT_FSIZE: 1 << 20,
        r.RLIMIT_CORE: 0,
        r.RLIMIT_NOFILE: 64,
    }
    if sys.platform == "linux" and settings["isolate"]:
        bounds[r.RLIMIT_NPROC] = 1
    for name, value in bounds.items():
        with contextlib.suppress(ValueError, OSError):
            hard = r.getrlimit(name)[1]
            value = value if hard == r.RLIM_INFINITY else min(value, hard)
            r.setrlimit(name, (value, value))


def drop_root(kernel: Kernel, uid: int) -> None:
    """Root becomes `uid`; an ordinary user loses what the user namespace gave."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    else:
        kernel.drop_capabilities()


def enter(settings: dict, preload) -> list[str]:
    """Fence this process in; return the layers that hold. `preload` runs before root is given up."""
    kernel = Kernel()
    uid = 30000 + os.getpid() % 30000  # of its own, so that the limit on processes counts this child alone
    reached = namespaces(kernel)
    if "processes" in reached:
        child = os.fork()
        if child:
            supervise(child, settings["wall"])
    layers = [name for name in ("network", "processes") if name in reached]
    if "mount" in reached:
        with contextlib.suppress(OSError):
            new_root(kernel, settings["folder"], settings["show"], settings["hide"])
    preload()
    if os.getuid() == 0 and os.getcwd() == settings["folder"]:
        os.chown(settings["folder"], uid, -1)
    with contextlib.suppress(OSError):
        drop_root(kernel, uid)
    kernel.prctl(NO_NEW_PRIVS, 1)
    kernel.prctl(PDEATHSIG, signal.SIGKILL)
    kernel.prctl(DUMPABLE, 0)
    limit(settings)
    layers += ["limits"] + (["uid"] if os.getuid() != 0 else [])
    if not any(os.access(path, os.R_OK) for path in settings["secret"]):
        layers.append("files")
    return [name for name in LAYERS if name in layers]
