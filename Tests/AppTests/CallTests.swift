// The command lines with which the platforms start the program (docs/platforms.md 0).

import Testing

@testable import App

@Suite struct CallTests {
    @Test(
        arguments: [
            ([], ["lambda"]), (["lambda"], ["lambda"]),
            (["app.handler"], ["lambda", "app.handler"]),
            (["serve"], ["lambda", "serve"]),
            (["--model-path", "m"], ["lambda", "--model-path", "m"]),
            (["app.handler", "--workers", "2"], ["lambda", "app.handler", "--workers", "2"]),
            (["lambda", "--workers", "2"], ["lambda", "--workers", "2"]),
        ] as [([String], [String])])
    func `in Lambda everything is the Lambda handle`(_ given: [String], _ meant: [String]) {
        let call = Call(given, isInLambda: true)
        #expect(call.arguments == meant)
        #expect(call.isLambda)
    }

    @Test(arguments: [
        ["predict", "a.png"], ["inspect"], ["convert"], ["verify"], ["help", "serve"], ["--help"],
        ["-h"], ["--version"], ["lambda", "--help"], ["serve", "--help"], ["healthcheck"],
    ])
    func `tools and help work the same everywhere`(_ given: [String]) {
        for isInLambda in [true, false] {
            #expect(Call(given, isInLambda: isInLambda).arguments == given)
        }
    }

    @Test(
        arguments: [
            ([], []), (["serve"], ["serve"]), (["--model-path", "m"], ["--model-path", "m"]),
            (["lambda"], ["lambda"]), (["app.handler"], ["lambda", "app.handler"]),
            (["app.handler", "--workers", "2"], ["lambda", "app.handler", "--workers", "2"]),
        ] as [([String], [String])])
    func `outside Lambda a word that is no command is a handler`(
        _ given: [String], _ meant: [String]
    ) {
        #expect(Call(given, isInLambda: false).arguments == meant)
    }

    @Test(
        arguments: [
            ([], true), (["app.handler"], true), (["lambda"], true), (["serve"], true),
            (["--workers", "2"], false), (["lambda", "--workers", "2"], false),
            (["app.handler", "--workers=2"], false), (["predict"], false), (["a", "b"], false),
        ] as [([String], Bool)])
    func `a call without options is plain`(_ given: [String], _ isPlain: Bool) {
        #expect(Call(given, isInLambda: true).isPlainLambda == isPlain)
    }
}
