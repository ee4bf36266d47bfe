// See CLinux.h. These functions only fill argument structures and make the calls.
#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(struct linux_epoll_event) == sizeof(struct epoll_event), "epoll_event");
_Static_assert(offsetof(struct linux_epoll_event, token) == offsetof(struct epoll_event, data), "data");
_Static_assert(linux_epoll_in == EPOLLIN && linux_epoll_out == EPOLLOUT, "EPOLLIN, EPOLLOUT");
_Static_assert(linux_epoll_err == EPOLLERR && linux_epoll_hup == EPOLLHUP, "EPOLLERR, EPOLLHUP");
_Static_assert(linux_epoll_rdhup == EPOLLRDHUP, "EPOLLRDHUP");

int linux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, operation, fd, &event);
}

int linux_epoll_add(int epoll, int fd, uint32_t events, uint64_t token) {
    return control(epoll, EPOLL_CTL_ADD, fd, events, token);
}

int linux_epoll_modify(int epoll, int fd, uint32_t events, uint64_t token) {
    return control(epoll, EPOLL_CTL_MOD, fd, events, token);
}

int linux_epoll_remove(int epoll, int fd) { return control(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

int linux_epoll_wait(int epoll, struct linux_epoll_event *events, int capacity, int timeout_ms) {
    return epoll_wait(epoll, (struct epoll_event *)events, capacity, timeout_ms);
}

int linux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int linux_eventfd_semaphore(void) { return eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE); }

int linux_eventfd_add(int fd, uint64_t count) {
    ssize_t written;
    do written = write(fd, &count, sizeof count);
    while (written < 0 && errno == EINTR);
    return written < 0 ? -1 : 0;
}

int64_t linux_eventfd_take(int fd) {
    uint64_t count = 0;
    ssize_t taken;
    do taken = read(fd, &count, sizeof count);
    while (taken < 0 && errno == EINTR);
    if (taken < 0) return errno == EAGAIN ? 0 : -1;
    return (int64_t)count;
}

static void fill(sigset_t *set, const int *signals, int count) {
    sigemptyset(set);
    for (int i = 0; i < count; i++) sigaddset(set, signals[i]);
}

int linux_block_signals(const int *signals, int count) {
    sigset_t set;
    fill(&set, signals, count);
    errno = pthread_sigmask(SIG_BLOCK, &set, NULL);
    return errno == 0 ? 0 : -1;
}

int linux_unblock_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    errno = pthread_sigmask(SIG_SETMASK, &set, NULL);
    return errno == 0 ? 0 : -1;
}

int linux_signalfd(const int *signals, int count) {
    sigset_t set;
    fill(&set, signals, count);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int linux_signalfd_take(int fd) {
    struct signalfd_siginfo received;
    ssize_t taken;
    do taken = read(fd, &received, sizeof received);
    while (taken < 0 && errno == EINTR);
    if (taken < 0) return errno == EAGAIN ? 0 : -1;
    return (int)received.ssi_signo;
}

int linux_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static socklen_t parse(const char *host, uint16_t port, struct sockaddr_storage *address) {
    memset(address, 0, sizeof *address);
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        return sizeof *v4;
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        return sizeof *v6;
    }
    return 0;
}

int linux_listen(const char *host, uint16_t port, int backlog) {
    struct sockaddr_storage address;
    const socklen_t length = parse(host, port, &address);
    if (length == 0) {
        errno = EINVAL;
        return -1;
    }
    const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    const int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, backlog) < 0) {
        const int cause = errno;
        close(fd);
        errno = cause;
        return -1;
    }
    return fd;
}

int linux_local_port(int fd) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return -1;
    if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

int linux_set_nodelay(int fd) {
    const int on = 1;
    return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void linux_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
// A sanitizer reports from the faulty thread, through descriptors of its own.
int linux_keep_only_descriptors(const int *kept, int count) {
    (void)kept, (void)count;
    errno = ENOSYS;
    return -1;
}
#else
int linux_keep_only_descriptors(const int *kept, int count) {
    // An empty range far up: tests that the call exists before anything changes.
    if (close_range(~0u, ~0u, 0) < 0 || unshare(CLONE_FILES) < 0) return -1;
    unsigned first = 3;
    for (int i = 0; i < count; i++) {
        if ((unsigned)kept[i] > first) close_range(first, (unsigned)kept[i] - 1, 0);
        if ((unsigned)kept[i] >= first) first = (unsigned)kept[i] + 1;
    }
    return close_range(first, ~0u, 0);
}
#endif

void linux_share_heap(void) { mallopt(M_ARENA_MAX, 1); }

int linux_affinity_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) < 0) return -1;
    return CPU_COUNT(&set);
}

int64_t linux_unix_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME_COARSE, &time);
    return time.tv_sec;
}

uint64_t linux_monotonic_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}
