// `engine LIBRARY MODEL.onnx`: the milliseconds that ONNX Runtime takes to load itself and the model,
// and how many of them it computes.
//
// The lower bound for every runtime with this engine: the options of Sources/Inference/OnnxRuntime, and
// nothing else in the process.
#include "COnnxRuntime.h"

#include <stdio.h>
#include <time.h>

static double now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

int main(int count, char **arguments) {
    if (count != 3) return fputs("usage: engine LIBRARY MODEL.onnx\n", stderr), 64;
    const double began = now(CLOCK_MONOTONIC), used = now(CLOCK_PROCESS_CPUTIME_ID);
    char reason[512];
    const OrtApi *api = OrtLoadLibrary(arguments[1], reason, sizeof reason).api;
    if (api == NULL) return fprintf(stderr, "%s\n", reason), 1;
    OrtSessionOptions *options;
    OrtEnv *env;
    OrtSession *session;
    const int failed = api->CreateSessionOptions(&options) ||
        api->SetSessionGraphOptimizationLevel(options, OrtOptimizationAll) ||
        api->SetIntraOpNumThreads(options, 1) || api->SetInterOpNumThreads(options, 1) ||
        api->CreateEnvWithCustomLogger(OrtDropMessage, NULL, OrtSeverityFatal, "engine", &env) ||
        api->CreateSession(env, arguments[2], options, &session);
    if (failed) return fprintf(stderr, "%s can't be loaded\n", arguments[2]), 1;
    printf("%f %f\n", now(CLOCK_MONOTONIC) - began, now(CLOCK_PROCESS_CPUTIME_ID) - used);
    return 0;
}
