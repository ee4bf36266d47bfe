// A store of S3 objects and its host, on one loop. The host is a real server that answers for S3
// and for the provider of credentials as the test scripts it.

import Basics
import EventLoop
import HTTP
import Runtime
import TestSupport

@testable import ModelStore

/// A request that S3 received.
struct S3Request {
    /// Counts from 1.
    let number: Int
    let target: String
    let authorization: String?
    let token: String?
}

/// The host. `nil` as an answer means that it never answers.
final class S3Host: Service {
    static let picture = Response(.ok, body: Array("picture".utf8))

    var answer: (S3Request) -> Response? = { _ in S3Host.picture }
    /// The answer of `/credentials`; `NUMBER` in it stands for the number of the request.
    var credentials: Response?
    private(set) var requests: [S3Request] = []
    private(set) var credentialRequests: [String?] = []
    private(set) var silent = 0

    /// An error of S3, with the header that names the bucket's region.
    static func error(_ status: Int, _ code: String, region: String? = nil) -> Response {
        Response(
            Status(code: status, reason: ""),
            fields: region.map { [ResponseField("x-amz-bucket-region", $0)] } ?? [],
            body: Array("<Error><Code>\(code)</Code><Message>Sorry.</Message></Error>".utf8))
    }

    /// Credentials whose token ends in the number of the request.
    static func credentials(until expiration: String) -> Response {
        Response(
            .ok,
            body: Array(
                #"""
                {"AccessKeyId":"AKID","SecretAccessKey":"secret","Token":"token-NUMBER",
                 "Expiration":"\#(expiration)"}
                """#.utf8))
    }

    func begin(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> HeadDecision {
        let target = head.target.text(in: bytes)
        let authorization = head.value(of: "authorization", in: bytes)?.text(in: bytes)
        let answer: Response?
        if target == "/credentials" {
            credentialRequests.append(authorization)
            answer = credentials.map { response in
                var response = response
                let text = String(decoding: response.body, as: UTF8.self)
                response.body = Array(
                    text.replacing("NUMBER", with: "\(credentialRequests.count)").utf8)
                return response
            }
        } else {
            let request = S3Request(
                number: requests.count + 1, target: target, authorization: authorization,
                token: head.value(of: "x-amz-security-token", in: bytes)?.text(in: bytes))
            requests.append(request)
            answer = self.answer(request)
        }
        if let answer { return .answer(answer) }
        silent += 1
        return .receive(Silence(), bodyLimit: 0)
    }

    func response(to failure: ConnectionFailure) -> Response { Response(.badRequest) }

    private final class Silence: RequestReceiver {
        func receive(_ body: [UInt8], exchange: any Exchange) {}
        func abandon() {}
        func resume() {}
    }
}

/// The store, its host, and the clocks. One thread.
final class S3Rig {
    /// Credentials from the environment.
    static let keys = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"]
    /// Credentials from the host.
    static let container = [
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "HOST/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret-token",
    ]

    let clock = ManualClock()
    let loop: EventLoop
    let host = S3Host()
    let store: S3Store
    private let server: Server
    private let wall: Box<Int>

    /// The wall clock, which starts at 2000-01-01T00:00:00Z.
    var wallSeconds: Int {
        get { wall.value }
        set { wall.value = newValue }
    }

    /// Uses the given environment, and the host as the endpoint in eu-west-1.
    init(_ environment: [String: String], _ options: [String: String] = [:]) throws {
        loop = EventLoop(poller: try EpollPoller(), clock: clock)
        server = try Server(
            host: "127.0.0.1", port: 0, limits: Limits(), maxConnections: 100, on: loop,
            service: host)
        let base = "http://127.0.0.1:\(server.port)"
        let environment = ["AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_S3": base]
            .merging(environment.mapValues { $0.replacing("HOST", with: base) }) { $1 }
        let fetch = try FetchSettings(
            reading: SettingSources(options: options, environment: environment))
        let wall = Box(946_684_800)
        self.wall = wall
        store = try S3Store(
            S3Settings(environment), fetch: fetch, loop: loop, wallSeconds: { wall.value })
    }

    deinit {
        store.close()
        server.close()
    }

    /// Whether no request is in flight.
    var isAtRest: Bool { store.transfers.activeCount == 0 && store.transfers.waitingCount == 0 }

    /// Fetches an object; `advancing` moves the clock meanwhile.
    func fetch(_ uri: String, advancing: Bool = false) throws -> Result<[UInt8], StoreError> {
        try fetch([uri], advancing: advancing)[0]
    }

    /// Fetches objects at the same time.
    func fetch(_ uris: [String], advancing: Bool = false) throws -> [Result<[UInt8], StoreError>] {
        var results: [Result<[UInt8], StoreError>] = []
        let fetches = try uris.map { uri in
            S3Fetch(try object(uri), from: store) { results.append($0.map(\.body)) }
        }
        for fetch in fetches { fetch.start() }
        try turn(advancing: advancing) { results.count == uris.count }
        return results
    }

    /// The object of a URI.
    func object(_ uri: String) throws -> S3Object { try S3Object(uri: uri) }

    /// The failure of a fetch that must fail.
    func failure(_ result: Result<[UInt8], StoreError>) -> StoreError? {
        if case .failure(let failure) = result { return failure }
        return nil
    }

    /// Turns the loop once, without waiting.
    func step() throws {
        loop.afterTurn {}
        try loop.turn()
    }

    /// Turns the loop until a condition holds.
    func turn(advancing: Bool = false, until condition: () -> Bool) throws {
        var turns = 0
        while !condition() {
            if advancing { clock.advance(by: .microseconds(100)) }
            try step()
            turns += 1
            if turns > 1_000_000 { throw Stuck() }
        }
    }

    struct Stuck: Error {}
}

extension StoreError {
    /// The kinds of errors, without their sentences.
    enum Kind { case badAddress, failed, timedOut, closed, transfer }

    var kind: Kind {
        switch self {
        case .badAddress: .badAddress
        case .failed: .failed
        case .timedOut: .timedOut
        case .closed: .closed
        case .transfer: .transfer
        }
    }
}
