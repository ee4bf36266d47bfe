// Credentials that are held for a while: until when they can be used, from when on new ones are to be
// asked for. Pure; time is what the wall clock says, for that is what expirations mean, and because
// a monotonic clock stands still while a process is frozen.

/// The credentials at hand. Instants are seconds since 1970.
struct CredentialLease {
    /// Before the expiration. The platforms have new ones five minutes before it at the latest.
    private static let advance = 600
    /// Between two tries, while the old ones can still be used.
    private static let pause = 60

    private var credentials: AWSCredentials?
    private var renewal = Int.min

    /// The credentials, if they have not expired.
    func valid(at now: Int) -> AWSCredentials? {
        guard let credentials, now < credentials.expiration ?? .max else { return nil }
        return credentials
    }

    /// Whether new ones should be asked for.
    func isDue(at now: Int) -> Bool { valid(at: now) == nil || now >= renewal }

    /// Takes new ones in.
    mutating func take(_ new: AWSCredentials, at now: Int) {
        credentials = new
        renewal = new.expiration.map { max($0 - Self.advance, now + Self.pause) } ?? .max
    }

    /// Waits before the next try.
    mutating func postpone(at now: Int) { renewal = now + Self.pause }

    /// Drops what is held; where `refused` is given, only if it is that.
    mutating func drop(_ refused: AWSCredentials? = nil) {
        guard refused == nil || refused == credentials else { return }
        credentials = nil
        renewal = .min
    }
}
