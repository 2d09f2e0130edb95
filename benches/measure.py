#!/usr/bin/env python3
"""The figures of DESIGN "Speed", measured on the real program, with tmux and a raw PTY in the same run.

    cargo build --release && python3 benches/measure.py [--quick] [--wci PATH]

Every program sits in a PTY of its own that this script drains and answers as a terminal would. Times of `cat` are taken inside the
pane. The machine is noisy: read the ratios. Needs Linux, tmux and bash; passes or fails nothing.
"""
import argparse, fcntl, os, pty, random, re, select, shutil, signal, statistics, struct, subprocess, sys, tempfile, termios, time

COLUMNS, ROWS = 120, 40


class Outer:
    """A program in a PTY, drained: what a terminal emulator is to it."""

    def __init__(self, argv, env=None):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(env or {})
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LANG="C.UTF-8")
            os.execvp(argv[0], argv)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.bytes = 0
        self.tail = b""

    def read(self, seconds):
        """What comes within this time, at most one chunk; answers device queries."""
        ready, _, _ = select.select([self.fd], [], [], max(0, seconds))
        if not ready:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            return None
        self.bytes += len(data)
        self.tail = (self.tail + data)[-65536:]
        for query, answer in ((b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[c", b"\x1b[?62;22c")):
            if query in data:
                os.write(self.fd, answer)
        return data

    def write(self, text):
        os.write(self.fd, text.encode())

    def until(self, done, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.read(0.02) is None:
                return False
            if done(self):
                return True
        return False

    def rest(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.read(left) is None:
                return

    def close(self):
        try:
            os.kill(self.pid, signal.SIGTERM)
            self.rest(0.5)
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def memory(pid):
    """Resident memory in MiB."""
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) / 1024


def switches(pid):
    """Voluntary context switches of each thread."""
    threads = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status") as f:
            threads[task] = int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", f.read(), re.M).group(1))
    return threads


class Pane:
    """A shell, reached raw, through tmux or through wci."""

    def __init__(self, kind, wci, folder):
        self.kind, self.folder = kind, folder
        home = tempfile.mkdtemp(dir=folder)
        env = {"HOME": home, "WCI_SHELL": "bash", "WCI_STATE": os.path.join(home, "state"), "TMUX": "", "PS1": "$ "}
        if kind == "raw":
            argv = ["bash", "--norc"]
        elif kind == "tmux":
            argv = ["tmux", "-L", f"bench{os.getpid()}", "-f", "/dev/null", "new-session", "bash", "--norc"]
        else:
            argv = [wci, "--vm", "rehearsal"]
        self.outer = Outer(argv, env)
        self.outer.rest(0.7)
        if kind == "wci":
            self.outer.write("\r")       # open the first chapter
            self.outer.rest(1.5)
            self.outer.write("\t")       # into the terminal
            self.outer.rest(0.3)

    def run(self, line, seconds=180):
        """Runs a line in the shell and waits for its end, seen from inside. Gives the seconds it took."""
        result = os.path.join(self.folder, f"result-{random.random()}")
        self.outer.write(f"S=$(date +%s.%N); {line}; echo $S $(date +%s.%N) > {result}\r")
        if not self.outer.until(lambda _: os.path.exists(result) and os.path.getsize(result) > 20, seconds):
            raise SystemExit(f"{self.kind}: no end of {line!r}; the screen ended with {self.outer.tail[-400:]!r}")
        self.outer.rest(0.2)
        a, b = open(result).read().split()
        return float(b) - float(a)

    def close(self):
        self.outer.close()
        if self.kind == "tmux":
            subprocess.run(["tmux", "-L", f"bench{os.getpid()}", "kill-server"], capture_output=True)


ECHO = r'''
import os, sys, termios, tty
tty.setraw(0)
os.write(1, b"\x1b[2J\x1b[1;15r")
while True:
    k = os.read(0, 1)
    if k == b"q": break
    os.write(1, b"\x1b7\x1b[18;1H" + k + b"\x1b8")
os.write(1, b"\x1b[r")
'''


def echo(pane, big, count):
    """Milliseconds from a key to its echo on the outer side, while a flood runs in the same pane."""
    script = os.path.join(pane.folder, "echo.py")
    open(script, "w").write(ECHO)
    pane.outer.write(f"(while :; do cat {big}; done) & python3 {script}; kill %1\r")
    pane.outer.rest(1.5)
    times = []
    for i in range(count):
        key = "ZQ"[i % 2]
        pane.outer.rest(random.uniform(0.01, 0.04))
        start = time.monotonic()
        pane.outer.write(key)
        carried = b""
        while time.monotonic() - start < 2:
            data = pane.outer.read(0.5) or b""
            carried = carried[-8:] + data
            if key.encode() in carried:
                times.append((time.monotonic() - start) * 1000)
                break
        else:
            times.append(2000.0)
    pane.outer.write("q")
    pane.outer.rest(0.5)
    return sorted(times)


def first_frame(argv, env, done):
    start = time.monotonic()
    outer = Outer(argv, env)
    ok = outer.until(done, 10)
    took = (time.monotonic() - start) * 1000
    outer.close()
    return took if ok else float("nan")


def main():
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="less of everything")
    parser.add_argument("--only", choices=["flood", "latency", "starts", "idle"])
    parser.add_argument("--wci", default="target/release/wci")
    args = parser.parse_args()
    wci = os.path.abspath(args.wci)
    mib = 50 if args.quick else 200
    folder = tempfile.mkdtemp(prefix="wci-bench")
    big = os.path.join(folder, "big")
    with open(big, "w") as f:
        # No two lines alike: every frame changes every row.
        rest = " 0123456789 0123456789 0123456789 0123456789 0123456789\n"
        number = 0
        for _ in range(mib * 1024 * 1024 // (10 + len(rest))):
            number += 7919
            f.write(f"{number:010d}{rest}")
    size = os.path.getsize(big) / 1024 / 1024
    try:
        parts = {
            "flood": lambda: flood(args, wci, folder, big, size),
            "latency": lambda: latency(args, wci, folder, big),
            "starts": lambda: starts(args, wci, folder),
            "idle": lambda: idle(args, wci, folder),
        }
        for name, part in parts.items():
            if args.only in (None, name):
                part()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def flood(args, wci, folder, big, size):
    kinds, rounds = ("raw", "tmux", "wci"), 1 if args.quick else 3
    times, outer = {k: [] for k in kinds}, {k: 0 for k in kinds}
    for _ in range(rounds):
        for kind in kinds:
            pane = Pane(kind, wci, folder)
            before = pane.outer.bytes
            times[kind].append(pane.run(f"cat {big}"))
            outer[kind] = (pane.outer.bytes - before) / 1e6
            pane.close()
    speed = {k: size / statistics.median(t) for k, t in times.items()}
    for kind in kinds:
        print(f"cat {size:.0f} MiB, {kind:4}: {speed[kind]:6.1f} MiB/s, {outer[kind]:7.2f} MB to the outer terminal")
    print(f"  wci is {speed['wci'] / speed['tmux']:.2f} x tmux and {speed['wci'] / speed['raw']:.2f} of the raw drain (wanted: 2 and 0.7)")
    pane = Pane("wci", wci, folder)
    start = memory(pane.outer.pid)
    pane.run(f"cat {big}")
    once = memory(pane.outer.pid)
    rounds = 2 if args.quick else 4
    pane.run(f"for i in {' '.join(map(str, range(rounds)))}; do cat {big}; done", 600)
    print(f"memory: {start:.1f} MiB at first, {once:.1f} after {size:.0f} MiB, {memory(pane.outer.pid):.1f} after {size * (rounds + 1):.0f} MiB (wanted: growth under 40, then none)")
    pane.close()


def latency(args, wci, folder, big):
    for kind in ("raw", "tmux", "wci"):
        pane = Pane(kind, wci, folder)
        times = echo(pane, big, 60 if args.quick else 400)
        print(f"key echo during a flood, {kind:4}: p50 {times[len(times) // 2]:6.1f} ms, p99 {times[int(len(times) * 0.99) - 1]:6.1f} ms" + (" (wanted: p99 under 20)" if kind == "wci" else ""))
        pane.close()


def starts(args, wci, folder):
    home = tempfile.mkdtemp(dir=folder)
    env = {"HOME": home, "WCI_STATE": os.path.join(home, "state"), "TMUX": ""}
    peers = {
        "wci": ([wci, "--vm", "rehearsal"], lambda o: b"\x1b[?2026l" in o.tail and b"Windows" in o.tail),
        "tmux": (["tmux", "-L", f"start{os.getpid()}", "-f", "/dev/null", "new-session", "cat"], lambda o: b"[0]" in o.tail),
        "vim": (["vim", "-u", "NONE", "README.md"], lambda o: b"wci" in o.tail),
        "less": (["less", "README.md"], lambda o: b"wci" in o.tail),
    }
    for name, (argv, done) in peers.items():
        if not shutil.which(argv[0]):
            continue
        took = []
        for _ in range(5 if args.quick else 15):
            took.append(first_frame(argv, env, done))
            if name == "tmux":
                subprocess.run(["tmux", "-L", f"start{os.getpid()}", "kill-server"], capture_output=True)
        took = sorted(took[1:])
        print(f"start to first frame, {name:4}: median {statistics.median(took):6.1f} ms" + (" (wanted: under 10)" if name == "wci" else ""))


def idle(args, wci, folder):
    pane = Pane("wci", wci, folder)
    pane.outer.rest(15)  # the runtime lets idle helper threads go after ten seconds
    seconds = 10 if args.quick else 60
    before = switches(pane.outer.pid)
    pane.outer.rest(seconds)
    count = sum(n - before.get(task, 0) for task, n in switches(pane.outer.pid).items())
    print(f"idle: {count} voluntary context switches in {seconds} s (wanted: 0)")
    pane.close()


if __name__ == "__main__":
    sys.exit(main())
