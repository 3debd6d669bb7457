//! Circles in a graph: all that lead to each other, by Tarjan's way of finding them in one walk.

use std::collections::{BTreeMap, BTreeSet};

/// The circles of two or more, the largest first, each in order.
pub(super) fn circles<N: Clone + Ord>(edges: &BTreeMap<N, BTreeSet<N>>) -> Vec<Vec<N>> {
    let mut walk = Walk { edges, seen: BTreeMap::new(), open: Vec::new(), circles: Vec::new() };
    for node in edges.keys() {
        if !walk.seen.contains_key(node) {
            walk.visit(node);
        }
    }
    walk.circles.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    walk.circles
}

struct Walk<'e, N> {
    edges: &'e BTreeMap<N, BTreeSet<N>>,
    /// When each was seen first; nothing once its circle is closed.
    seen: BTreeMap<&'e N, Option<usize>>,
    open: Vec<&'e N>,
    circles: Vec<Vec<N>>,
}

impl<'e, N: Clone + Ord> Walk<'e, N> {
    /// The earliest that can be reached from here.
    fn visit(&mut self, node: &'e N) -> usize {
        let own = self.seen.len();
        self.seen.insert(node, Some(own));
        let height = self.open.len();
        self.open.push(node);
        let mut earliest = own;
        for next in self.edges.get(node).into_iter().flatten() {
            let reached = match self.seen.get(next) {
                None => Some(self.visit(next)),
                Some(when) => *when,
            };
            earliest = reached.map_or(earliest, |reached| earliest.min(reached));
        }
        if earliest == own {
            self.close(height);
        }
        earliest
    }

    fn close(&mut self, height: usize) {
        let closed = self.open.split_off(height);
        for node in &closed {
            self.seen.insert(node, None);
        }
        if 1 < closed.len() {
            let mut circle: Vec<N> = closed.into_iter().cloned().collect();
            circle.sort();
            self.circles.push(circle);
        }
    }
}
