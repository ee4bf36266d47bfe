// Sentences of model errors stay on one line, whatever names the files contain.

import Onnx
import Testing

@Suite struct ModelErrorTests {
    @Test func `an error has a line for each problem and no other`() {
        let error = ModelError.invalidSettings(file: "a\nb", problems: ["c\rd", "e"])
        #expect(error.description == "a\\u{a}b: c\\u{d}d\na\\u{a}b: e")
    }
}
