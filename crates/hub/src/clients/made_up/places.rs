//! Where made-up clients live and what people there are called.
//!
//! Telephone numbers end in two digits that are thrown. Their beginnings are kept free for fiction by: the North American Numbering Plan
//! (555-0100 to 555-0199), Ofcom (01632 960, 020 7946 0, 07700 900), Bundesnetzagentur (030 23125, 040 66969, 069 90009), Arcep
//! (01 99 00, 06 39 98), ACMA (02 5550, 03 7010), PTS (031-390 06, 08-465 004). Clients in countries without such a range have
//! a number in another one, as some people have.

/// A country, as far as a client's data show it.
pub(super) struct Place {
    pub(super) code: &'static str,
    pub(super) country: &'static str,
    pub(super) given: &'static [&'static str],
    pub(super) family: &'static [&'static str],
    /// City, state or province (empty where people do not write one), postal code.
    pub(super) cities: &'static [(&'static str, &'static str, &'static str)],
    pub(super) streets: &'static [&'static str],
    /// How street and house number are written.
    pub(super) street_form: &'static str,
    /// Beginnings of fictional numbers; two digits follow.
    pub(super) phones: &'static [&'static str],
}

const ABROAD: &[&str] = &["+44 7700 9001", "+44 7700 9002", "+1 212 555 01", "+33 6 39 98 70 "];

