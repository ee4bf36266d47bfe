"""Which cores a run uses, and how much other processes used them meanwhile.

Another process on a benchmark's core makes its numbers meaningless, and on a shared machine there is
often one. So each round knows how much CPU time of its cores other processes used.
"""

import os

_TICK = 1 / os.sysconf("SC_CLK_TCK")


def choose(text, count):
    """The cores named by "2,3", or the last `count` of those this process may use."""
    allowed = sorted(os.sched_getaffinity(0))
    if text:
        chosen = [int(part) for part in text.split(",")]
        unknown = [core for core in chosen if core not in allowed]
        if unknown:
            raise SystemExit(f"core {unknown[0]} is not among this process's: {allowed}")
        if len(chosen) < count:
            raise SystemExit(f"{count} cores are needed, {text} names {len(chosen)}")
        return chosen
    if len(allowed) < count:
        raise SystemExit(f"{count} cores are needed, this process may use {len(allowed)}")
    return allowed[-count:]


def busy_seconds(cores):
    """Seconds that the cores have worked, for all processes, since the machine started."""
    total = 0
    with open("/proc/stat") as stat:
        for line in stat:
            name, *fields = line.split()
            if name[:3] == "cpu" and name[3:].isdigit() and int(name[3:]) in cores:
                user, nice, system, _idle, _wait, irq, softirq, steal = map(int, fields[:8])
                total += user + nice + system + irq + softirq + steal
    return total * _TICK
