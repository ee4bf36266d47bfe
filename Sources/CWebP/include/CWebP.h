#ifndef AMPHORA_CWebP_H
#define AMPHORA_CWebP_H
#endif
