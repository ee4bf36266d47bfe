// `amphora convert`: writes the ONNX file that an MXNet model is converted to, for use in other
// tools.
//
// The handles serve the same bytes. Nothing is optimised, so the file is valid for any processor.
// An existing file is replaced only with `--force`.

internal import ArgumentParser
internal import Basics
internal import Glibc
internal import Inference
internal import MXNetImport

/// Writes an MXNet model as ONNX.
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert an MXNet model to an ONNX file.")

    @Argument(
        help: ArgumentHelp("A folder with a *symbol.json and its *.params.", valueName: "model-dir")
    )
    var folder: String

    @Argument(help: ArgumentHelp("The file to write.", valueName: "out.onnx"))
    var output: String

    @Flag(help: "Replace the file if it exists.")
    var force = false

    func run() throws {
        guard force || File.kind(of: output) == .missing else {
            complain("\(output) exists already; --force replaces it")
            throw ExitCode(EX_CANTCREAT)
        }
        do {
            let file = try Model.onnxFile(ofFolder: folder)
            try OutputFile.write(file.bytes, to: output, replacing: force)
            print(
                "\(output): ONNX of opset \(file.opset), \(file.nodes) nodes, \(file.parameters) "
                    + "parameters, \(file.bytes.count) bytes; input \(file.input)")
            // An ONNX file does not say how pictures are preprocessed.
            print(
                "To decode and resize pictures as MXNet does, put this into amphora.json beside it: "
                    + #"{"preprocess": {"decode": "opencv"}}"#)
        } catch {
            complain("\(error)")
            throw ExitCode(EXIT_FAILURE)
        }
    }
}
