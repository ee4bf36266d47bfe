// Names for the transfer tests: this process's getaddrinfo(3), found before the real one.
//
// libcurl's resolver threads call it through the dynamic linker and so find this one. It answers
// names under `.test` (RFC 6761): a label is an address with dashes for dots, several labels are
// several addresses in that order. If the first label is `hang`, the look-up waits for
// `NameLookup.release`; if it is `turn`, calls answer with the second and third label in turn.
// All other names go to the real resolver.

import Glibc
import Synchronization

enum NameLookup {
    private static let gate = Mutex((isOpen: false, waiting: 0))

    /// The number of look-ups that hang.
    static var waiting: Int { gate.withLock { $0.waiting } }

    /// Lets the hanging look-ups continue, and waits until they have ended.
    static func release() {
        gate.withLock { $0.isOpen = true }
        while waiting > 0 { usleep(500) }
        gate.withLock { $0.isOpen = false }
    }

    private static let turns = Mutex(0)

    fileprivate static func nextTurn() -> Int {
        turns.withLock { turns in
            turns += 1
            return turns
        }
    }

    fileprivate static func hang() {
        gate.withLock { $0.waiting += 1 }
        while !gate.withLock({ $0.isOpen }) { usleep(500) }
        gate.withLock { $0.waiting -= 1 }
    }
}

private typealias Lookup =
    @convention(c) (
        UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<addrinfo>?,
        UnsafeMutablePointer<UnsafeMutablePointer<addrinfo>?>?
    ) -> CInt

private let systemLookup: Lookup = {
    // RTLD_NEXT is a macro with a cast, which Swift does not import.
    let next = unsafe UnsafeMutableRawPointer(bitPattern: -1)
    guard let symbol = unsafe dlsym(next, "getaddrinfo") else { fatalError("no getaddrinfo") }
    return unsafe unsafeBitCast(symbol, to: Lookup.self)
}()

@_cdecl("getaddrinfo")
func lookUp(
    _ node: UnsafePointer<CChar>?, _ service: UnsafePointer<CChar>?,
    _ hints: UnsafePointer<addrinfo>?,
    _ result: UnsafeMutablePointer<UnsafeMutablePointer<addrinfo>?>?
) -> CInt {
    guard let node = unsafe node, let result = unsafe result else {
        return unsafe systemLookup(node, service, hints, result)
    }
    var labels = unsafe String(cString: node).split(separator: ".")
    guard labels.count > 1, labels.removeLast() == "test" else {
        return unsafe systemLookup(node, service, hints, result)
    }
    if labels.first?.hasPrefix("hang") == true {
        NameLookup.hang()
        labels.removeFirst()
    }
    if labels.first == "turn" { labels = [labels[2 - NameLookup.nextTurn() % 2]] }
    var first: UnsafeMutablePointer<addrinfo>?
    for label in labels.reversed() {
        let text = label.map { $0 == "-" ? "." : String($0) }.joined()
        var found: UnsafeMutablePointer<addrinfo>?
        let status = unsafe systemLookup(text, service, hints, &found)
        guard status == 0, let found = unsafe found else { return status }
        unsafe found.pointee.ai_next = unsafe first
        unsafe first = unsafe found
    }
    unsafe result.pointee = unsafe first
    return unsafe first == nil ? EAI_NONAME : 0
}
