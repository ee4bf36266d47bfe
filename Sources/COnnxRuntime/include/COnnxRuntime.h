// Our own minimal view of ONNX Runtime's C ABI, and the one call that loads the library.
//
// The wheel that carries the engine carries no headers, and the ABI is small: one exported symbol,
// OrtGetApiBase(), leads to a table of function pointers that is only ever appended to. So this
// header declares the calls we make and reserves the gaps between them; COnnxRuntime.c asserts the
// slot number of each at compile time, and a test calls every one, because a wrong slot is a crash,
// not a compile error. Add both for each new slot.
//
// Swift chooses the options and the model, and interprets errors.

#ifndef AMPHORA_COnnxRuntime_H
#define AMPHORA_COnnxRuntime_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The engine's own objects, which are opaque. They are spelled as complete types so that Swift sees
// a distinct pointer type for each, and a mix-up is a compile error.
typedef struct OrtStatus { char opaque; } OrtStatus;
typedef struct OrtEnv { char opaque; } OrtEnv;
typedef struct OrtSession { char opaque; } OrtSession;
typedef struct OrtSessionOptions { char opaque; } OrtSessionOptions;
typedef struct OrtRunOptions { char opaque; } OrtRunOptions;
typedef struct OrtMemoryInfo { char opaque; } OrtMemoryInfo;
typedef struct OrtAllocator { char opaque; } OrtAllocator;
typedef struct OrtValue { char opaque; } OrtValue;
typedef struct OrtTypeInfo { char opaque; } OrtTypeInfo;
typedef struct OrtTensorInfo { char opaque; } OrtTensorInfo;

// A status is NULL when the call succeeded; otherwise the caller releases it.
typedef OrtStatus *_Nullable OrtResult;

// Element types, as the ONNX format numbers them (onnx.proto, TensorProto.DataType).
enum { OrtElementFloat32 = 1, OrtElementUInt8 = 2 };
// Logging severities: 0 verbose … 4 fatal.
enum { OrtSeverityFatal = 4 };
// Graph optimisation levels: 0 is nothing, 99 everything.
enum { OrtOptimizationNone = 0, OrtOptimizationAll = 99 };
// Kinds of allocator and memory for tensors over the caller's memory.
enum { OrtAllocatorDevice = 0, OrtMemoryDefault = 0 };

typedef void (*_Nonnull OrtLoggingFunction)(
    void *_Nullable context, int severity, const char *category, const char *log_id,
    const char *code_location, const char *message);

