#include "CPNG.h"
typedef int amphora_CPNG_placeholder;
