#include "CWebP.h"
typedef int amphora_CWebP_placeholder;
