public import CoreMetrics

/// Counters are exposed with `_total` at the end; timers as histograms in seconds with `_seconds`; recorders as histograms,
/// or as gauges if they do not aggregate; meters as gauges.
extension PrometheusRegistry: MetricsFactory {
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        make(.counter(label), .counter, dimensions) { PrometheusCounter(id: $0) } ?? NOOPMetricsHandler.instance
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        make(.plain(label), .gauge, dimensions) { PrometheusGauge(id: $0) } ?? NOOPMetricsHandler.instance
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else {
            return make(.plain(label), .gauge, dimensions) { PrometheusGauge(id: $0) } ?? NOOPMetricsHandler.instance
        }
        return makeHistogram(.plain(label), dimensions) ?? NOOPMetricsHandler.instance
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        makeHistogram(.timer(label), dimensions) ?? NOOPMetricsHandler.instance
    }

    public func destroyCounter(_ handler: any CounterHandler) { release(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { release(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { release(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { release(handler) }
}
