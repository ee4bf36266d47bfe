// Loads ONNX Runtime and checks, at compile time, that the table's gaps add up.

#define _POSIX_C_SOURCE 200112L  // setenv
#include "COnnxRuntime.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOT(name, number) \
    _Static_assert(offsetof(OrtApi, name) == (number) * sizeof(void *), #name " is slot " #number)

SLOT(GetErrorCode, 1);
SLOT(GetErrorMessage, 2);
SLOT(CreateEnvWithCustomLogger, 4);
SLOT(CreateSession, 7);
SLOT(CreateSessionFromArray, 8);
SLOT(Run, 9);
SLOT(CreateSessionOptions, 10);
SLOT(DisableCpuMemArena, 19);
SLOT(SetSessionGraphOptimizationLevel, 23);
SLOT(SetIntraOpNumThreads, 24);
SLOT(SetInterOpNumThreads, 25);
SLOT(RegisterCustomOpsLibrary, 29);
SLOT(SessionGetInputCount, 30);
SLOT(SessionGetOutputCount, 31);
SLOT(SessionGetInputTypeInfo, 33);
SLOT(SessionGetOutputTypeInfo, 34);
SLOT(SessionGetInputName, 36);
SLOT(SessionGetOutputName, 37);
SLOT(CreateTensorAsOrtValue, 48);
SLOT(CreateTensorWithDataAsOrtValue, 49);
SLOT(GetTensorMutableData, 51);
SLOT(FillStringTensor, 52);
SLOT(GetStringTensorDataLength, 53);
SLOT(GetStringTensorContent, 54);
SLOT(CastTypeInfoToTensorInfo, 55);
SLOT(GetTensorElementType, 60);
SLOT(GetDimensionsCount, 61);
SLOT(GetDimensions, 62);
SLOT(GetTensorTypeAndShape, 65);
SLOT(CreateCpuMemoryInfo, 69);
SLOT(AllocatorFree, 76);
SLOT(GetAllocatorWithDefaultOptions, 78);
SLOT(ReleaseEnv, 92);
SLOT(ReleaseStatus, 93);
SLOT(ReleaseMemoryInfo, 94);
SLOT(ReleaseSession, 95);
SLOT(ReleaseValue, 96);
SLOT(ReleaseTypeInfo, 98);
SLOT(ReleaseTensorTypeAndShapeInfo, 99);
SLOT(ReleaseSessionOptions, 100);
SLOT(AddSessionConfigEntry, 130);
SLOT(AddExternalInitializersFromFilesInMemory, 279);

// The version of the table that we request: it has all the slots above.
enum { table_version = 8 };

void OrtRefuseTelemetry(void) {
    static const char name[] = "ORT_DISABLE_TELEMETRY";
    const char *value = getenv(name);
    if (value == NULL || strcmp(value, "1") != 0) setenv(name, "1", 1);
}

// The struct that the library's one exported symbol returns.
typedef struct {
    const OrtApi *(*GetApi)(uint32_t version);
    const char *(*GetVersionString)(void);
} OrtApiBase;

typedef const OrtApiBase *(*OrtGetApiBaseFunction)(void);

OrtLibrary OrtLoadLibrary(const char *path, char *reason, size_t capacity) {
    OrtLibrary library = {NULL, NULL};
    OrtRefuseTelemetry();
    // Never closed: its threads and thread-local storage do not survive an unload.
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        const char *message = dlerror();
        snprintf(reason, capacity, "%s", message != NULL ? message : "dlopen failed");
        return library;
    }
    OrtGetApiBaseFunction get_base;
    *(void **)&get_base = dlsym(handle, "OrtGetApiBase");
    if (get_base == NULL) {
        snprintf(reason, capacity, "%s is not ONNX Runtime: it exports no OrtGetApiBase", path);
        return library;
    }
    const OrtApiBase *base = get_base();
    library.api = base->GetApi(table_version);
    library.version = base->GetVersionString();
    if (library.api == NULL) {
        snprintf(
            reason, capacity, "%s is ONNX Runtime %s, which no longer offers its C API version %d",
            path, library.version, table_version);
    }
    return library;
}

OrtOperators OrtOpenOperators(const char *path, char *reason, size_t capacity) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (handle == NULL) {
        const char *message = dlerror();
        snprintf(reason, capacity, "%s", message != NULL ? message : "dlopen failed");
        return OrtOperatorsUnopened;
    }
    return dlsym(handle, "RegisterCustomOps") != NULL ? OrtOperatorsFound : OrtOperatorsNone;
}

void OrtDropMessage(
    void *context, int severity, const char *category, const char *log_id,
    const char *code_location, const char *message) {
    (void)context;
    (void)severity;
    (void)category;
    (void)log_id;
    (void)code_location;
    (void)message;
}
