extension Duration {
    /// Whole nanoseconds toward zero, held within ±73 years, so that a sum of three cannot overflow.
    var nanoseconds: Int64 {
        let whole = Int64(clamping: attoseconds / 1_000_000_000)
        return min(max(whole, -.horizon), .horizon)
    }
}

extension Int64 {
    /// 2⁶¹ ns, about 73 years: further than any time or debt that a policy here takes for real.
    static let horizon: Int64 = 1 << 61
}
