//! How deep each of many things hangs, in as many steps as there are things.
//!
//! Pure. Not here: what hangs below what (`retire`).

/// How many stand above each of `n` things, of which `above` tells the next one, itself among the `n`. Whatever is part of a
/// cycle, or hangs below one, is as deep as all of them together.
pub(super) fn depths(n: usize, above: impl Fn(usize) -> Option<usize>) -> Vec<usize> {
    let mut known: Vec<Option<usize>> = vec![None; n];
    let mut path = Vec::new();
    for start in 0..n {
        let mut next = Some(start);
        while let Some(at) = next
            && let Some(depth @ None) = known.get_mut(at)
        {
            // What is met again before it is known is part of a cycle.
            *depth = Some(n);
            path.push(at);
            next = above(at);
        }
        let end = next.and_then(|at| known.get(at).copied().flatten());
        let mut depth_of_next = end.map_or(0, |depth| depth.saturating_add(1));
        while let Some(at) = path.pop() {
            if let Some(depth) = known.get_mut(at) {
                *depth = Some(depth_of_next.min(n));
            }
            depth_of_next = depth_of_next.saturating_add(1);
        }
    }
    known.into_iter().map(Option::unwrap_or_default).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[track_caller]
    fn check(above: &[Option<usize>], expected: &[usize]) {
        assert_eq!(depths(above.len(), |at| above[at]), expected, "{above:?}");
    }

    #[test]
    fn whatever_has_nothing_above_it_is_at_the_top() {
        check(&[], &[]);
        check(&[None, None], &[0, 0]);
    }

    #[test]
    fn a_tree_is_counted_from_its_top_in_whatever_order_it_comes() {
        check(&[None, Some(0), Some(1), Some(0)], &[0, 1, 2, 1]);
        check(&[Some(1), Some(2), None, Some(1)], &[2, 1, 0, 2]);
    }

    #[test]
    fn a_cycle_and_all_below_it_is_as_deep_as_all_together() {
        check(&[Some(0)], &[1]);
        check(&[Some(1), Some(0), Some(1), Some(2), None], &[5, 5, 5, 5, 0]);
        check(&[Some(3), Some(0), Some(1), Some(2)], &[4; 4]);
    }

    #[test]
    fn forty_thousand_in_a_chain_or_in_a_ring_take_a_step_each() {
        const N: usize = 40_000;
        type Above = fn(usize) -> Option<usize>;
        let below: Above = |at| at.checked_sub(1);
        let above: Above = |at| Some(at + 1).filter(|above| *above < N);
        let ring: Above = |at| Some((at + 1) % N);
        for (chain, depth_of_first) in [(below, 0), (above, N - 1), (ring, N)] {
            let n_steps = Cell::new(0_usize);
            let depths = depths(N, |at| {
                n_steps.set(n_steps.get() + 1);
                chain(at)
            });
            assert_eq!((n_steps.get(), depths[0]), (N, depth_of_first));
        }
    }
}
