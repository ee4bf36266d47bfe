// Ownership of a file descriptor, enforced by the compiler: one owner, closed at the end of its
// life.

internal import Glibc

/// The only owner of an open file descriptor; closes it when its lifetime ends.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The number, valid as long as this value lives.
    package let number: CInt

    /// Takes ownership of an open descriptor.
    package init(owning number: CInt) {
        precondition(number >= 0)
        self.number = number
    }

    deinit {
        // close(2): after EINTR on Linux the descriptor is gone; it must not be closed again.
        close(number)
    }
}
