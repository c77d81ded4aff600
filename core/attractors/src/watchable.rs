//! The speed at which something is seen of a flow.

/// Time units a second at which a flow of this period is played at first: 1 where a period takes a
/// tenth of a second to twelve seconds then; else a round number with which it takes about a second
/// at most, or four to ten.
pub(crate) fn speed(period: f64) -> f64 {
    if (0.1..=12.0).contains(&period) {
        return 1.0;
    }
    let wished = if period < 1.0 { period } else { 0.1 * period };
    loom_gpu::step(wished, 1).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::speed;

    #[test]
    fn a_flow_is_played_at_a_speed_at_which_something_is_seen() {
        for (period, expected) in [
            (0.75, 1.0),
            (12.0, 1.0),
            (39.5, 5.0),
            (189.0, 20.0),
            (442_200.0, 50_000.0),
            (0.017_01, 0.02),
            (0.0498, 0.05),
            (f64::INFINITY, 1.0),
            (0.0, 1.0),
        ] {
            assert_eq!(speed(period), expected, "{period}");
        }
    }
}
