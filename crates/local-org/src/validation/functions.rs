//! The functions there are: their names and how many values each takes. Refuses to know what they do.

/// A function of the published set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    And,
    Begins,
    BlankValue,
    Case,
    Ceiling,
    Contains,
    Date,
    DateValue,
    Day,
    Find,
    Floor,
    If,
    Includes,
    IsBlank,
    IsChanged,
    IsNew,
    IsNumber,
    IsPickVal,
    Left,
    Len,
    Lower,
    Max,
    Mid,
    Min,
    Mod,
    Month,
    Not,
    Now,
    Or,
    PriorValue,
    Regex,
    Right,
    Round,
    Substitute,
    Text,
    Today,
    Trim,
    Upper,
    Value,
    Year,
}

/// As many as one likes.
const MANY: usize = usize::MAX;

/// Name, function, fewest and most values. Formulas of Salesforce have two names for one thing here and there.
const FUNCTIONS: [(&str, Function, usize, usize); 42] = [
    ("ABS", Function::Abs, 1, 1),
    ("AND", Function::And, 1, MANY),
    ("BEGINS", Function::Begins, 2, 2),
    ("BLANKVALUE", Function::BlankValue, 2, 2),
    ("CASE", Function::Case, 4, MANY),
    ("CEILING", Function::Ceiling, 1, 1),
    ("CONTAINS", Function::Contains, 2, 2),
    ("DATE", Function::Date, 3, 3),
    ("DATEVALUE", Function::DateValue, 1, 1),
    ("DAY", Function::Day, 1, 1),
    ("FIND", Function::Find, 2, 3),
    ("FLOOR", Function::Floor, 1, 1),
    ("IF", Function::If, 3, 3),
    ("INCLUDES", Function::Includes, 2, 2),
    ("ISBLANK", Function::IsBlank, 1, 1),
    ("ISCHANGED", Function::IsChanged, 1, 1),
    ("ISNEW", Function::IsNew, 0, 0),
    ("ISNULL", Function::IsBlank, 1, 1),
    ("ISNUMBER", Function::IsNumber, 1, 1),
    ("ISPICKVAL", Function::IsPickVal, 2, 2),
    ("LEFT", Function::Left, 2, 2),
    ("LEN", Function::Len, 1, 1),
    ("LOWER", Function::Lower, 1, 2),
    ("MAX", Function::Max, 1, MANY),
    ("MID", Function::Mid, 3, 3),
    ("MIN", Function::Min, 1, MANY),
    ("MOD", Function::Mod, 2, 2),
    ("MONTH", Function::Month, 1, 1),
    ("NOT", Function::Not, 1, 1),
    ("NOW", Function::Now, 0, 0),
    ("OR", Function::Or, 1, MANY),
    ("PRIORVALUE", Function::PriorValue, 1, 1),
    ("REGEX", Function::Regex, 2, 2),
    ("RIGHT", Function::Right, 2, 2),
    ("ROUND", Function::Round, 2, 2),
    ("SUBSTITUTE", Function::Substitute, 3, 3),
    ("TEXT", Function::Text, 1, 1),
    ("TODAY", Function::Today, 0, 0),
    ("TRIM", Function::Trim, 1, 1),
    ("UPPER", Function::Upper, 1, 2),
    ("VALUE", Function::Value, 1, 1),
    ("YEAR", Function::Year, 1, 1),
];

impl Function {
    /// The function with this name, in any case.
    pub(super) fn named(name: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)).map(|(_, function, ..)| *function)
    }

    pub(super) fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|(_, known, ..)| *known == self).map_or("", |(name, ..)| name)
    }

    /// Refuses a call with too few or too many values. `CASE` takes pairs between the value it looks at and the last resort.
    pub(super) fn check_count(self, given: usize) -> Result<(), String> {
        let (_, _, fewest, most) =
            FUNCTIONS.iter().find(|(_, known, ..)| *known == self).copied().unwrap_or(("", self, 0, MANY));
        let fits = (fewest..=most).contains(&given) && (self != Self::Case || given.is_multiple_of(2));
        if fits {
            return Ok(());
        }
        let expected = if given < fewest || most == MANY { fewest } else { most };
        let name = self.name();
        Err(format!("Incorrect number of parameters for function '{name}()'. Expected {expected}, received {given}"))
    }
}
