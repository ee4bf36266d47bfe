// `amphora convert`: the ONNX file that an MXNet artifact becomes, for other tools to look at.
//
// The same bytes are what the handles serve; nothing is optimised, so the file is right on any
// processor. Replaces no file unless it is told to.

internal import ArgumentParser
internal import Basics
internal import Glibc
internal import Inference
internal import MXNetImport

/// Writes an MXNet model as ONNX.
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the ONNX file that an MXNet model becomes.")

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
            // Nothing in an ONNX file says how pictures are to be prepared.
            print(
                "Beside it, amphora.json has pictures decoded and resized as MXNet does: "
                    + #"{"preprocess": {"decode": "opencv"}}"#)
        } catch {
            complain("\(error)")
            throw ExitCode(EXIT_FAILURE)
        }
    }
}
