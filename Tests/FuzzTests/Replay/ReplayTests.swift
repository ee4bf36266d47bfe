// Replays what fuzzing found: each input of Corpus/ runs through the target of its folder's name,
// together with small mutations, so that a related mistake shows before the next campaign.
//
// Single files once broke something, and their names say what. Packed inputs reach code that no
// other input reaches.

import TestSupport
import Testing

@Suite struct ReplayTests {
    @Test(arguments: FuzzTarget.all.map(\.name))
    func `inputs that fuzzing found do no harm`(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let inputs = try Corpus.inputs(of: name)
        #expect(!inputs.isEmpty)
        for input in inputs {
            do throws(Violation) {
                try target.run(input.bytes)
            } catch {
                Issue.record("\(name)/\(input.name): \(error)")
            }
        }
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func `small changes of them do no harm`(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let inputs = try Corpus.inputs(of: name).map(\.bytes)
        var random = SeededGenerator(seed: 1)
        for round in 0..<500 {
            let input = inputs[Int.random(in: 0..<inputs.count, using: &random)]
            let mutation = Mutation.of(input, longest: 16, using: &random) { bytes, range, random in
                guard let other = inputs.randomElement(using: &random), !other.isEmpty else {
                    return
                }
                let start = Int.random(in: 0..<other.count, using: &random)
                let length = Int.random(in: 1...32, using: &random)
                bytes.replaceSubrange(range, with: other[start...].prefix(length))
            }
            do throws(Violation) {
                try target.run(mutation)
            } catch {
                Issue.record("seed 1, round \(round): \(error): \(mutation)")
            }
        }
    }

    @Test func `every corpus belongs to a target`() throws {
        let folders = try Corpus.folders()
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
    }
}
