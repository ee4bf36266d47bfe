#include "CCurl.h"
typedef int amphora_CCurl_placeholder;
