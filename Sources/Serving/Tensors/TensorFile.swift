// A file of arrays, answered in the terminal through the same job as a request.

internal import Basics
package import Inference
internal import Tensors

/// The inputs of a model of arrays in a file. Any thread.
package enum TensorFile {
    /// Far more than anybody keeps in one file of inputs.
    private static let sizeLimit = 1 << 30

    /// What the model answers to a file, as JSON. The ending of its name is its format: `.json`,
    /// `.jsonl`, `.csv`, `.npy` or `.npz`. Throws a sentence.
    package static func answer(to path: String, by model: TensorModel) throws(Failure) -> [UInt8] {
        let endings: [(ending: String, kind: TensorJob.Body)] = [
            (".json", .json(headerLength: nil)), (".csv", .csv), (".npy", .npy), (".npz", .npz),
        ]
        let kind = endings.first { path.lowercased().hasSuffix($0.ending) }?.kind
        let isLines = path.lowercased().hasSuffix(".jsonl")
        guard kind != nil || isLines else {
            throw Failure(
                .unsupportedMediaType,
                "\(path): the model takes arrays; name a file that ends in .json, .jsonl, .csv, .npy "
                    + "or .npz")
        }
        let bytes = try Failure.reading { () throws(InputError) in
            try File.contents(of: path, limit: sizeLimit)
        }
        guard isLines else { return try answer(bytes, kind ?? .csv, model) + [UInt8(ascii: "\n")] }
        var answers: [UInt8] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            answers += try answer(Array(line), .line, model)
        }
        return answers
    }

    private static func answer(
        _ bytes: [UInt8], _ kind: TensorJob.Body, _ model: TensorModel
    ) throws(Failure) -> [UInt8] {
        let accept = kind == .line ? "application/jsonlines" : "application/json"
        let job = TensorJob(
            model: .tensors(model), name: "model", version: "1", body: bytes, kind: kind,
            route: .any, accept: accept, coding: .identity, nonFinite: .refused,
            limits: TensorLimits(bytes: sizeLimit))
        guard case .answered(let answer) = try job.run(workers: 1) else {
            preconditionFailure("one worker shares no rows")
        }
        return answer.bytes
    }
}
