// Sends an HTTP event through the HTTP server's parser and router, with a connection's checks.

internal import HTTP
internal import Runtime

extension HTTPEvent {
    /// The outcome of routing a request.
    enum Routing {
        /// The router has answered it.
        case answered(Response)
        /// It is not a valid request.
        case refused(Failure)
        /// The caller must pass the body and an exchange to the receiver.
        case received(any RequestReceiver, body: [UInt8])
    }

    /// Sends the request through the parser and the router, with a connection's checks. Loop
    /// thread.
    func route(
        through router: Router, context: RequestContext, limits: Limits
    ) -> Routing {
        let bytes: [UInt8]
        let beginning: HeadDecision
        do throws(Failure) {
            bytes = try head.get()
        } catch {
            return .refused(error)
        }
        do throws(ProtocolError) {
            let head = try RequestHead(reading: bytes.span, limits: limits)
            beginning = router.begin(head, in: bytes.span, context: context)
        } catch {
            return .refused(Failure(.malformed(error), limits: limits))
        }
        switch beginning {
        case .answer(let response): return .answered(response)
        case .receive(let receiver, let bodyLimit):
            do throws(Failure) {
                let body = try body.get()
                guard body.count > bodyLimit else { return .received(receiver, body: body) }
                receiver.abandon()
                return .refused(Failure(.bodyTooLarge(limit: bodyLimit), limits: limits))
            } catch {
                receiver.abandon()
                return .refused(error)
            }
        }
    }
}
