//! The steps of one write, by name, so that a test can kill the process at any of them.

/// A step of one write. A process that dies at any of them loses nothing and doubles nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The write is prepared; nothing is stored.
    BeforeJournal,
    /// The intent is stored; nothing has left.
    AfterJournal,
    /// The request is about to leave.
    BeforeSend,
    /// The other side has acted; its answer has not been read.
    AfterSend,
    /// The whole answer is here, unread.
    BeforeAnswer,
    /// The answer is judged row by row; nothing of it is stored.
    AfterAnswer,
    /// The settlement is about to be stored.
    BeforeSettle,
    /// The settlement is stored.
    AfterSettle,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Step; 8] = [
        Step::BeforeJournal,
        Step::AfterJournal,
        Step::BeforeSend,
        Step::AfterSend,
        Step::BeforeAnswer,
        Step::AfterAnswer,
        Step::BeforeSettle,
        Step::AfterSettle,
    ];

    /// Its name, such as `after-send`.
    pub fn name(self) -> &'static str {
        match self {
            Step::BeforeJournal => "before-journal",
            Step::AfterJournal => "after-journal",
            Step::BeforeSend => "before-send",
            Step::AfterSend => "after-send",
            Step::BeforeAnswer => "before-answer",
            Step::AfterAnswer => "after-answer",
            Step::BeforeSettle => "before-settle",
            Step::AfterSettle => "after-settle",
        }
    }
}

/// Is told which step a write has reached. Must return at once, or never.
pub trait Steps: Send + Sync {
    /// The write is at this step.
    fn reached(&self, step: Step);
}

/// Looks the other way: production.
pub struct Unobserved;

impl Steps for Unobserved {
    fn reached(&self, _: Step) {}
}
