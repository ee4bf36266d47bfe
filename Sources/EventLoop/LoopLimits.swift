// Every maximum and every time of the event loop and of what listens on it, in one place.
//
// They bound what one turn does, so that nobody waits long for theirs. None is a setting.

/// The limits of the event loop.
enum LoopLimits {
    /// Events that one wait reports at most. It does not limit the descriptors that are watched.
    static let eventsPerTurn = 256

    /// Connections that one listener accepts in one turn; a burst of newcomers must not hold up
    /// everyone else.
    static let acceptsPerTurn = 64

    /// Connections that wait in the kernel to be accepted; the kernel refuses more. The kernel may
    /// allow fewer (`net.core.somaxconn`).
    static let backlog: CInt = 4096

    /// How long a listener accepts nobody once descriptors or memory have run out.
    static let restWhenExhausted = Duration.milliseconds(50)
}
