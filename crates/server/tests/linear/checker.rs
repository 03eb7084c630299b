//! The checker: could these calls have taken effect one after the other, each between its beginning and its answer?
//!
//! Promises: the search of Wing and Gong with Lowe's memo: no two ways that lead to the same state with the same calls
//! done are followed. A call without an answer may take effect at any time after its beginning, or never.
//! Linearizability is local: who checks each object alone has checked all of them. Must not know what the calls mean.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

/// Configurations looked at before the search gives up: far more than any history here needs.
const CONFIGURATIONS_MAX: usize = 3_000_000;

/// A sequential object: what it answers, one call after the other.
pub(crate) trait Object: Clone + Eq + Hash + Debug {
    type Request: Debug;
    type Answer: PartialEq + Debug;

    /// Does what is asked and answers.
    fn apply(&mut self, request: &Self::Request) -> Self::Answer;

    /// Whether a request changes nothing, whatever the state.
    fn only_looks(request: &Self::Request) -> bool;

    /// Whether a request that was done changes nothing when it is done once more, whatever comes between.
    fn is_done_once(_: &Self::Request) -> bool {
        false
    }
}

/// One call of a history. Times are nanoseconds on one clock.
#[derive(Clone, Debug)]
pub(crate) struct Call<Q, A> {
    pub(crate) begun: u64,
    pub(crate) request: Q,
    /// When the answer was there and what it was; `None` if it never came.
    pub(crate) answer: Option<(u64, A)>,
}

/// A history of one object.
pub(crate) type History<O> = Vec<Call<<O as Object>::Request, <O as Object>::Answer>>;

/// What the checker found.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// There is such an order; it was found after looking at so many configurations.
    Linearizable { configurations: usize },
    /// There is none. How far the best attempt came and what could not follow it.
    Violation(String),
    /// It is unknown.
    GaveUp,
}

impl Verdict {
    pub(crate) fn is_linearizable(&self) -> bool {
        matches!(self, Self::Linearizable { .. })
    }

    pub(crate) fn is_violation(&self) -> bool {
        matches!(self, Self::Violation(_))
    }
}

/// Checks a history of an object that began like this.
pub(crate) fn check<O: Object>(start: &O, history: &[Call<O::Request, O::Answer>]) -> Verdict {
    Search::new(history).run(start)
}

/// The calls in order of their beginnings, those with an answer first; and which of them are done.
struct Search<'h, O: Object> {
    calls: Vec<&'h Call<O::Request, O::Answer>>,
    answered: usize,
    done: Vec<u64>,
    /// Calls with an answer that are done.
    count: usize,
    /// All calls with an answer before this one are done.
    low: usize,
    seen: HashSet<(usize, Box<[u64]>, O)>,
}

/// A configuration that was reached, and the ways on from it, the most promising last.
struct Frame<O> {
    by: Option<usize>,
    low: usize,
    ways: Vec<(usize, O)>,
}

impl<'h, O: Object> Search<'h, O> {
    fn new(history: &'h [Call<O::Request, O::Answer>]) -> Self {
        let mut calls: Vec<_> = history.iter().collect();
        calls.sort_by_key(|call| (call.answer.is_none(), call.begun));
        let answered = calls.iter().filter(|call| call.answer.is_some()).count();
        let done = vec![0; calls.len().div_ceil(64)];
        Self { calls, answered, done, count: 0, low: 0, seen: HashSet::new() }
    }

    fn run(mut self, start: &O) -> Verdict {
        let mut stack = vec![Frame { by: None, low: 0, ways: self.ways(start) }];
        let mut best = (0, self.stuck(start));
        while let Some(frame) = stack.last_mut() {
            if self.count == self.answered {
                return Verdict::Linearizable { configurations: self.seen.len() };
            }
            let Some((index, state)) = frame.ways.pop() else {
                let left = stack.pop().expect("there is a last one");
                left.by.into_iter().for_each(|index| self.undo(index, left.low));
                continue;
            };
            let low = self.low;
            self.mark(index);
            if !self.seen.insert(self.key(&state)) {
                self.undo(index, low);
                continue;
            }
            if self.seen.len() > CONFIGURATIONS_MAX {
                return Verdict::GaveUp;
            }
            if self.count > best.0 {
                best = (self.count, String::new());
            }
            let ways = self.ways(&state);
            if ways.is_empty() && self.count == best.0 {
                best.1 = self.stuck(&state);
            }
            stack.push(Frame { by: Some(index), low, ways });
        }
        Verdict::Violation(best.1)
    }

