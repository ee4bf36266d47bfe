// Every maximum and every duration of the event loop and its listeners, in one place.
//
// They bound the work of one turn, so that no handler waits long. None is a setting.

/// The limits of the event loop.
enum LoopLimits {
    /// The most events that one wait reports. It does not limit how many descriptors are watched.
    static let eventsPerTurn = 256

    /// The most connections that one listener accepts in one turn; a burst of new connections must
    /// not delay the others.
    static let acceptsPerTurn = 64

    /// The backlog: connections that wait in the kernel to be accepted; the kernel refuses more.
    /// The kernel may allow fewer (`net.core.somaxconn`).
    static let backlog: CInt = 4096

    /// How long a listener stops accepting after descriptors or memory have run out.
    static let restWhenExhausted = Duration.milliseconds(50)
}
