//! Work that makes more work, with a bound on how much of it is under way: what a crawl is made of.

use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::VecDeque;
use std::future::Future;

/// Work until nothing is left; each item may yield more. At most `limit` are under way, begun in the order in which they
/// became known.
///
/// # Errors
/// The first error stops it, dropping what is under way.
pub async fn crawl<W, E, F>(
    first: impl IntoIterator<Item = W>,
    limit: usize,
    mut work: impl FnMut(W) -> F,
) -> Result<(), E>
where
    F: Future<Output = Result<Vec<W>, E>>,
{
    let mut queue: VecDeque<W> = first.into_iter().collect();
    let mut under_way = FuturesUnordered::new();
    loop {
        while under_way.len() < limit.max(1)
            && let Some(item) = queue.pop_front()
        {
            under_way.push(work(item));
        }
        match under_way.next().await {
            Some(more) => queue.extend(more?),
            None => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::crawl;
    use std::cell::RefCell;
    use std::convert::Infallible;
    use std::future::ready;

    fn block_on<F: Future>(future: F) -> F::Output {
        let mut task = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::pin!(future).poll(&mut task) {
            std::task::Poll::Ready(output) => output,
            std::task::Poll::Pending => panic!("the test's work never waits"),
        }
    }

    #[test]
    fn every_item_is_worked_on_once_and_parents_before_their_children() {
        let seen = RefCell::new(Vec::new());
        let done = block_on(crawl([1_u32], 2, |n| {
            seen.borrow_mut().push(n);
            ready(Ok::<_, Infallible>(if n < 4 { vec![n * 2, n * 2 + 1] } else { vec![] }))
        }));
        assert_eq!((done, seen.into_inner()), (Ok(()), vec![1, 2, 3, 4, 5, 6, 7]));
    }

    #[test]
    fn the_first_error_stops_it() {
        let done = block_on(crawl([1, 2, 3], 1, |n| ready(if n == 2 { Err(n) } else { Ok(vec![]) })));
        assert_eq!(done, Err(2));
    }
}
