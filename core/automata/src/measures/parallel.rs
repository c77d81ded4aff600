//! Independent pieces of work on threads of their own.
//!
//! The threads that engines share stay free meanwhile: a run that is being watched goes on as fast
//! as before.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use loom_sim::{Job, SimError};

/// Does pieces 0 to `count` − 1 and gives their results in that order. Each thread has something of
/// its own from `begin`, which it uses for one piece after another.
///
/// # Errors
/// The first error of a piece; cancel.
pub(super) fn each<S, T: Send>(
    count: usize,
    job: &Job,
    begin: impl Fn() -> Result<S, SimError> + Sync,
    work: impl Fn(&mut S, usize) -> Result<T, SimError> + Sync,
) -> Result<Vec<T>, SimError> {
    let threads = job.threads.clamp(1, count.max(1));
    let (next, finished) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failed = AtomicBool::new(false);
    let run = || -> Result<Vec<(usize, T)>, SimError> {
        let mut own = begin()?;
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count || failed.load(Ordering::Relaxed) {
                return Ok(done);
            }
            job.check()?;
            done.push((number, work(&mut own, number)?));
            let finished = 1 + finished.fetch_add(1, Ordering::Relaxed);
            job.progress(finished as f32 / count as f32);
        }
    };
    let watched = || {
        let result = run();
        if result.is_err() {
            failed.store(true, Ordering::Relaxed);
        }
        result
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(watched)).collect();
        let mut results = vec![watched()];
        let lost = || Err(SimError::other("A thread of this measure was lost."));
        results.extend(
            others
                .into_iter()
                .map(|t| t.join().unwrap_or_else(|_| lost())),
        );
        results
    });
    let mut all = Vec::with_capacity(count);
    for result in results {
        all.extend(result?);
    }
    all.sort_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, piece)| piece).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn pieces_come_in_their_order_and_an_error_ends_all() {
        let mut job = Job::quiet();
        job.threads = 3;
        let all = each(
            100,
            &job,
            || Ok(0usize),
            |own, i| {
                *own += 1;
                Ok(i * i)
            },
        );
        assert_eq!(all.unwrap(), (0..100).map(|i| i * i).collect::<Vec<_>>());
        let stopped: Result<Vec<()>, _> = each(
            100,
            &job,
            || Ok(()),
            |(), i| {
                if i == 7 {
                    Err(SimError::other("seven"))
                } else {
                    Ok(())
                }
            },
        );
        assert_eq!(stopped.unwrap_err(), SimError::other("seven"));
        assert!(each(0, &job, || Ok(()), |(), _| Ok(())).unwrap().is_empty());
    }
}
