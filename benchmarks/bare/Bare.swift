// The work of a request without a server: decode, preprocess, infer, rank, in a loop on each thread.
//
// `benchmarks/images` compares the server with it, so it uses the same code as the server's workers:
// one classifier a thread on one shared model. Each thread classifies the picture once before the clock
// starts. Prints one line of JSON.

internal import Glibc
internal import Inference
internal import Runtime
internal import Synchronization

/// `bare MODEL_DIR IMAGE THREADS SECONDS`, or what `Stages` or `Events` do
@main
enum Bare {
    static func main() {
        let arguments = CommandLine.arguments
        Engine.refuseTelemetry()
        if arguments.count == 5, arguments[1] == "stages" { return stages(arguments) }
        if arguments.count == 5, arguments[1] == "events" { return events(arguments) }
        guard arguments.count == 5, let threads = Int(arguments[3]), threads > 0,
            let seconds = Double(arguments[4]), let picture = bytes(of: arguments[2])
        else { return end(64, "usage: bare MODEL_DIR IMAGE THREADS SECONDS") }
        do {
            let model = try Model.load(folder: arguments[1])
            let race = Race(threads: threads, seconds: seconds)
            var runners: [Runner] = []
            for index in 0..<threads {
                runners.append(
                    Runner(
                        try Thread(name: "bare-\(index)") { race.run(model, picture) }))
            }
            for runner in runners { runner.join() }
            guard race.failures.load(ordering: .relaxed) == 0 else {
                return end(1, "the picture can't be classified")
            }
            let images = race.images.load(ordering: .relaxed)
            let cpu = Double(race.cpuNanoseconds.load(ordering: .relaxed)) / 1e9
            print("{\"images\": \(images), \"seconds\": \(seconds), \"cpu\": \(cpu)}")
        } catch {
            end(1, "\(error)")
        }
    }

    private static func stages(_ arguments: [String]) {
        let plans = ["pillow": Preprocessing(), "opencv": .gluoncv]
        guard let plan = plans[arguments[2]], let picture = bytes(of: arguments[3]),
            let seconds = Double(arguments[4]), seconds > 0
        else { return end(64, "usage: bare stages pillow|opencv IMAGE SECONDS") }
        do throws(PictureError) {
            try Stages.run(plan, picture, seconds: seconds)
        } catch {
            end(1, error.sentence)
        }
    }

    private static func events(_ arguments: [String]) {
        guard let picture = bytes(of: arguments[4]) else {
            return end(64, "usage: bare events LIBRARY MODEL_DIR IMAGE")
        }
        do {
            let model = try Model.load(folder: arguments[3])
            exit(try Events.run(library: arguments[2], model, picture))
        } catch {
            end(1, "\(error)")
        }
    }

    private static func end(_ status: CInt, _ line: String) {
        print(line)
        exit(status)
    }

    private static func bytes(of path: String) -> [UInt8]? {
        guard let file = unsafe fopen(path, "rb") else { return nil }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe fread(&piece, 1, piece.count, file)
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
    }
}

/// State shared by the threads: a common start, a common end, a sum.
private final class Race: Sendable {
    let images = Atomic<Int>(0)
    let cpuNanoseconds = Atomic<Int>(0)
    let failures = Atomic<Int>(0)
    private let ready = Atomic<Int>(0)
    private let threads: Int
    private let seconds: Double

    init(threads: Int, seconds: Double) {
        self.threads = threads
        self.seconds = seconds
    }

    func run(_ model: Model, _ picture: [UInt8]) {
        var count = 0
        do {
            let classifier = try model.makeClassifier(limits: PictureLimits())
            _ = try classifier.classify(picture)
            ready.add(1, ordering: .acquiringAndReleasing)
            while ready.load(ordering: .acquiring) < threads { sched_yield() }
            let clock = ContinuousClock()
            let end = clock.now + .seconds(seconds)
            let used = threadNanoseconds()
            while clock.now < end {
                _ = try classifier.classify(picture)
                count += 1
            }
            cpuNanoseconds.add(threadNanoseconds() - used, ordering: .relaxed)
        } catch {
            failures.add(1, ordering: .relaxed)
            ready.add(threads, ordering: .acquiringAndReleasing)
        }
        images.add(count, ordering: .relaxed)
    }
}

/// An array cannot hold a `~Copyable` thread; a class can.
private final class Runner {
    private var thread: Thread?

    init(_ thread: consuming Thread) { self.thread = consume thread }

    func join() { thread.take()?.join() }
}
