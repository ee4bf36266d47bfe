// The steps before the network, timed one by one on one thread. `benchmarks/preprocess` compares them
// with the libraries whose results they reproduce.
//
// CPU time of the thread, medians over as many repetitions as fit the time given.

internal import Glibc
internal import Inference

/// `bare stages pillow|opencv IMAGE SECONDS`
enum Stages {
    /// Prints one line of JSON: microseconds of each step.
    static func run(_ plan: Preprocessing, _ picture: [UInt8], seconds: Double) throws(PictureError) {
        var decoder = PictureDecoder(
            profile: plan.decode, channels: plan.channels, limits: PictureLimits())
        var preprocessor = Preprocessor(plan, limits: PictureLimits())
        guard let size = preprocessor.outputSize else { return }
        var tensor = [Float](repeating: 0, count: size.height * size.width * plan.channels.count)
        var (decoding, preprocessing): ([Int], [Int]) = ([], [])
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        while clock.now < end {
            let start = threadNanoseconds()
            let raster = try decoder.decode(picture)
            let decoded = threadNanoseconds()
            var span = tensor.mutableSpan
            try preprocessor.write(raster, into: &span)
            let written = threadNanoseconds()
            decoder.reclaim(raster)
            decoding.append(decoded - start)
            preprocessing.append(written - decoded)
        }
        print("{\"decode\": \(median(decoding)), \"preprocess\": \(median(preprocessing))}")
    }

    /// In microseconds.
    private static func median(_ nanoseconds: [Int]) -> Double {
        Double(nanoseconds.sorted()[nanoseconds.count / 2]) / 1000
    }
}

/// CPU time of the calling thread, clock_gettime(2).
func threadNanoseconds() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
