//! The clocks of a presenter: the time of the day, and how long it has been going on.
//!
//! The standard library knows no time zones, so the system is asked once how far local time is
//! from Greenwich; where it does not say, the clock shows universal time and names it.

use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub struct Clocks {
    began: Instant,
    /// Minutes of local time before universal time, once the system has answered.
    offset: Arc<OnceLock<Option<i64>>>,
}

impl Clocks {
    pub fn new() -> Self {
        let offset = Arc::new(OnceLock::new());
        let answer = offset.clone();
        std::thread::spawn(move || answer.set(ask()));
        Self {
            began: Instant::now(),
            offset,
        }
    }
    /// "12:34" since it began, hours before it where there are any.
    pub fn elapsed(&self) -> String {
        elapsed(self.began.elapsed())
    }
    /// "14:05", or "13:05 UTC".
    pub fn of_day(&self) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        of_day(now, self.offset.get().copied().flatten())
    }
}

fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

fn of_day(since: Duration, offset: Option<i64>) -> String {
    let minutes = (since.as_secs() / 60) as i64 + offset.unwrap_or(0);
    let zone = if offset.is_some() { "" } else { " UTC" };
    let (hour, minute) = (
        minutes.div_euclid(60).rem_euclid(24),
        minutes.rem_euclid(60),
    );
    format!("{hour}:{minute:02}{zone}")
}

fn ask() -> Option<i64> {
    let mut command = if cfg!(windows) {
        let mut command = Command::new("powershell");
        command.args(["-NoProfile", "-Command", "(Get-Date).ToString('zzz')"]);
        command
    } else {
        let mut command = Command::new("date");
        command.arg("+%z");
        command
    };
    let output = command.output().ok()?;
    minutes(std::str::from_utf8(&output.stdout).ok()?)
}

/// The minutes in `+0130`, `-05:00`.
fn minutes(text: &str) -> Option<i64> {
    let text = text.trim();
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits: String = text[1..].chars().filter(char::is_ascii_digit).collect();
    let number: i64 = (digits.len() == 4).then(|| digits.parse().ok()).flatten()?;
    let (hours, minutes) = (number / 100, number % 100);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read_as_systems_write_them() {
        assert_eq!(minutes("+0130\n"), Some(90));
        assert_eq!(minutes("-05:00"), Some(-300));
        assert_eq!(minutes("+0000"), Some(0));
        for text in ["", "CET", "+99", "+9999", "0100", "+é100"] {
            assert_eq!(minutes(text), None, "{text}");
        }
    }

    #[test]
    fn the_day_is_that_of_the_place() {
        let noon = Duration::from_mins(12 * 60 + 5);
        assert_eq!(of_day(noon, None), "12:05 UTC");
        assert_eq!(of_day(noon, Some(90)), "13:35");
        assert_eq!(of_day(Duration::from_mins(1), Some(-300)), "19:01");
        assert_eq!(elapsed(Duration::from_secs(754)), "12:34");
        assert_eq!(elapsed(Duration::from_secs(3661)), "1:01:01");
    }
}
