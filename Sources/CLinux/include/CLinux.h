// The Linux calls that Swift's Glibc module does not export: epoll, eventfd, signalfd, accept4.
//
// Each function is a thin typed wrapper of one system call, and returns `-1` and sets `errno` as
// the call does.
#ifndef AMPHORA_CLINUX_H
#define AMPHORA_CLINUX_H

#include <stdint.h>

/// As the kernel and glibc declare `struct epoll_event`: packed on x86-64, and nowhere else.
#if defined(__x86_64__)
#define LINUX_EPOLL_PACKED __attribute__((packed))
#else
#define LINUX_EPOLL_PACKED
#endif

/// One readiness event: the kernel's `struct epoll_event` without its union, so that Swift can keep
/// an array of them under strict memory safety. The layouts are asserted equal in CLinux.c.
struct linux_epoll_event {
    uint32_t events;
    uint64_t token;
} LINUX_EPOLL_PACKED;

enum : uint32_t {
    linux_epoll_in = 0x001,
    linux_epoll_out = 0x004,
    linux_epoll_err = 0x008,
    linux_epoll_hup = 0x010,
    linux_epoll_rdhup = 0x2000,
};

/// epoll_create1(2), close-on-exec.
int linux_epoll_create(void);
/// epoll_ctl(2) with EPOLL_CTL_ADD.
int linux_epoll_add(int epoll, int fd, uint32_t events, uint64_t token);
/// epoll_ctl(2) with EPOLL_CTL_MOD.
int linux_epoll_modify(int epoll, int fd, uint32_t events, uint64_t token);
/// epoll_ctl(2) with EPOLL_CTL_DEL.
int linux_epoll_remove(int epoll, int fd);
/// epoll_wait(2); `timeout_ms` -1 waits without limit.
int linux_epoll_wait(int epoll, struct linux_epoll_event *events, int capacity, int timeout_ms);

/// eventfd(2): nonblocking, close-on-exec, counting from zero.
int linux_eventfd(void);
/// eventfd(2) with EFD_SEMAPHORE: blocking, close-on-exec; each read takes one.
int linux_eventfd_semaphore(void);
/// write(2) of the number one (or `count`) to an eventfd.
int linux_eventfd_add(int fd, uint64_t count);
/// read(2) from an eventfd: the counter, 0 if it was zero, -1 on error.
int64_t linux_eventfd_take(int fd);

/// Blocks `count` signals in the calling thread, pthread_sigmask(3); threads started later inherit it.
int linux_block_signals(const int *signals, int count);
/// Unblocks all signals in the calling thread (for a program that it is about to execute).
int linux_unblock_signals(void);
/// signalfd(2): nonblocking, close-on-exec.
int linux_signalfd(const int *signals, int count);
/// The number of the next pending signal of a signalfd, 0 if there is none, -1 on error.
int linux_signalfd_take(int fd);

/// accept4(2): the new socket is nonblocking and close-on-exec.
int linux_accept(int listener);
/// A nonblocking, close-on-exec TCP listener bound to a numeric address: socket(2), bind(2),
/// listen(2). `-1` and `errno` on failure; EINVAL if `host` is not a numeric IPv4 or IPv6 address.
int linux_listen(const char *host, uint16_t port, int backlog);
/// The local port of a socket, getsockname(2); -1 on error.
int linux_local_port(int fd);
/// TCP_NODELAY on, so that a response never waits for an acknowledgement (tcp(7)).
int linux_set_nodelay(int fd);

/// Names the calling thread for top(1) and gdb(1), prctl(PR_SET_NAME); cut to 15 bytes.
void linux_name_thread(const char *name);

/// Gives the calling thread a descriptor table of its own that holds only the standard streams and
/// `kept` (ascending), unshare(2) with CLONE_FILES and close_range(2). `-1` and `errno` if the
/// kernel has no close_range (before 5.9): then nothing has changed.
int linux_keep_only_descriptors(const int *kept, int count);

/// Makes all threads that have not allocated yet share one heap, mallopt(3) with M_ARENA_MAX.
void linux_share_heap(void);

/// The processors this process may use, sched_getaffinity(2); -1 on error.
int linux_affinity_count(void);
/// Seconds since 1970, clock_gettime(CLOCK_REALTIME) (or its vDSO form).
int64_t linux_unix_seconds(void);
/// Nanoseconds of CLOCK_MONOTONIC, clock_gettime(2).
uint64_t linux_monotonic_nanoseconds(void);

#endif
