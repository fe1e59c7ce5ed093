//! The words that made-up records are made of.

use crate::chance::draw;

pub(super) const FIRST_NAMES: &[&str] = &[
    "Ada", "Amara", "Anna", "Ben", "Carlos", "Chiara", "Daniel", "Elif", "Emma", "Erik", "Fatima", "Finn", "Grace",
    "Hana", "Hugo", "Ines", "Ivan", "Jamal", "Jonas", "Kaito", "Lars", "Leila", "Lucia", "Maja", "Marco", "Mei",
    "Mila", "Nadia", "Noah", "Olga", "Omar", "Paula", "Priya", "Rosa", "Samuel", "Sofia", "Tariq", "Tom", "Yara",
    "Zoë",
];
pub(super) const LAST_NAMES: &[&str] = &[
    "Abara", "Andersen", "Baker", "Bauer", "Blanc", "Brandt", "Castillo", "Costa", "Demir", "Dubois", "Eriksen",
    "Fischer", "Fontaine", "Garcia", "Greco", "Haddad", "Hansen", "Horvat", "Ibrahim", "Ito", "Jansen", "Kaya",
    "Keller", "Kowalski", "Larsson", "Lehmann", "Lopez", "Marino", "Meyer", "Moreau", "Müller", "Nakamura", "Nilsson",
    "Novak", "O'Brien", "Okafor", "Patel", "Pereira", "Petrov", "Ricci", "Rossi", "Sato", "Schmidt", "Silva", "Singh",
    "Smith", "Tanaka", "Varga", "Weber", "Zhang",
];
pub(super) const COMPANY_FIRSTS: &[&str] = &[
    "Alder",
    "Amber",
    "Beacon",
    "Birch",
    "Blue Harbor",
    "Bright",
    "Cedar",
    "Clearwater",
    "Copper",
    "Crescent",
    "Delta",
    "Elm",
    "Evergreen",
    "Falcon",
    "Granite",
    "Highland",
    "Iron Bridge",
    "Juniper",
    "Keystone",
    "Lakeside",
    "Maple",
    "Meridian",
    "North Star",
    "Oak",
    "Pine",
    "Quarry",
    "Red Kite",
    "River",
    "Silver",
    "Summit",
    "Tidewater",
    "Union",
    "Vale",
    "West Gate",
];
pub(super) const COMPANY_SECONDS: &[&str] = &[
    "Analytics",
    "Brothers",
    "Brokers",
    "Capital",
    "Components",
    "Construction",
    "Dairy",
    "Energy",
    "Foods",
    "Freight",
    "Furniture",
    "Health",
    "Hotels",
    "Insurance",
    "Instruments",
    "Labs",
    "Logistics",
    "Machines",
    "Media",
    "Optics",
    "Paper",
    "Partners",
    "Pharma",
    "Robotics",
    "Software",
    "Textiles",
    "Tools",
    "Travel",
    "Water",
    "Works",
];
pub(super) const COMPANY_FORMS: &[&str] = &["", " Ltd", " GmbH", " Inc.", " & Co.", " AG", " SA"];
/// City, postal code, country.
pub(super) const CITIES: &[(&str, &str, &str)] = &[
    ("Amsterdam", "1012 AB", "Netherlands"),
    ("Austin", "78701", "United States"),
    ("Barcelona", "08001", "Spain"),
    ("Boston", "02108", "United States"),
    ("Cape Town", "8001", "South Africa"),
    ("Copenhagen", "1050", "Denmark"),
    ("Dublin", "D02 X285", "Ireland"),
    ("Hamburg", "20095", "Germany"),
    ("Lagos", "100001", "Nigeria"),
    ("Lisbon", "1100-148", "Portugal"),
    ("London", "EC1A 1BB", "United Kingdom"),
    ("Lyon", "69001", "France"),
    ("Milan", "20121", "Italy"),
    ("Mumbai", "400001", "India"),
    ("Osaka", "530-0001", "Japan"),
    ("São Paulo", "01000-000", "Brazil"),
    ("Toronto", "M5H 2N2", "Canada"),
    ("Vienna", "1010", "Austria"),
    ("Warsaw", "00-001", "Poland"),
    ("Zürich", "8001", "Switzerland"),
];
pub(super) const STREETS: &[&str] = &[
    "Bridge Street",
    "Chestnut Avenue",
    "Dock Road",
    "Garden Lane",
    "Hill Street",
    "Market Square",
    "Mill Road",
    "Park Avenue",
    "Quay",
    "School Lane",
    "Station Road",
    "Water Street",
];
pub(super) const TITLES: &[&str] = &[
    "Account Manager",
    "Buyer",
    "CEO",
    "CFO",
    "CTO",
    "Data Engineer",
    "Head of Sales",
    "IT Manager",
    "Office Manager",
    "Operations Manager",
    "Product Owner",
    "Purchasing Director",
    "Support Lead",
    "VP Marketing",
];
pub(super) const INDUSTRIES: &[&str] = &[
    "Banking",
    "Biotechnology",
    "Construction",
    "Consulting",
    "Education",
    "Electronics",
    "Energy",
    "Engineering",
    "Finance",
    "Healthcare",
    "Hospitality",
    "Insurance",
    "Manufacturing",
    "Media",
    "Retail",
    "Technology",
    "Transportation",
    "Utilities",
];
pub(super) const ACCOUNT_TYPES: &[&str] =
    &["Prospect", "Customer - Direct", "Customer - Channel", "Technology Partner"];
