#ifndef AMPHORA_CJPEG_H
#define AMPHORA_CJPEG_H
#endif
