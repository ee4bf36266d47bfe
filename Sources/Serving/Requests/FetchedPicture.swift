// The bytes of a picture that was fetched, unpacked if its host packed them.

internal import Inference
package import Runtime

extension TransferBody {
    /// The picture's bytes. Any thread; takes time in proportion to them.
    package func pictureBytes() throws(Failure) -> [UInt8] {
        do throws(TransferError) {
            return try unpacked()
        } catch {
            // Some hosts name a coding for a picture that lies there as it is.
            if PictureFormat.sniff(bytes.span).isPicture { return bytes }
            throw Failure(error)
        }
    }
}
