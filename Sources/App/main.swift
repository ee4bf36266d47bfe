import ArgumentParser

struct Amphora: ParsableCommand {
    @Option var port: String?
    func run() throws {}
}
Amphora.main()
