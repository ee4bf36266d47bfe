#include "CLinux.h"
typedef int amphora_CLinux_placeholder;
