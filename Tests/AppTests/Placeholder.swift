import Testing

@testable import App

@Suite struct ProbeTests {
    @Test func `the app can be imported`() throws {
        #expect(try Form(json: Array(#"{"uri":"https://a"}"#.utf8), maxItems: 10).topK == nil)
    }
}
