#include "COnnxRuntime.h"
typedef int amphora_COnnxRuntime_placeholder;
