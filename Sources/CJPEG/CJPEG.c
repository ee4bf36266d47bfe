#include "CJPEG.h"
typedef int amphora_CJPEG_placeholder;
