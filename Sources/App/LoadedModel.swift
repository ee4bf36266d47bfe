// Finds the model that is to be served and loads it: the same order of search in both handles, so
// that no platform serves another model (docs/rulings.md#models).

internal import Inference

/// Why no model can be served, as lines for a person.
struct LoadingFailure: Error, Sendable {
    /// As Lambda is told.
    var type = "Runtime.ModelUnusable"
    let sentence: String
}

/// A model and how it was found.
struct LoadedModel: Sendable {
    let model: Model
    let path: String

    /// Searches, fetches where it must, and loads. Takes as long as network and engine do.
    init(
        _ configuration: Configuration, notify: @escaping (FetchNotice) -> Void = { _ in }
    ) throws(LoadingFailure) {
        switch try Self.find(configuration) {
        case .folder(let path): try self.init(folder: path, configuration)
        case .address(let address):
            let fetch = ModelFetch(address, configuration, notify: notify)
            let folder = try fetch.folder()
            do throws(LoadingFailure) {
                try self.init(folder: folder, configuration)
            } catch {
                // So that a better one is fetched, once there is one.
                fetch.discard()
                throw LoadingFailure(
                    type: error.type,
                    sentence: "the model from \(address.display): \(error.sentence)")
            }
        }
    }

    /// Loads the model in a folder.
    init(folder: String, _ configuration: Configuration) throws(LoadingFailure) {
        path = folder
        var options = EngineOptions(threads: configuration.threads)
        if let library = configuration.engineLibrary { options.library = library }
        do throws(ModelError) {
            model = try Model.load(folder: path, options: options)
        } catch {
            throw LoadingFailure(sentence: "\(error)")
        }
    }

    /// A call that classifies a picture with this model.
    func exampleCall(port: UInt16) -> String {
        let sample = Self.firstSample(in: "\(path)/samples")
        return "curl -H 'Content-Type: \(sample?.type ?? "image/jpeg")' --data-binary "
            + "@\(sample?.path ?? "photo.jpg") http://localhost:\(port)/invocations"
    }

    private enum Place {
        case folder(String)
        case address(ModelAddress)
    }

    /// `--model-path` if it holds anything, else what the model's name says: a folder of the zoo, or an
    /// address.
    private static func find(_ configuration: Configuration) throws(LoadingFailure) -> Place {
        var tried: [String] = []
        guard let problem = obstacle(at: configuration.modelPath) else {
            return .folder(configuration.modelPath)
        }
        if let address = configuration.fetchedModel.address { return .address(address) }
        tried.append("\(configuration.modelPath) (--model-path) \(problem)")
        if let name = configuration.modelName {
            let isPlain = !name.contains("/") && name != "." && name != ".."
            guard isPlain else {
                throw LoadingFailure(
                    sentence: "the model name “\(name)” must be that of a folder in the zoo, "
                        + "\(configuration.zoo), or an https:// or s3:// address")
            }
            let path = "\(configuration.zoo)/\(name)"
            guard let problem = obstacle(at: path) else { return .folder(path) }
            tried.append("\(path) (MODEL_NAME in the zoo) \(problem)")
        } else {
            tried.append("MODEL_NAME is not set")
        }
        throw LoadingFailure(
            sentence: "no model to serve: \(tried.joined(separator: "; ")). Put a model folder at "
                + "\(configuration.modelPath) or name one with --model-path")
    }

    private static func obstacle(at folder: String) -> String? {
        switch File.kind(of: folder) {
        case .missing: return "does not exist"
        case .file, .other: return "is not a folder"
        case .folder:
            do throws(ModelError) {
                return try File.names(in: folder).isEmpty ? "is empty" : nil
            } catch {
                return "can't be read"
            }
        }
    }

    private static func firstSample(in folder: String) -> (path: String, type: String)? {
        let types = ["png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"]
        guard case .folder = File.kind(of: folder) else { return nil }
        do throws(ModelError) {
            for name in try File.names(in: folder) {
                let ending = name.split(separator: ".").last.map(String.init) ?? ""
                if let type = types[ending] { return ("\(folder)/\(name)", type) }
            }
        } catch {
            // An example is a courtesy; a folder that can't be read has none.
        }
        return nil
    }
}
