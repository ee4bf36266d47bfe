// `amphora inspect --json`: one object, for machines. Keys are only ever added.

internal import Basics
internal import Inference
internal import Onnx
internal import Tensors

/// Writes an inspection as JSON.
enum InspectionJSON {
    /// The text, without a line break.
    static func text(of inspection: Inspection) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("folder", inspection.folder)
            json.key("model")
            json.object { write(model: inspection, to: &$0) }
            json.key("inputs")
            json.array(inspection.inputs) { write($1, to: &$0) }
            json.key("outputs")
            json.array(inspection.outputs) { write($1, to: &$0) }
            json.key("kind")
            json.object { json in
                json.field("value", inspection.kind.value.rawValue)
                write(inspection.kind.origin, to: &json)
            }
            if let pictures = inspection.pictures { write(pictures, to: &json) }
            json.key("warnings")
            json.array(inspection.warnings) { $0.element($1.sentence) }
            json.key("guesses")
            json.array(inspection.warnings.guesses) { $0.element($1) }
        }
        return json.bytes
    }

    private static func write(
        _ pictures: Inspection.PictureDecisions, to json: inout JSONWriter
    ) {
        json.field("input_shape", raw: "\(pictures.inputShape)")
        json.field("classes", pictures.classes)
        json.key("preprocessing")
        json.array(pictures.steps) { json, step in
            json.object { json in
                json.field("step", step.name)
                json.field("does", step.text)
                write(step.origin, to: &json)
            }
        }
        write(answers: pictures.answers, to: &json)
        json.key("top_k")
        json.object { json in
            json.field("value", pictures.topK.value)
            write(pictures.topK.origin, to: &json)
        }
    }

    private static func write(model inspection: Inspection, to json: inout JSONWriter) {
        let summary = inspection.summary
        json.field("file", inspection.file)
        json.field("format", inspection.format.name)
        json.field("opset", summary.opset)
        json.field("ir_version", summary.irVersion)
        json.field("producer", summary.producer)
        json.field("operators", summary.nodes)
        json.field("parameters", raw: summary.parameters.map(String.init) ?? "null")
        json.key("weights")
        json.array(inspection.weightFiles) { $0.element($1) }
        json.field("bytes_on_disk", inspection.bytesOnDisk)
        json.field("bytes_in_memory", raw: inspection.bytesInMemory.map(String.init) ?? "null")
        json.field("engine", inspection.engine)
    }

    private static func write(_ tensor: TensorDescription, to json: inout JSONWriter) {
        json.object { json in
            json.field("name", tensor.name)
            json.field("type", "\(tensor.element)")
            let shape = tensor.shape.map { $0.map(String.init) ?? "null" }
            json.field("shape", raw: "[\(shape.joined(separator: ","))]")
        }
    }

    private static func write(answers: AnswerSettings, to json: inout JSONWriter) {
        json.key("output")
        json.object { json in
            json.field("name", answers.output.value)
            if let operation = answers.operation { json.field("looked_through", operation) }
            json.key("unused")
            json.array(answers.otherOutputs) { $0.element($1) }
            write(answers.output.origin, to: &json)
        }
        json.key("labels")
        json.object { write(labels: answers.labels, to: &$0) }
        json.key("activation")
        json.object { json in
            json.field("value", answers.activation.value.rawValue)
            write(answers.activation.origin, to: &json)
        }
        json.key("measured")
        json.object { json in
            json.field("inputs", answers.measured.inputs)
            json.field("evidence", answers.measured.evidence)
        }
        json.key("form")
        json.object { json in
            json.field("value", answers.form.value.name)
            if case .binary(let positive) = answers.form.value {
                json.field("positive", answers.labels.value[positive].text)
            }
            write(answers.form.origin, to: &json)
        }
    }

    private static func write(labels: Resolved<Labels>, to json: inout JSONWriter) {
        json.field("count", labels.value.count)
        json.key("first")
        json.array(labels.value.names.prefix(10).indices) { json, index in
            json.element(labels.value[index].text)
        }
        write(labels.origin, to: &json)
    }

    /// `"origin": "file" …`: the source of a decision, with its file and key.
    private static func write(_ origin: Origin, to json: inout JSONWriter) {
        switch origin {
        case .file(let name):
            json.field("origin", "file")
            json.field("file", name)
        case .key(let key, in: let file):
            json.field("origin", "file")
            json.field("file", file)
            json.field("key", key)
        case .model: json.field("origin", "model")
        case .graph(let what):
            json.field("origin", "graph")
            json.field("evidence", what)
        case .metadata(let key):
            json.field("origin", "metadata")
            json.field("key", key)
        case .measured(let what):
            json.field("origin", "measured")
            json.field("evidence", what)
        case .preset(let name):
            json.field("origin", "preset")
            json.field("preset", name)
        case .library(let name):
            json.field("origin", "library")
            json.field("library", name)
        case .default: json.field("origin", "default")
        }
    }
}
