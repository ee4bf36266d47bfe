// Pictures one by one, as a Lambda function gets them: the minimal client of the Runtime API
// (benchmarks/lambda/minimal.c, as a library) classifies between an event and its answer.
//
// This is the lower bound in `benchmarks/lambda`. Between two events the kernel has used the processor's
// caches, so a picture costs more here than in a loop. The picture comes from memory, since the cost of
// reading events is part of what is measured above this bound.

internal import Glibc
internal import Inference

/// Lambda events on one thread.
enum Events {
    private typealias Work = @convention(c) (UnsafeMutableRawPointer?) -> Void
    private typealias Client = @convention(c) (Work?, UnsafeMutableRawPointer?) -> CInt

    /// The work for each event.
    private final class Task {
        let classifier: Classifier
        let picture: [UInt8]

        init(_ classifier: Classifier, _ picture: [UInt8]) {
            (self.classifier, self.picture) = (classifier, picture)
        }

        /// Ends the process if it fails: otherwise only the time would show it.
        func run() {
            do {
                _ = try classifier.classify(picture)
            } catch {
                print("\(error)")
                exit(1)
            }
        }
    }

    /// Answers events with the client in a library; returns its status, or 64 if there is no library.
    static func run(library: String, _ model: Model, _ picture: [UInt8]) throws -> CInt {
        let task = Task(try model.makeClassifier(limits: PictureLimits()), picture)
        // A runtime is warm when it asks for its first event.
        task.run()
        guard let opened = unsafe dlopen(library, RTLD_NOW),
            let symbol = unsafe dlsym(opened, "answer_events")
        else { return 64 }
        let client = unsafe unsafeBitCast(symbol, to: Client.self)
        return withExtendedLifetime(task) {
            unsafe client(
                { context in
                    if let context = unsafe context {
                        unsafe Unmanaged<Task>.fromOpaque(context).takeUnretainedValue().run()
                    }
                }, Unmanaged.passUnretained(task).toOpaque())
        }
    }
}
