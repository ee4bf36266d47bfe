// A Runtime API that costs next to nothing: `stub EVENT-FILE` serves the file as every event.
//
// Blocking sockets, one thread for each connection, so that idle ones (a held `next`, an extension's)
// block no other. Prints the port first. Each line of standard input is a command, answered by a line
// when it has been carried out:
//
//     watch PID   →  watching            the next first request will be that process's
//     first       →  first C U N V       of its first request of any kind: CLOCK_MONOTONIC, its CPU time;
//                                        of its first `next`: the same; all in nanoseconds
//     events N    →  events N T FAILED   N more events were fetched and answered, in that time
//     event FILE  →  event               that file is served from now on; only while no event is due
//     contact     →  contact             the watched process has sent its first request of any kind
//     hold        →  holding             from now on the registration of an extension gets no answer
//     extension   →  extension WAITS     1 where the watched process's extension waits for its event
//
// `next` waits if no event is left. The stub reads only what our three clients send: a head, and a body
// with Content-Length. It has no errors, no timeouts and no defence against bad input.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { head_max = 65536, path_max = 4096 };

static char event[6 << 20];
static size_t event_size;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long events_left;   // to be given to `next`
static long answers_due;   // of those asked for, not answered yet
static long failures;      // answers to `…/error`
static int is_holding;     // registrations get no answer
static int extension_waits;

// A watched process's first request: the time, and the CPU time used by then; 0 means not yet.
struct moment {
    long long time, used;
};
static struct moment first_contact, first_next;
static clockid_t watched = CLOCK_PROCESS_CPUTIME_ID;

