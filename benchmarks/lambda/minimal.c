// A minimal Lambda runtime, the lower bound of comparisons: `next`, then `{}` to `response`, in an endless
// loop over one keep-alive connection and blocking sockets. Reads AWS_LAMBDA_RUNTIME_API; checks nothing.
// As a library it calls some work between the two: `benchmarks/bare` classifies a picture there.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[8 << 20];
static int fd;

// Reads one response whole; returns its head's end.
static char *response(void) {
    size_t held = 0;
    char *end = NULL;
    do {
        const ssize_t got = recv(fd, buffer + held, sizeof buffer - 1 - held, 0);
        if (got <= 0) exit(1);
        held += (size_t)got;
        buffer[held] = 0;
    } while ((end = memmem(buffer, held, "\r\n\r\n", 4)) == NULL);
    const char *length = strcasestr(buffer, "content-length:");
    const size_t whole = (size_t)(end + 4 - buffer) + (length ? strtoul(length + 15, NULL, 10) : 0);
    while (held < whole) {
        const ssize_t got = recv(fd, buffer + held, sizeof buffer - 1 - held, 0);
        if (got <= 0) exit(1);
        held += (size_t)got;
    }
    return end;
}

// Answers events for as long as there are any; `work`, if it is not NULL, is called for each.
int answer_events(void (*work)(void *), void *context) {
    char host[64];
    int port;
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    if (api == NULL || sscanf(api, "%63[^:]:%d", host, &port) != 2) return 64;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, host, &address.sin_addr);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) return 1;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    static char next[128], post[512];
    const int size = snprintf(
        next, sizeof next,
        "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n", api);
    for (;;) {
        if (send(fd, next, (size_t)size, 0) != size) return 1;
        response();
        if (work != NULL) work(context);
        const char *id = strcasestr(buffer, "lambda-runtime-aws-request-id:");
        if (id == NULL) return 1;
        id += 30 + strspn(id + 30, " ");
        const int length = snprintf(
            post, sizeof post,
            "POST /2018-06-01/runtime/invocation/%.*s/response HTTP/1.1\r\nHost: %s\r\n"
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
            (int)strcspn(id, "\r"), id, api);
        if (send(fd, post, (size_t)length, 0) != length) return 1;
        response();
    }
}

int main(void) { return answer_events(NULL, NULL); }
