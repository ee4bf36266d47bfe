// `exec CORE COMMAND…`: becomes the command, on that core, when a line comes on standard input.
//
// Before that it prints, in nanoseconds, CLOCK_MONOTONIC and the CPU time that it has used so far. A
// measured start begins there, so that Python's time for making a process does not count.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int count, char **arguments) {
    if (count < 3) return fputs("usage: exec CORE COMMAND...\n", stderr), 64;
    cpu_set_t core;
    CPU_ZERO(&core);
    CPU_SET(atoi(arguments[1]), &core);
    if (sched_setaffinity(0, sizeof core, &core)) return perror("sched_setaffinity"), 1;
    char line[8];
    if (read(STDIN_FILENO, line, sizeof line) <= 0) return 1;
    printf("%lld %lld\n", now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID));
    fflush(stdout);
    execvp(arguments[2], arguments + 2);
    return perror(arguments[2]), 127;
}
