// The most probable classes, best first; among equals, the lower index first.

/// The indices of the `k` greatest values in falling order; all of them if there are fewer.
package func topK(_ values: Span<Float>, _ k: Int) -> [Int] {
    var best: [Int] = []
    best.reserveCapacity(min(max(k, 0), values.count) + 1)
    for index in values.indices {
        let value = values[index]
        if best.count >= k {
            // A value equal to the last place is not better: the one in that place has the lower
            // index.
            guard let last = best.last, value > values[last] else { continue }
            best.removeLast()
        }
        var low = 0
        var high = best.count
        while low < high {
            let middle = (low + high) / 2
            if values[best[middle]] >= value { low = middle + 1 } else { high = middle }
        }
        best.insert(index, at: low)
    }
    return best
}
