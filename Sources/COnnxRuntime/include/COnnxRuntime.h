#ifndef AMPHORA_COnnxRuntime_H
#define AMPHORA_COnnxRuntime_H
#endif
