// All routes: one table from which the router and the documentation come.
//
// Sources: docs/platforms.md A (SageMaker), C1 (Open Inference Protocol), C3 (KServe V1); TensorFlow
// Serving's REST API; Triton's repository extension.

internal import HTTP

/// What a request asks the server to do.
enum Operation: Equatable, Sendable {
    /// KServe's root: whether the process is there.
    case alive
    case ping
    /// The default model's answer.
    case invocations
    /// A SageMaker client's request to an endpoint; this server answers for every name.
    case endpoint(EndpointStyle)
    case v2(OpenInference)
    case v1(Prediction)

    /// The Open Inference Protocol, version 2.
    enum OpenInference: Equatable, Sendable {
        case server, live, ready
        case model, modelReady, infer
        case index, load, unload
    }

    /// KServe's first protocol, and TensorFlow Serving's REST API.
    enum Prediction: Equatable, Sendable { case list, status, metadata, predict }
}

/// A method and a path, and what they ask for.
struct RoutePattern: Sendable {
    let method: HTTP.Method
    /// As the documentation spells it: `/v2/models/{model}/infer`.
    let path: String
    let operation: Operation

    init(_ method: HTTP.Method, _ path: String, _ operation: Operation) {
        self.method = method
        self.path = path
        self.operation = operation
    }
}

extension RoutePattern {
    /// Every route.
    static let all: [RoutePattern] =
        [
            RoutePattern(.get, "/", .alive),
            RoutePattern(.get, "/ping", .ping), RoutePattern(.post, "/ping", .ping),
            RoutePattern(.post, "/invocations", .invocations),
            RoutePattern(.post, "/endpoints/{endpoint}/invocations", .endpoint(.whole)),
            RoutePattern(
                .post, "/endpoints/{endpoint}/invocations-response-stream", .endpoint(.eventStream)),
        ] + openInference + prediction

    private static let openInference: [RoutePattern] =
        [
            RoutePattern(.get, "/v2", .v2(.server)),
            RoutePattern(.get, "/v2/health/live", .v2(.live)),
            RoutePattern(.get, "/v2/health/ready", .v2(.ready)),
            RoutePattern(.post, "/v2/repository/index", .v2(.index)),
            RoutePattern(.post, "/v2/repository/models/{model}/load", .v2(.load)),
            RoutePattern(.post, "/v2/repository/models/{model}/unload", .v2(.unload)),
        ]
        + ["", "/versions/{version}"].flatMap { version in
            [
                RoutePattern(.get, "/v2/models/{model}\(version)", .v2(.model)),
                RoutePattern(.get, "/v2/models/{model}\(version)/ready", .v2(.modelReady)),
                RoutePattern(.post, "/v2/models/{model}\(version)/infer", .v2(.infer)),
            ]
        }

    private static let prediction: [RoutePattern] =
        [RoutePattern(.get, "/v1/models", .v1(.list))]
        + ["", "/versions/{version}"].flatMap { version in
            [
                RoutePattern(.get, "/v1/models/{model}\(version)", .v1(.status)),
                RoutePattern(.get, "/v1/models/{model}\(version)/metadata", .v1(.metadata)),
                RoutePattern(.post, "/v1/models/{model}\(version):predict", .v1(.predict)),
            ]
        }
}