pub(super) const RATINGS: &[&str] = &["Hot", "Warm", "Cold"];
pub(super) const LEAD_SOURCES: &[&str] = &["Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"];
pub(super) const LEAD_STATUSES: &[&str] = &["Open - Not Contacted", "Working - Contacted", "Closed - Not Converted"];
pub(super) const STAGES: &[&str] = &[
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Perception Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
];
pub(super) const OPPORTUNITY_TYPES: &[&str] =
    &["Existing Customer - Upgrade", "Existing Customer - Replacement", "New Customer"];
pub(super) const DEALS: &[&str] =
    &["renewal", "pilot", "expansion", "first order", "framework contract", "replacement", "upgrade"];
pub(super) const COMPLAINTS: &[&str] = &[
    "Cannot sign in",
    "Delivery is late",
    "Invoice shows the wrong amount",
    "Question about the contract",
    "Report stays empty",
    "Request for a demo",
    "Spare part needed",
    "Unit stops after an hour",
    "Update failed",
    "Wrong article delivered",
];
pub(super) const CASE_STATUSES: &[&str] = &["New", "Working", "Escalated", "Closed"];
pub(super) const CASE_ORIGINS: &[&str] = &["Phone", "Email", "Web"];
pub(super) const PRIORITIES: &[&str] = &["High", "Medium", "Low"];
pub(super) const ERRANDS: &[&str] = &[
    "Call",
    "Send letter",
    "Send quote",
    "Prepare the offer",
    "Ask for feedback",
    "Plan a visit",
    "Check the contract",
    "Follow up after the meeting",
];
pub(super) const TASK_STATUSES: &[&str] =
    &["Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"];
pub(super) const TASK_PRIORITIES: &[&str] = &["High", "Normal", "Low"];

/// Draws the values of one record, each anew.
pub(super) struct Dice {
    seed: u64,
    count: u64,
}

impl Dice {
    /// The dice of the so-manieth record of a kind: the same whatever was drawn for others.
    pub(super) fn new(seed: u64, kind: u64, number: u64) -> Self {
        let mixed =
            seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ (kind << 56) ^ number.wrapping_mul(0x9E6C_63D0_876A_9A75);
        Self { seed: mixed, count: 0 }
    }

    /// A number from 0 up to, not including, `below`.
    pub(super) fn below(&mut self, below: usize) -> usize {
        self.count += 1;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "between 0 and a small number"
        )]
        let drawn = (draw(self.seed, self.count) * below as f64) as usize;
        drawn.min(below.saturating_sub(1))
    }

    pub(super) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Whether something with this chance in a hundred happens.
    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// A telephone number that is reserved for fiction.
    pub(super) fn phone(&mut self) -> String {
        format!("({}) 555-01{:02}", 201 + self.below(700), self.below(100))
    }

    pub(super) fn street(&mut self) -> String {
        format!("{} {}", 1 + self.below(200), self.one(STREETS))
    }
}

/// The words of a name as they stand in an address.
pub(super) fn plain(words: &str) -> String {
    let mut plain = String::new();
    for character in words.chars() {
        match character {
            'ä' | 'ã' | 'á' | 'Ä' => plain.push('a'),
            'ë' | 'é' => plain.push('e'),
            'ö' | 'ó' => plain.push('o'),
            'ü' | 'ú' => plain.push('u'),
            ' ' | '-' if !plain.ends_with('-') => plain.push('-'),
            other if other.is_ascii_alphanumeric() => plain.push(other.to_ascii_lowercase()),
            _ => {}
        }
    }
    plain.trim_matches('-').to_owned()
}
