"""Running programs and measuring them from outside."""
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Problem(Exception):
    """What a user should read, without a traceback."""


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def run(command, **options):
    """Runs a program to its end; its output if it fails is the message."""
    command = [str(c) for c in command]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", **options)
    if done.returncode != 0:
        tail = (done.stdout + done.stderr).strip().splitlines()[-15:]
        raise Problem(f"`{' '.join(command)}` ended with {done.returncode}\n" + "\n".join(tail))
    return done.stdout


def is_newer(output, inputs):
    """Whether `output` is there and no older than any input."""
    return output.exists() and all(Path(i).stat().st_mtime <= output.stat().st_mtime for i in inputs)


class Spent:
    """Of one process and its children, in nanoseconds: the clock on the wall, and processor time (user and system)."""

    def __init__(self, wall, cpu):
        self.wall, self.cpu = wall, cpu


def spend(command, cwd=None, preexec_fn=None, keeps_output=True):
    """Runs a program with its output thrown away, here or (not kept) by the system. A failure is a Problem: what failed fast would look fast."""
    if keeps_output:
        return listen(command, cwd, preexec_fn)[0]
    null = os.open(os.devnull, os.O_RDWR)
    command = [str(c) for c in command]
    started = time.perf_counter_ns()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)])
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter_ns() - started
    os.close(null)
    if status != 0:
        raise Problem(f"`{' '.join(command)}` ended with {os.waitstatus_to_exitcode(status)}")
    return Spent(wall, int((usage.ru_utime + usage.ru_stime) * 1e9))


def peak(command):
    """The most memory that a program had at once, in bytes. By GNU time: what the system tells us of a child counts our own memory, too."""
    timer = shutil.which("time")
    if timer is None:
        raise Problem("there is no `time` on the PATH (Debian: time)")
    done = subprocess.run([timer, "-f", "%M", *[str(c) for c in command]], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Problem(f"`{' '.join(str(c) for c in command)}` ended with {done.returncode}\n{done.stderr[-600:]}")
    return int(done.stderr.split()[-1]) * 1024


def listen(command, cwd=None, preexec_fn=None):
    """The same and what the program wrote, which may not be much."""
    null = os.open(os.devnull, os.O_RDWR)
    started = time.perf_counter_ns()
    process = subprocess.Popen([str(c) for c in command], stdin=null, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, close_fds=False,
                               preexec_fn=preexec_fn)
    output, error = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter_ns() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    process.stderr.close()
    os.close(null)
    if process.returncode != 0:
        raise Problem(f"`{' '.join(str(c) for c in command)}` ended with {process.returncode}\n{error.decode(errors='replace')[-600:]}")
    return Spent(wall, int((usage.ru_utime + usage.ru_stime) * 1e9)), output.decode(errors="replace")


def interleave(contenders, repetitions, measure):
    """measure(command) for every contender in turn, again and again, so that noise hits all alike. The least of each, by name; the message
    of a Problem instead where a contender failed."""
    best, failed = {}, {}
    for _ in range(repetitions):
        for name, command in contenders.items():
            if name in failed:
                continue
            try:
                value = measure(command)
            except Problem as problem:
                failed[name] = str(problem)
                continue
            best[name] = value if name not in best else merge(best[name], value)
    return best, failed


def merge(a, b):
    if isinstance(a, Spent):
        return Spent(min(a.wall, b.wall), min(a.cpu, b.cpu))
    return {key: min(a[key], b[key]) for key in a}