    /// Every call that may be the next one and agrees with what was answered.
    fn ways(&self, state: &O) -> Vec<(usize, O)> {
        let mut ways = Vec::new();
        for index in self.open() {
            let call = self.calls[index];
            let mut next = state.clone();
            let answer = next.apply(&call.request);
            match &call.answer {
                Some((_, told)) if *told != answer => {}
                // It is right just now and moves nothing that follows: there is no better place for it.
                Some(_) if O::only_looks(&call.request) => return vec![(index, next)],
                // Without an answer and without an effect is as good as never.
                None if next == *state => {}
                _ => ways.push((index, next)),
            }
        }
        // The call that began first probably came first, and a call that was never answered may well never have come:
        // so the calls are numbered, and the last way is tried first.
        ways.reverse();
        ways
    }

    /// Calls that had begun when the first answer still to come was there.
    fn open(&self) -> Vec<usize> {
        let (mut deadline, mut open) = (u64::MAX, Vec::new());
        for index in self.low..self.answered {
            if self.calls[index].begun > deadline {
                break;
            }
            if !self.is_done(index) {
                deadline = deadline.min(self.end(index));
                open.push(index);
            }
        }
        open.extend((self.answered..self.calls.len()).filter(|index| !self.is_done(*index)));
        open.retain(|index| self.calls[*index].begun <= deadline);
        open
    }

    fn end(&self, index: usize) -> u64 {
        self.calls[index].answer.as_ref().map_or(u64::MAX, |(end, _)| *end)
    }

    fn is_done(&self, index: usize) -> bool {
        self.done[index / 64] & (1 << (index % 64)) != 0
    }

    /// Whether it need not be remembered that a call is done, since the state says so: of many calls without an answer
    /// each would double what has to be looked at.
    fn is_in_state(&self, index: usize) -> bool {
        index >= self.answered && O::is_done_once(&self.calls[index].request)
    }

    fn mark(&mut self, index: usize) {
        if self.is_in_state(index) {
            return;
        }
        self.done[index / 64] |= 1 << (index % 64);
        self.count += usize::from(index < self.answered);
        while self.low < self.answered && self.is_done(self.low) {
            self.low += 1;
        }
    }

    fn undo(&mut self, index: usize, low: usize) {
        if self.is_in_state(index) {
            return;
        }
        self.done[index / 64] &= !(1 << (index % 64));
        self.count -= usize::from(index < self.answered);
        self.low = low;
    }

    /// What makes a configuration: which calls are done, told from the first that is not, and the state.
    fn key(&self, state: &O) -> (usize, Box<[u64]>, O) {
        let first = self.low / 64;
        let last = self.done.iter().rposition(|word| *word != 0).map_or(first, |last| last + 1);
        (self.low, self.done[first.min(last)..last].into(), state.clone())
    }

    fn stuck(&self, state: &O) -> String {
        let calls: Vec<String> = self.open().iter().map(|index| format!("  {:?}", self.calls[*index])).collect();
        format!(
            "after {} of {} calls, with {state:?}, none of these can be next:\n{}",
            self.count,
            self.answered,
            calls.join("\n")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plainest object there is.
    #[derive(Clone, PartialEq, Eq, Hash, Debug)]
    struct Register(i64);

    #[derive(Clone, Copy, Debug)]
    enum Ask {
        Write(i64),
        Read,
    }

    impl Object for Register {
        type Request = Ask;
        type Answer = i64;

        fn apply(&mut self, request: &Ask) -> i64 {
            if let Ask::Write(value) = request {
                self.0 = *value;
            }
            self.0
        }

        fn only_looks(request: &Ask) -> bool {
            matches!(request, Ask::Read)
        }
    }

    fn verdict(calls: &[(u64, Option<u64>, Ask, i64)]) -> Verdict {
        let call = |&(begun, end, request, answer): &(u64, Option<u64>, Ask, i64)| Call {
            begun,
            request,
            answer: end.map(|end| (end, answer)),
        };
        check(&Register(0), &calls.iter().map(call).collect::<Vec<_>>())
    }

    #[test]
    fn calls_at_the_same_time_may_come_in_any_order() {
        use Ask::{Read, Write};
        let calls =
            [(1, Some(9), Write(1), 1), (2, Some(8), Write(2), 2), (3, Some(4), Read, 2), (5, Some(6), Read, 1)];
        assert!(verdict(&calls).is_linearizable());
        let back = [calls[0], calls[1], calls[2], calls[3], (7, Some(8), Read, 2)];
        assert!(verdict(&back).is_violation(), "1 came after 2, and 2 cannot come back");
    }

    #[test]
    fn a_call_without_an_answer_may_come_late_or_never() {
        use Ask::{Read, Write};
        let lost = (1, None, Write(1), 1);
        assert!(verdict(&[lost, (2, Some(3), Read, 0), (4, Some(5), Read, 0)]).is_linearizable());
        assert!(verdict(&[lost, (2, Some(3), Read, 0), (4, Some(5), Read, 1)]).is_linearizable());
        assert!(verdict(&[lost, (2, Some(3), Read, 1), (4, Some(5), Read, 0)]).is_violation());
        assert!(verdict(&[(2, Some(3), Read, 1), (4, None, Write(1), 1)]).is_violation(), "not before it began");
    }
}
