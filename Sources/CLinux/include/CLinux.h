#ifndef AMPHORA_CLinux_H
#define AMPHORA_CLinux_H
#endif
