// The JSON of answers, in the shapes of docs/http.md#classify; both handles send the same bytes.

internal import Basics
package import Inference

/// Writes answers.
package enum Answer {
    /// `{"uri": …, "results": [{"label": …, "prob": …}, …]}`; no `uri` for a picture sent as bytes.
    package static func result(of item: Item, _ predictions: [Prediction]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            if let uri = item.echo { json.field("uri", uri) }
            json.key("results")
            json.array(predictions) { json, prediction in
                json.object { json in
                    switch prediction.label {
                    case .name(let name): json.field("label", name)
                    case .index(let index): json.field("label", index)
                    }
                    json.field("prob", probabilityText(prediction.probability))
                }
            }
        }
        return json.bytes
    }

    /// `{"uri": …, "error": …, "code": …}`.
    package static func failure(of item: Item, _ failure: Failure) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            if let uri = item.echo { json.field("uri", uri) }
            failure.write(to: &json)
        }
        return json.bytes
    }

    /// `{"predictions": […]}` of elements that are JSON already.
    package static func predictions(_ elements: [[UInt8]]) -> [UInt8] {
        var bytes = Array("{\"predictions\":[".utf8)
        bytes.reserveCapacity(bytes.count + elements.reduce(2) { $0 + $1.count + 1 })
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += element
        }
        bytes += "]}".utf8
        return bytes
    }
}
