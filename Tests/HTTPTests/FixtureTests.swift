import Glibc
import HTTP
import Testing

@Suite struct FixtureTests {
    @Test(arguments: Fixture.all)
    func `a fixture comes out the same however it is cut`(fixture: Fixture) {
        let replay = Replay(limits: fixture.limits)
        #expect(replay.transcript(of: fixture.input) == fixture.log)

        let everyByte = fixture.input.isEmpty ? [] : Array(1..<fixture.input.count)
        #expect(replay.transcript(of: fixture.input, cuts: everyByte) == fixture.log)
        for cut in everyByte {
            let transcript = replay.transcript(of: fixture.input, cuts: [cut])
            if transcript != fixture.log {
                #expect(transcript == fixture.log, "cut before byte \(cut)")
            }
        }
    }

    @Test func `fixtures are many and their titles are unique`() {
        #expect(Fixture.all.count > 150)
        #expect(Set(Fixture.all.map(\.testDescription)).count == Fixture.all.count)
    }

    @Test func `every protocol error has a fixture`() {
        let logs = Fixture.all.flatMap(\.log)
        for error in ProtocolError.allCases {
            #expect(logs.contains("error \(error.status.code) \(error)"), "\(error)")
        }
    }

    @Test(.enabled(if: unsafe getenv("UPDATE_FIXTURES") != nil))
    func `logs are rewritten`() {
        for file in Fixture.files {
            let logs = Fixture.cases(in: file).map {
                Replay(limits: $0.limits).transcript(of: $0.input)
            }
            Fixture.rewrite(file, logs: logs)
        }
    }
}
