//! Which threads meet at each node, in compressed rows: what forces and measures are gathered by.

/// The threads at each node. Entry `2 t` says "end 0 of thread t is here", `2 t + 1` "end 1".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incidence {
    /// Row `i` is `entries[starts[i] .. starts[i + 1]]`; one more element than nodes.
    pub starts: Vec<u32>,
    /// In the order of the threads within each row.
    pub entries: Vec<u32>,
}

impl Incidence {
    /// Counts, then fills: two passes over the threads. Ends must be below `nodes`.
    pub fn new(nodes: usize, ends: &[[u32; 2]]) -> Self {
        let mut starts = vec![0_u32; nodes + 1];
        for pair in ends {
            for &end in pair {
                starts[end as usize + 1] += 1;
            }
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut entries = vec![0_u32; 2 * ends.len()];
        for (thread, pair) in ends.iter().enumerate() {
            for (side, &end) in pair.iter().enumerate() {
                entries[next[end as usize] as usize] = (2 * thread + side) as u32;
                next[end as usize] += 1;
            }
        }
        Self { starts, entries }
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Entries of node `node`.
    pub fn row(&self, node: usize) -> &[u32] {
        &self.entries[self.starts[node] as usize..self.starts[node + 1] as usize]
    }

    /// The nodes at the other end of the threads of `node`, in thread order, repeats included.
    pub fn neighbours<'a>(
        &'a self,
        node: usize,
        ends: &'a [[u32; 2]],
    ) -> impl Iterator<Item = u32> + 'a {
        self.row(node)
            .iter()
            .map(move |&entry| other_end(entry, ends))
    }
}

/// The node at the far end of an incidence entry.
pub fn other_end(entry: u32, ends: &[[u32; 2]]) -> u32 {
    ends[(entry / 2) as usize][1 - (entry % 2) as usize]
}

/// Component number of each node, numbered from 0 by their first nodes; only threads for which
/// `alive` is true connect.
pub fn components(nodes: usize, ends: &[[u32; 2]], alive: impl Fn(usize) -> bool) -> Vec<u32> {
    let incidence = Incidence::new(nodes, ends);
    let mut component = vec![u32::MAX; nodes];
    let mut count = 0;
    let mut stack = Vec::new();
    for first in 0..nodes {
        if component[first] != u32::MAX {
            continue;
        }
        component[first] = count;
        stack.push(first as u32);
        while let Some(node) = stack.pop() {
            for &entry in incidence.row(node as usize) {
                let next = other_end(entry, ends) as usize;
                if component[next] == u32::MAX && alive((entry / 2) as usize) {
                    component[next] = count;
                    stack.push(next as u32);
                }
            }
        }
        count += 1;
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_stands_in_the_rows_of_both_its_ends() {
        let ends = [[0, 1], [1, 2], [3, 1]];
        let incidence = Incidence::new(5, &ends);
        assert_eq!(incidence.row(1), [1, 2, 5]);
        assert_eq!(
            incidence.neighbours(1, &ends).collect::<Vec<_>>(),
            [0, 2, 3]
        );
        assert!(incidence.row(4).is_empty());
    }

    #[test]
    fn a_cut_thread_parts_its_component() {
        let ends = [[0, 1], [1, 2], [3, 4]];
        assert_eq!(components(5, &ends, |_| true), [0, 0, 0, 1, 1]);
        assert_eq!(components(5, &ends, |t| t != 1), [0, 0, 1, 2, 2]);
    }
}
