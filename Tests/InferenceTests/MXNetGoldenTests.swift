// Our answers against recorded answers of MXNet.

import Basics
import Testing

@testable import Inference

@Suite(.serialized) struct MXNetGoldenTests {
    /// Each holds one operator or a few. MXNet recorded the answers, see Fixtures/mxnet/README.md.
    @Test(arguments: MXNetFixtures.committed("operators"))
    func `one operator gives what MXNet gives`(folder: String) throws { try check(folder) }

    @Test(arguments: MXNetFixtures.committed("networks"))
    func `a small network gives what MXNet gives`(folder: String) throws {
        let expected = try NumpyArray("\(folder)/y.npy")
        let input = try NumpyArray("\(folder)/x.npy")
        let answer = try MXNetFixtures.served(folder, input)
        let (difference, magnitude) = MXNetFixtures.difference(answer, expected.values)
        #expect(difference <= 1e-5 * max(1, magnitude))
        #expect(try MXNetFixtures.answer(folder, input) == answer)
    }

    /// More such networks, in the folder that AMPHORA_TEST_MXNET_MICRO names.
    @Test(
        .enabled(
            if: !MXNetFixtures.folders(from: "AMPHORA_TEST_MXNET_MICRO").isEmpty,
            "AMPHORA_TEST_MXNET_MICRO names no folder"),
        arguments: MXNetFixtures.folders(from: "AMPHORA_TEST_MXNET_MICRO"))
    func `more operators give what MXNet gives`(folder: String) throws { try check(folder) }

    /// Whole networks, in the folder that AMPHORA_TEST_MXNET_ZOO names: each folder in it holds a
    /// symbol, its parameters, an input and MXNet's logits (x.npy and y.npy, or rand_input.npy and
    /// rand_logits.npy).
    @Test(
        .enabled(
            if: !MXNetFixtures.folders(from: "AMPHORA_TEST_MXNET_ZOO").isEmpty,
            "AMPHORA_TEST_MXNET_ZOO names no folder"),
        arguments: MXNetFixtures.folders(from: "AMPHORA_TEST_MXNET_ZOO"))
    func `whole networks give MXNet's logits`(folder: String) throws {
        let isGolden = File.kind(of: "\(folder)/rand_input.npy") == .file
        let input = try NumpyArray("\(folder)/\(isGolden ? "rand_input" : "x").npy")
        let expected = try NumpyArray("\(folder)/\(isGolden ? "rand_logits" : "y").npy")
        let answer = try MXNetFixtures.served(folder, input)
        let (difference, magnitude) = MXNetFixtures.difference(answer, expected.values)
        print("\(folder.split(separator: "/").last ?? ""): \(difference) of \(magnitude)")
        // The tolerance holds for logits of ordinary size; random weights produce larger ones.
        #expect(difference <= 1e-3 * max(1, magnitude / 10))
    }

    private func check(_ folder: String) throws {
        let expected = try NumpyArray("\(folder)/y.npy")
        let answer = try MXNetFixtures.answer(folder, NumpyArray("\(folder)/x.npy"))
        let (difference, magnitude) = MXNetFixtures.difference(answer, expected.values)
        #expect(difference <= 1e-5 * max(1, magnitude), "\(folder): \(difference) of \(magnitude)")
    }
}
