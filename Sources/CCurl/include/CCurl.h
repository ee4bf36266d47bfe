#ifndef AMPHORA_CCurl_H
#define AMPHORA_CCurl_H
#endif
