// An HTTP event through the HTTP server's parser and router, with what a connection would do around it.

internal import HTTP
internal import Runtime

extension HTTPEvent {
    /// What becomes of a request.
    enum Routing {
        /// It is answered already.
        case answered(Response)
        /// It never became a request.
        case refused(Failure)
        /// The receiver is to be given the body and an exchange.
        case received(any RequestReceiver, body: [UInt8])
    }

    /// Sends the request through the router, with what a connection would do around it. Loop thread.
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
