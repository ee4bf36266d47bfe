// Credentials in use: until when they are valid, and when to ask for new ones. Pure. Time is the
// wall clock's, because expirations mean that clock, and because a monotonic clock stops while a
// process is frozen.

/// The current credentials. Instants are seconds since 1970.
struct CredentialLease {
    /// Renewal begins this long before the expiration. The platforms provide new ones at least five
    /// minutes before it.
    private static let advance = 600
    /// The pause between two attempts while the old ones are still valid.
    private static let pause = 60

    private var credentials: AWSCredentials?
    private var renewal = Int.min

    /// The credentials, if they have not expired.
    func valid(at now: Int) -> AWSCredentials? {
        guard let credentials, now < credentials.expiration ?? .max else { return nil }
        return credentials
    }

    /// Whether to ask for new ones.
    func isDue(at now: Int) -> Bool { valid(at: now) == nil || now >= renewal }

    /// Stores new ones.
    mutating func take(_ new: AWSCredentials, at now: Int) {
        credentials = new
        renewal = new.expiration.map { max($0 - Self.advance, now + Self.pause) } ?? .max
    }

    /// Postpones the next attempt.
    mutating func postpone(at now: Int) { renewal = now + Self.pause }

    /// Drops the credentials; if `refused` is given, only if they are equal to it.
    mutating func drop(_ refused: AWSCredentials? = nil) {
        guard refused == nil || refused == credentials else { return }
        credentials = nil
        renewal = .min
    }
}
