#ifndef AMPHORA_CPNG_H
#define AMPHORA_CPNG_H
#endif