// The function table. `reserved_N` begins at slot N and covers calls that we do not make.
typedef struct OrtApi {
    void *_Nullable reserved_0[1];
    int (*_Nonnull GetErrorCode)(const OrtStatus *status); // 1
    const char *_Nonnull (*_Nonnull GetErrorMessage)(const OrtStatus *status); // 2
    void *_Nullable reserved_3[1];
    OrtResult (*_Nonnull CreateEnvWithCustomLogger)( // 4
        OrtLoggingFunction logger, void *_Nullable context, int severity, const char *log_id,
        OrtEnv *_Nullable *_Nonnull out);
    void *_Nullable reserved_5[2];
    OrtResult (*_Nonnull CreateSession)( // 7
        const OrtEnv *env, const char *path, const OrtSessionOptions *options,
        OrtSession *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull CreateSessionFromArray)( // 8
        const OrtEnv *env, const void *bytes, size_t count, const OrtSessionOptions *options,
        OrtSession *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull Run)( // 9
        OrtSession *session, const OrtRunOptions *_Nullable options,
        const char *_Nonnull const *_Nonnull input_names,
        const OrtValue *_Nonnull const *_Nonnull inputs, size_t input_count,
        const char *_Nonnull const *_Nonnull output_names, size_t output_count,
        OrtValue *_Nullable *_Nonnull outputs);
    OrtResult (*_Nonnull CreateSessionOptions)(OrtSessionOptions *_Nullable *_Nonnull out); // 10
    void *_Nullable reserved_11[8];
    OrtResult (*_Nonnull DisableCpuMemArena)(OrtSessionOptions *options); // 19
    void *_Nullable reserved_20[3];
    OrtResult (*_Nonnull SetSessionGraphOptimizationLevel)( // 23
        OrtSessionOptions *options, int level);
    OrtResult (*_Nonnull SetIntraOpNumThreads)(OrtSessionOptions *options, int count); // 24
    OrtResult (*_Nonnull SetInterOpNumThreads)(OrtSessionOptions *options, int count); // 25
    void *_Nullable reserved_26[3];
    // The handle is the library's, as of dlopen(3); it may be kept for as long as the process lives.
    OrtResult (*_Nonnull RegisterCustomOpsLibrary)( // 29
        OrtSessionOptions *options, const char *path, void *_Nullable *_Nonnull handle);
    OrtResult (*_Nonnull SessionGetInputCount)(const OrtSession *session, size_t *out); // 30
    OrtResult (*_Nonnull SessionGetOutputCount)(const OrtSession *session, size_t *out); // 31
    void *_Nullable reserved_32[1];
    OrtResult (*_Nonnull SessionGetInputTypeInfo)( // 33
        const OrtSession *session, size_t index, OrtTypeInfo *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull SessionGetOutputTypeInfo)( // 34
        const OrtSession *session, size_t index, OrtTypeInfo *_Nullable *_Nonnull out);
    void *_Nullable reserved_35[1];
    OrtResult (*_Nonnull SessionGetInputName)( // 36
        const OrtSession *session, size_t index, OrtAllocator *allocator,
        char *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull SessionGetOutputName)( // 37
        const OrtSession *session, size_t index, OrtAllocator *allocator,
        char *_Nullable *_Nonnull out);
    void *_Nullable reserved_38[10];
    OrtResult (*_Nonnull CreateTensorAsOrtValue)( // 48
        OrtAllocator *allocator, const int64_t *dimensions, size_t rank, int element,
        OrtValue *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull CreateTensorWithDataAsOrtValue)( // 49
        const OrtMemoryInfo *memory, void *bytes, size_t byte_count, const int64_t *dimensions,
        size_t rank, int element, OrtValue *_Nullable *_Nonnull out);
    void *_Nullable reserved_50[1];
    OrtResult (*_Nonnull GetTensorMutableData)( // 51
        OrtValue *value, void *_Nullable *_Nonnull out);
    // Strings end with a zero byte.
    OrtResult (*_Nonnull FillStringTensor)( // 52
        OrtValue *value, const char *_Nonnull const *_Nonnull strings, size_t count);
    // The bytes of all strings together.
    OrtResult (*_Nonnull GetStringTensorDataLength)(const OrtValue *value, size_t *out); // 53
    // The strings one after another, and where each begins.
    OrtResult (*_Nonnull GetStringTensorContent)( // 54
        const OrtValue *value, void *bytes, size_t byte_count, size_t *offsets, size_t count);
    // The tensor view belongs to the type information; NULL if the value is not a tensor.
    OrtResult (*_Nonnull CastTypeInfoToTensorInfo)( // 55
        const OrtTypeInfo *type, const OrtTensorInfo *_Nullable *_Nonnull out);
    void *_Nullable reserved_56[4];
    OrtResult (*_Nonnull GetTensorElementType)(const OrtTensorInfo *tensor, int *out); // 60
    OrtResult (*_Nonnull GetDimensionsCount)(const OrtTensorInfo *tensor, size_t *out); // 61
    OrtResult (*_Nonnull GetDimensions)( // 62
        const OrtTensorInfo *tensor, int64_t *out, size_t rank);
    void *_Nullable reserved_63[2];
    OrtResult (*_Nonnull GetTensorTypeAndShape)( // 65
        const OrtValue *value, OrtTensorInfo *_Nullable *_Nonnull out);
    void *_Nullable reserved_66[3];
    OrtResult (*_Nonnull CreateCpuMemoryInfo)( // 69
        int allocator, int memory, OrtMemoryInfo *_Nullable *_Nonnull out);
    void *_Nullable reserved_70[6];
    OrtResult (*_Nonnull AllocatorFree)(OrtAllocator *allocator, void *bytes); // 76
    void *_Nullable reserved_77[1];
    OrtResult (*_Nonnull GetAllocatorWithDefaultOptions)( // 78
        OrtAllocator *_Nullable *_Nonnull out);
    void *_Nullable reserved_79[13];
    void (*_Nonnull ReleaseEnv)(OrtEnv *_Nullable env); // 92
    void (*_Nonnull ReleaseStatus)(OrtStatus *_Nullable status); // 93
    void (*_Nonnull ReleaseMemoryInfo)(OrtMemoryInfo *_Nullable memory); // 94
    void (*_Nonnull ReleaseSession)(OrtSession *_Nullable session); // 95
    void (*_Nonnull ReleaseValue)(OrtValue *_Nullable value); // 96
    void *_Nullable reserved_97[1];
    void (*_Nonnull ReleaseTypeInfo)(OrtTypeInfo *_Nullable type); // 98
    void (*_Nonnull ReleaseTensorTypeAndShapeInfo)(OrtTensorInfo *_Nullable tensor); // 99
    void (*_Nonnull ReleaseSessionOptions)(OrtSessionOptions *_Nullable options); // 100
    void *_Nullable reserved_101[29];
    OrtResult (*_Nonnull AddSessionConfigEntry)( // 130
        OrtSessionOptions *options, const char *key, const char *value);
    void *_Nullable reserved_131[148];
    // The bytes must stay until the session is made.
    OrtResult (*_Nonnull AddExternalInitializersFromFilesInMemory)( // 279
        OrtSessionOptions *options, const char *_Nonnull const *_Nonnull names,
        char *_Nonnull const *_Nonnull bytes, const size_t *counts, size_t count);
} OrtApi;

