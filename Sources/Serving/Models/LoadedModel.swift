// Finds the model to serve and loads it. The order of search is the same for both handles, so that
// both platforms serve the same model (docs/rulings.md#models).

internal import Basics
package import Inference
package import ModelStore
internal import Onnx

/// Why no model can be served, as lines for a person.
package struct LoadingFailure: Error, Sendable {
    /// The error type that Lambda reports.
    package let type: String
    /// One or more lines for a person.
    package let sentence: String

    /// Creates a failure.
    package init(type: String = "Runtime.ModelUnusable", sentence: String) {
        self.type = type
        self.sentence = sentence
    }
}

/// A model and how it was found.
package struct Loaded<Network: Sendable>: Sendable {
    /// Ready to be asked.
    package let model: Network
    /// What decided its kind.
    package let kind: Resolved<ModelKind>
    /// The folder that it was loaded from.
    package let path: String
}

/// A model of either kind, as it is served.
package typealias LoadedModel = Loaded<ServedModel>

/// A classifier of pictures, as the terminal's commands use it.
package typealias LoadedClassifier = Loaded<Model>

extension Loaded<Model> {
    /// The same as a model of either kind.
    package var served: LoadedModel {
        LoadedModel(model: .labels(model), kind: kind, path: path)
    }
}

extension Loaded<ServedModel> {
    /// The same as a classifier of pictures. Throws a sentence for a model of arrays; `command` is what
    /// needs one.
    package func classifier(for command: String) throws(LoadingFailure) -> LoadedClassifier {
        guard case .labels(let model) = model else {
            throw LoadingFailure(
                sentence:
                    "\(path) takes arrays (\(kind.origin)), and \(command) is for classifiers "
                    + "of pictures; \"kind\": \"labels\" in amphora.json makes it one if it is")
        }
        return LoadedClassifier(model: model, kind: kind, path: path)
    }

    /// Finds, fetches if necessary, and loads the model. Blocks for as long as network and engine
    /// need.
    package init(
        _ configuration: Configuration,
        watch: @escaping () -> (any DownloadWatcher)? = { nil },
        notify: @escaping (FetchNotice) -> Void = { _ in }
    ) throws(LoadingFailure) {
        switch try Self.find(configuration) {
        case .folder(let path): try self.init(folder: path, configuration)
        case .address(let address):
            let fetch = ModelFetch(
                address, configuration.models, s3: configuration.s3, fetch: configuration.fetch,
                watch: watch, notify: notify)
            let folder: String
            do throws(ModelFetchError) {
                folder = try fetch.folder()
            } catch {
                throw LoadingFailure(type: "Runtime.ModelFetchFailed", sentence: error.sentence)
            }
            do throws(LoadingFailure) {
                try self.init(folder: folder, configuration)
            } catch {
                // So that the next start fetches it again, in case it was repaired.
                fetch.discard()
                throw LoadingFailure(
                    type: error.type,
                    sentence: "the model from \(address.display): \(error.sentence)")
            }
        }
    }

    /// Loads the model in a folder. Without optimizations it is a reference, and slow.
    package init(
        folder: String, _ configuration: Configuration, optimizations: Optimizations = .all
    ) throws(LoadingFailure) {
        path = folder
        var options = EngineOptions(
            threads: configuration.threads, optimizations: optimizations)
        if let library = configuration.inference.engineLibrary { options.library = library }
        options.operatorLibraries = configuration.inference.operatorLibraries
        do throws(ModelError) {
            (model, kind) = try ServedModel.load(
                folder: path, options: options,
                guesses: configuration.inference.strict ? .refuse : .warn)
        } catch {
            throw LoadingFailure(sentence: "\(error)")
        }
    }

    /// A command that asks this model; `nil` for arrays, which differ from model to model.
    func exampleCall(port: UInt16) -> String? {
        guard kind.value == .labels else { return nil }
        let sample = Self.firstSample(in: "\(path)/samples")
        return "curl -H 'Content-Type: \(sample?.type ?? "image/jpeg")' --data-binary "
            + "@\(sample?.path ?? "photo.jpg") http://localhost:\(port)/invocations"
    }

    private enum Place {
        case folder(String)
        case address(ModelAddress)
    }

    /// `--model-path` if it holds anything, else the one that the model's name says: a folder of
    /// the zoo, or an address.
    private static func find(_ configuration: Configuration) throws(LoadingFailure) -> Place {
        var tried: [String] = []
        guard let problem = obstacle(at: configuration.models.modelPath) else {
            return .folder(configuration.models.modelPath)
        }
        if let address = configuration.models.address { return .address(address) }
        tried.append("\(configuration.models.modelPath) (--model-path) \(problem)")
        if let name = configuration.models.modelName {
            let isPlain = !name.contains("/") && name != "." && name != ".."
            guard isPlain else {
                throw LoadingFailure(
                    sentence: "the model name “\(name)” must be that of a folder in the zoo, "
                        + "\(configuration.models.zoo), or an https:// or s3:// address")
            }
            let path = "\(configuration.models.zoo)/\(name)"
            guard let problem = obstacle(at: path) else { return .folder(path) }
            tried.append("\(path) (MODEL_NAME in the zoo) \(problem)")
        } else {
            tried.append("MODEL_NAME is not set")
        }
        throw LoadingFailure(
            sentence: "no model to serve: \(tried.joined(separator: "; ")). Put a model folder at "
                + "\(configuration.models.modelPath) or name one with --model-path")
    }

    private static func obstacle(at folder: String) -> String? {
        switch File.kind(of: folder) {
        case .missing: return "does not exist"
        case .other: return "is not a folder or a model file"
        case .file: return nil
        case .folder:
            do throws(InputError) {
                return try File.names(in: folder).isEmpty ? "is empty" : nil
            } catch {
                return "can't be read"
            }
        }
    }

    private static func firstSample(in folder: String) -> (path: String, type: String)? {
        let types = ["png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"]
        guard case .folder = File.kind(of: folder) else { return nil }
        do throws(InputError) {
            for name in try File.names(in: folder) {
                let ending = name.split(separator: ".").last.map(String.init) ?? ""
                if let type = types[ending] { return ("\(folder)/\(name)", type) }
            }
        } catch {
            // The example is optional: without a readable folder, it names no sample.
        }
        return nil
    }
}
