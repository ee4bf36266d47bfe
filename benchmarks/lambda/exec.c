// `exec CORE COMMAND…`: becomes the command, on that core, after it has printed the time.
//
// CLOCK_MONOTONIC in nanoseconds, on standard output: when the process of a measured start began to
// exist, without what Python takes to make one.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **arguments) {
    if (count < 3) return fputs("usage: exec CORE COMMAND...\n", stderr), 64;
    cpu_set_t core;
    CPU_ZERO(&core);
    CPU_SET(atoi(arguments[1]), &core);
    if (sched_setaffinity(0, sizeof core, &core)) return perror("sched_setaffinity"), 1;
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    printf("%lld\n", time.tv_sec * 1000000000LL + time.tv_nsec);
    fflush(stdout);
    execvp(arguments[2], arguments + 2);
    return perror(arguments[2]), 127;
}
