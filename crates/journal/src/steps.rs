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
    /// Everything is on the other side, which has not been told to act on it. Only jobs come by here.
    AfterUpload,
    /// The other side has acted; its answer has not been read.
    AfterSend,
    /// The other side works on the write. Only jobs come by here.
    WhileWaiting,
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
    pub const ALL: [Step; 10] = [
        Step::BeforeJournal,
        Step::AfterJournal,
        Step::BeforeSend,
        Step::AfterUpload,
        Step::AfterSend,
        Step::WhileWaiting,
        Step::BeforeAnswer,
        Step::AfterAnswer,
        Step::BeforeSettle,
        Step::AfterSettle,
    ];

    /// Whether only jobs come by here.
    pub fn is_of_jobs(self) -> bool {
        matches!(self, Step::AfterUpload | Step::WhileWaiting)
    }

    /// Its name, such as `after-send`.
    pub fn name(self) -> &'static str {
        match self {
            Step::BeforeJournal => "before-journal",
            Step::AfterJournal => "after-journal",
            Step::BeforeSend => "before-send",
            Step::AfterUpload => "after-upload",
            Step::AfterSend => "after-send",
            Step::WhileWaiting => "while-waiting",
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