// The engine's function table and version, constant memory of a library that is never unloaded.
typedef struct OrtLibrary {
    const OrtApi *_Nullable api;
    const char *_Nullable version;
} OrtLibrary;

// A compiled model and what it needs to be run and released.
//
// Sendable: ONNX Runtime documents OrtApi::Run as safe to call from several threads on one session,
// and the other two are never written after creation. The owner releases the session exactly once,
// after the last run; Swift does so in the owner's deinit.
typedef struct __attribute__((swift_attr("@Sendable"))) OrtSharedSession {
    const OrtApi *api;
    OrtEnv *env;
    OrtSession *session;
} OrtSharedSession;

// Disables the engine's telemetry. From 1.31 on, unless an environment variable forbids it, the
// engine writes a device id and a database to the home directory, starts a thread, and sends
// requests to its maker. It changes the environment, so call it before other threads exist
// (setenv(3)), but after the command line has been read, because Swift locates that by the address
// of the environment. A second call does nothing.
void OrtRefuseTelemetry(void);

// Loads the library at `path` (a bare name is searched for, the executable's folder first: its
// RUNPATH holds $ORIGIN) and returns its function table. On failure `api` is NULL and `reason`
// holds a terminated sentence, cut to `capacity` bytes. Any thread. dlopen(3).
OrtLibrary OrtLoadLibrary(const char *path, char *reason, size_t capacity);

// What OrtOpenOperators found in a library.
typedef enum __attribute__((enum_extensibility(closed))) OrtOperators {
    // It can't be opened.
    OrtOperatorsUnopened,
    OrtOperatorsNone,
    OrtOperatorsFound,
} OrtOperators;

// Opens the library at `path` with its symbols visible to libraries that are opened later, for as
// long as the process lives. A wheel's library of operators is a Python extension, which needs
// libpython's symbols. If it can't be opened, `reason` holds a terminated sentence, cut to `capacity`
// bytes. Any thread. dlopen(3).
OrtOperators OrtOpenOperators(const char *path, char *reason, size_t capacity);

// A logging function that drops every message: errors come back as statuses, and the server's log
// must hold JSON lines only.
void OrtDropMessage(
    void *_Nullable context, int severity, const char *category, const char *log_id,
    const char *code_location, const char *message);

#pragma clang assume_nonnull end

#endif