static long long now(clockid_t clock) {
    struct timespec time = {0};
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void note(struct moment *first) {
    pthread_mutex_lock(&lock);
    if (first->time == 0) {
        *first = (struct moment){now(CLOCK_MONOTONIC), now(watched)};
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void send_all(int fd, const char *head, const char *body, size_t size) {
    struct iovec parts[2] = {{(void *)head, strlen(head)}, {(void *)body, size}};
    struct iovec *part = parts;
    int count = 2;
    while (count > 0) {
        const ssize_t sent = writev(fd, part, count);
        if (sent < 0) return;  // The client has disconnected; the next read fails, too.
        size_t rest = (size_t)sent;
        while (count > 0 && rest >= part->iov_len) rest -= part++->iov_len, count--;
        if (count > 0) part->iov_base = (char *)part->iov_base + rest, part->iov_len -= rest;
    }
}

// Waits for an event to deliver. The wait is the client's idle time.
static void take_event(void) {
    note(&first_next);
    pthread_mutex_lock(&lock);
    while (events_left == 0) pthread_cond_wait(&changed, &lock);
    events_left--;
    pthread_mutex_unlock(&lock);
}

static void wait_while_held(void) {
    pthread_mutex_lock(&lock);
    while (is_holding) pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void note_extension(void) {
    pthread_mutex_lock(&lock);
    extension_waits = 1;
    pthread_mutex_unlock(&lock);
}

static void answered(int is_error) {
    pthread_mutex_lock(&lock);
    failures += is_error;
    if (--answers_due == 0) pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void answer(int fd, const char *line) {
    static const char accepted[] =
        "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n"
        "{\"status\":\"OK\"}\n";
    char head[512];
    if (strstr(line, "/runtime/invocation/next")) {
        static _Atomic long number;
        take_event();
        snprintf(
            head, sizeof head,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
            "Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-%012lx\r\n"
            "Lambda-Runtime-Deadline-Ms: %lld\r\n"
            "Lambda-Runtime-Invoked-Function-Arn: "
            "arn:aws:lambda:eu-central-1:123456789012:function:benchmark\r\n"
            "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;"
            "Parent=9a9197af755a6419;Sampled=0\r\n\r\n",
            event_size, number++, (long long)time(NULL) * 1000 + 60000);
        send_all(fd, head, event, event_size);
    } else if (strstr(line, "/extension/register")) {
        wait_while_held();
        send_all(
            fd,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "Lambda-Extension-Identifier: 0d3f5e0a-0000-4000-8000-000000000000\r\n\r\n{}",
            "", 0);
    } else if (strstr(line, "/extension/event/next")) {
        note_extension();
        for (;;) pause();  // Never returns, docs/platforms.md B7.
    } else {
        const int is_error = strstr(line, "/error ") != NULL;
        // Count before sending, so that no client's next request precedes its count.
        if (strstr(line, "/runtime/invocation/")) answered(is_error);
        send_all(fd, accepted, "", 0);
    }
}

static size_t content_length(const char *head, const char *end) {
    for (const char *at = head; at < end; at++)
        if (*at == '\n' && strncasecmp(at + 1, "content-length:", 15) == 0)
            return strtoul(at + 16, NULL, 10);
    return 0;
}

static void *serve(void *argument) {
    const int fd = (int)(long)argument;
    static _Thread_local char buffer[head_max + 1];
    size_t held = 0;
    for (;;) {
        char *end;
        while ((end = memmem(buffer, held, "\r\n\r\n", 4)) == NULL) {
            const ssize_t got = recv(fd, buffer + held, head_max - held, 0);
            if (got <= 0) return (void *)(long)close(fd);
            note(&first_contact);
            held += (size_t)got;
        }
        end += 4;
        const size_t head = (size_t)(end - buffer), body = content_length(buffer, end);
        char line[1024];
        const size_t length = strcspn(buffer, "\r");
        if (length >= sizeof line) return (void *)(long)close(fd);
        memcpy(line, buffer, length);
        line[length] = 0;
        const size_t here = held - head < body ? held - head : body;
        memmove(buffer, end + here, held - head - here);
        held -= head + here;
        for (size_t rest = body - here; rest > 0;) {
            const ssize_t got = recv(fd, buffer, rest < head_max ? rest : head_max, 0);
            if (got <= 0) return (void *)(long)close(fd);
            rest -= (size_t)got;
        }
        answer(fd, line);
    }
}

static void *accept_all(void *argument) {
    const int listener = (int)(long)argument;
    for (int fd; (fd = accept(listener, NULL, NULL)) >= 0;) {
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, (void *)(long)fd)) die("pthread_create");
        pthread_detach(thread);
    }
    die("accept");
    return NULL;
}

static void read_event(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) die(path);
    event_size = fread(event, 1, sizeof event, file);
    fclose(file);
}

static void obey(const char *command) {
    long count;
    pid_t process;
    char path[path_max];
    pthread_mutex_lock(&lock);
    if (sscanf(command, "events %ld", &count) == 1) {
        const long long began = now(CLOCK_MONOTONIC);
        events_left = answers_due = count;
        failures = 0;
        pthread_cond_broadcast(&changed);
        while (answers_due > 0) pthread_cond_wait(&changed, &lock);
        printf("events %ld %lld %ld\n", count, now(CLOCK_MONOTONIC) - began, failures);
    } else if (sscanf(command, "watch %d", &process) == 1) {
        first_contact = first_next = (struct moment){0};
        extension_waits = 0;
        if (clock_getcpuclockid(process, &watched)) watched = CLOCK_PROCESS_CPUTIME_ID;
        printf("watching\n");
    } else if (sscanf(command, "event %4095[^\n]", path) == 1) {
        read_event(path);
        printf("event\n");
    } else if (strncmp(command, "hold", 4) == 0) {
        is_holding = 1;
        printf("holding\n");
    } else if (strncmp(command, "extension", 9) == 0) {
        printf("extension %d\n", extension_waits);
    } else if (strncmp(command, "contact", 7) == 0) {
        while (first_contact.time == 0) pthread_cond_wait(&changed, &lock);
        printf("contact\n");
    } else if (strncmp(command, "first", 5) == 0) {
        while (first_next.time == 0) pthread_cond_wait(&changed, &lock);
        printf(
            "first %lld %lld %lld %lld\n", first_contact.time, first_contact.used,
            first_next.time, first_next.used);
    }
    fflush(stdout);
    pthread_mutex_unlock(&lock);
}

int main(int count, char **arguments) {
    if (count != 2) return fputs("usage: stub EVENT-FILE\n", stderr), 64;
    read_event(arguments[1]);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 64)) die("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    pthread_t thread;
    if (pthread_create(&thread, NULL, accept_all, (void *)(long)listener)) die("pthread_create");
    char command[path_max + 16];
    while (fgets(command, sizeof command, stdin)) obey(command);
    return 0;
}
