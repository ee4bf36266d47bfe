// Image processors of transformers 4 and 5 against recordings of the libraries
// (`tools/record_processors.py`): from the files of a folder to the tensor, every float is equal.

import Basics
import Testing

@testable import Inference

@Suite struct ExporterRecordingTests {
    @Test(arguments: [4, 5])
    func `every processor has the library's floats`(version: Int) throws {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let bytes = try contents(of: "/\(folder)/Fixtures/processors_\(version).json")
        let document = try JSONValue(reading: bytes, maxValues: 1_000_000)
        let cases = try list(document, "cases")
        for recorded in cases { try check(recorded) }
        #expect(cases.count >= 90)
    }

    private func check(_ recorded: JSONValue) throws {
        var files: [String: String] = [:]
        for (name, value) in try members(recorded, "files") {
            if case .string(let text) = value { files[name] = text }
        }
        guard case .string(let manifest)? = try members(recorded)["manifest"] else {
            throw Malformed()
        }
        let shape = try list(recorded, "shape").map(number)
        let settings = try Exporter.settings(
            files, manifest: manifest, shape: [1, shape[0], shape[1], shape[2]])
        var preprocessor = Preprocessor(settings.preprocessing, limits: PictureLimits())
        for example in try list(recorded, "pictures") {
            guard case .array(let items) = example, case .string(let hash)? = items.last else {
                throw Malformed()
            }
            let numbers = try items.dropLast().map(number)
            let raster = SeededPicture.raster(
                height: numbers[0], width: numbers[1], channels: 3, seed: UInt64(numbers[2]),
                hard: numbers[3] == 1)
            var tensor = [Float](repeating: .nan, count: shape.reduce(1, *))
            var span = tensor.mutableSpan
            try preprocessor.write(raster, into: &span)
            let found = unsafe tensor.withUnsafeBytes { unsafe SeededPicture.hash($0) }
            #expect(found == hash, "\(files) \(manifest) \(numbers)")
        }
    }

    // MARK: JSON

    private struct Malformed: Error {}

    private func members(_ value: JSONValue, _ key: String? = nil) throws -> [String: JSONValue] {
        guard case .object(let members) = value else { throw Malformed() }
        guard let key else { return members }
        return try self.members(members[key] ?? .null)
    }

    private func list(_ value: JSONValue, _ key: String) throws -> [JSONValue] {
        guard case .array(let items)? = try members(value)[key] else { throw Malformed() }
        return items
    }

    private func number(_ value: JSONValue) throws -> Int {
        guard case .number(let number) = value else { throw Malformed() }
        return Int(number)
    }
}
