// Why a picture could not be used, in words for the person who sent it.
//
// Two cases, because callers distinguish only these: the HTTP interface answers 422 to the first
// and 413 to the second. The sentence carries the rest.

/// A picture that was refused.
package enum PictureError: Error, Sendable, Equatable {
    /// The bytes are not a picture that can be decoded; the sentence says why.
    case undecodable(String)
    /// The header announces more pixels than allowed; nothing was decoded.
    case tooLarge(width: Int, height: Int, limit: Int)

    /// What is wrong, as one sentence without a full stop.
    package var sentence: String {
        switch self {
        case .undecodable(let sentence): sentence
        case .tooLarge(let width, let height, let limit):
            "the picture has \(width)×\(height) pixels, more than the \(limit) that are allowed"
        }
    }
}