pub(super) const PLACES: &[Place] = &[
    Place {
        code: "US",
        country: "United States",
        given: &["Mary", "James", "Linda", "Robert", "Alice", "Dwayne", "Grace", "Miguel"],
        family: &["Walker", "Johnson", "Hernandez", "Brooks", "O'Brien", "Van Dyke", "Smith-Jones", "Lee"],
        cities: &[("Springfield", "Oregon", "97475"), ("Austin", "Texas", "78701"), ("Albany", "New York", "12207")],
        streets: &["Main Street", "Oak Avenue", "Lakeview Drive", "2nd Street"],
        street_form: "{number} {street}",
        phones: &["+1 541 555 01", "+1 512 555 01", "(518) 555-01"],
    },
    Place {
        code: "CA",
        country: "Canada",
        given: &["Émilie", "Liam", "Zoé", "Noah", "Chloé", "Owen"],
        family: &["Tremblay", "Côté", "MacLeod", "Singh", "Gagnon", "Wilson"],
        cities: &[
            ("Montréal", "Quebec", "H2X 1Y4"),
            ("Halifax", "Nova Scotia", "B3J 1S9"),
            ("Calgary", "Alberta", "T2P 1J9"),
        ],
        streets: &["rue Sainte-Catherine", "Barrington Street", "Centre Street"],
        street_form: "{number} {street}",
        phones: &["+1 514 555 01", "+1 902 555 01"],
    },
    Place {
        code: "GB",
        country: "United Kingdom",
        given: &["Oliver", "Amelia", "Priya", "Harry", "Siân", "Ewan"],
        family: &["Taylor", "Patel", "Davies", "McDonald", "Wright", "Llewellyn"],
        cities: &[("London", "", "SW1A 2AA"), ("Leeds", "", "LS1 4DY"), ("Cardiff", "", "CF10 1EP")],
        streets: &["High Street", "Station Road", "Church Lane", "The Crescent"],
        street_form: "{number} {street}",
        phones: &["+44 20 7946 00", "+44 1632 9600", "+44 7700 9003"],
    },
    Place {
        code: "DE",
        country: "Germany",
        given: &["Jürgen", "Anna", "Björn", "Käthe", "Ludwig", "Sönke"],
        family: &["Müller", "Schröder", "Weiß", "von der Heide", "Krüger", "Yılmaz"],
        cities: &[
            ("Köln", "Nordrhein-Westfalen", "50667"),
            ("München", "Bayern", "80331"),
            ("Berlin", "Berlin", "10115"),
        ],
        streets: &["Hauptstraße", "Am Grünen Weg", "Bahnhofstraße", "Löwengasse"],
        street_form: "{street} {number}",
        phones: &["+49 30 231250", "+49 40 669690", "+49 69 900090"],
    },
    Place {
        code: "FR",
        country: "France",
        given: &["Hélène", "François", "Anaïs", "Mathieu", "Cœline"],
        family: &["Lefèvre", "Dupont", "Garçon", "d'Aubigné", "Noël"],
        cities: &[("Paris", "", "75011"), ("Saint-Étienne", "", "42000"), ("Nîmes", "", "30000")],
        streets: &["rue de l'Église", "avenue Victor-Hugo", "boulevard des Alliés"],
        street_form: "{number} {street}",
        phones: &["+33 1 99 00 12 ", "+33 6 39 98 54 "],
    },
    Place {
        code: "SE",
        country: "Sweden",
        given: &["Åsa", "Björn", "Märta", "Örjan", "Elin"],
        family: &["Lindström", "Åkesson", "Öberg", "Nilsson", "Sjögren"],
        cities: &[("Göteborg", "", "411 03"), ("Malmö", "", "211 20"), ("Västerås", "", "722 11")],
        streets: &["Storgatan", "Ängsvägen", "Kyrkogatan"],
        street_form: "{street} {number}",
        phones: &["+46 31 390 06 ", "+46 8 465 004 "],
    },
    Place {
        code: "AU",
        country: "Australia",
        given: &["Jack", "Matilda", "Lachlan", "Mei", "Kirra"],
        family: &["Thompson", "Nguyen", "Kelly", "Papadopoulos", "Ryan"],
        cities: &[
            ("Sydney", "New South Wales", "2000"),
            ("Geelong", "Victoria", "3220"),
            ("Hobart", "Tasmania", "7000"),
        ],
        streets: &["George Street", "Banksia Court", "Esplanade"],
        street_form: "Unit 2/{number} {street}",
        phones: &["+61 2 5550 10", "+61 3 7010 20"],
    },
    Place {
        code: "PL",
        country: "Poland",
        given: &["Łukasz", "Małgorzata", "Żaneta", "Wojciech"],
        family: &["Wójcik", "Kowalska", "Dąbrowski", "Szczęsny"],
        cities: &[("Łódź", "", "90-001"), ("Kraków", "", "31-002"), ("Gdańsk", "", "80-831")],
        streets: &["ul. Piotrkowska", "ul. Długa", "al. Róż"],
        street_form: "{street} {number}",
        phones: ABROAD,
    },
    Place {
        code: "GR",
        country: "Greece",
        given: &["Ελένη", "Γιώργος", "Κατερίνα", "Νίκος"],
        family: &["Παπαδόπουλος", "Οικονόμου", "Δημητρίου", "Γεωργίου"],
        cities: &[("Αθήνα", "", "105 57"), ("Θεσσαλονίκη", "", "546 24")],
        streets: &["Ερμού", "Τσιμισκή", "Πανεπιστημίου"],
        street_form: "{street} {number}",
        phones: ABROAD,
    },
    Place {
        code: "UA",
        country: "Ukraine",
        given: &["Олена", "Тарас", "Ївга", "Соломія"],
        family: &["Шевченко", "Коваленко", "Ґудзь", "Бойко"],
        cities: &[("Київ", "", "01001"), ("Львів", "", "79000")],
        streets: &["вулиця Хрещатик", "вулиця Франка"],
        street_form: "{street}, {number}",
        phones: ABROAD,
    },
    Place {
        code: "JP",
        country: "Japan",
        given: &["陽子", "健太", "さくら", "大輔"],
        family: &["佐藤", "鈴木", "髙橋", "渡邊"],
        cities: &[("渋谷区", "東京都", "150-0002"), ("京都市", "京都府", "604-8006")],
        streets: &["渋谷二丁目", "中央町"],
        street_form: "{street}{number}番",
        phones: ABROAD,
    },
    Place {
        code: "AE",
        country: "United Arab Emirates",
        given: &["فاطمة", "محمد", "نورة", "أحمد"],
        family: &["الهاشمي", "المنصوري", "السويدي"],
        cities: &[("دبي", "دبي", "00000"), ("Abu Dhabi", "Abu Dhabi", "00000")],
        streets: &["شارع الشيخ زايد", "Corniche Road"],
        street_form: "{street} {number}",
        phones: ABROAD,
    },
    Place {
        code: "IN",
        country: "India",
        given: &["Aarav", "अनन्या", "Lakshmi", "राहुल"],
        family: &["Sharma", "शर्मा", "Iyer", "पटेल"],
        cities: &[("Mumbai", "Maharashtra", "400001"), ("चेन्नई", "Tamil Nadu", "600001")],
        streets: &["Mahatma Gandhi Road", "Temple Street"],
        street_form: "{number}, {street}",
        phones: ABROAD,
    },
    Place {
        code: "BR",
        country: "Brazil",
        given: &["João", "Conceição", "Thaís", "Luiz"],
        family: &["da Silva", "Gonçalves", "Araújo", "Müller"],
        cities: &[("São Paulo", "São Paulo", "01310-100"), ("Florianópolis", "Santa Catarina", "88010-400")],
        streets: &["Avenida Paulista", "Rua das Flores", "Travessa São João"],
        street_form: "{street}, {number}",
        phones: ABROAD,
    },
];
