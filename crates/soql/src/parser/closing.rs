//! `WITH`, and the clauses that end a query.

use crate::error::SoqlError;
use crate::parser::Parser;
use crate::tree::{CategoryFilter, CategorySelector, Query, Setting, SettingValue, Value, With};

impl Parser<'_> {
    pub(super) fn with(&mut self) -> Result<Option<With>, SoqlError> {
        if !self.take_word("WITH") {
            return Ok(None);
        }
        for (word, with) in [
            ("SECURITY_ENFORCED", With::SecurityEnforced),
            ("USER_MODE", With::UserMode),
            ("SYSTEM_MODE", With::SystemMode),
        ] {
            if self.take_word(word) {
                return Ok(Some(with));
            }
        }
        if self.take_words(["DATA", "CATEGORY"])? {
            return self.categories().map(|filters| Some(With::DataCategory(filters)));
        }
        self.expect_word("RecordVisibilityContext")?;
        self.settings().map(|settings| Some(With::RecordVisibility(settings)))
    }

    pub(super) fn closing(&mut self, query: &mut Query) -> Result<(), SoqlError> {
        if self.is_word_at(0, "FOR") && !self.is_word_at(1, "UPDATE") {
            self.at += 1;
            self.list(|parser| {
                let is_view = parser.take_word("VIEW");
                query.touches.view |= is_view;
                query.touches.reference |= !is_view;
                if is_view { Ok(()) } else { parser.expect_word("REFERENCE") }
            })?;
        }
        if self.take_word("UPDATE") {
            self.list(|parser| {
                let is_tracking = parser.take_word("TRACKING");
                query.updates.tracking |= is_tracking;
                query.updates.viewstat |= !is_tracking;
                if is_tracking { Ok(()) } else { parser.expect_word("VIEWSTAT") }
            })?;
        }
        if self.take_words(["SET", "OPTIONS"])? {
            query.settings = self.settings()?;
        }
        query.for_update = self.take_words(["FOR", "UPDATE"])?;
        query.all_rows = self.take_words(["ALL", "ROWS"])?;
        Ok(())
    }

    fn categories(&mut self) -> Result<Vec<CategoryFilter>, SoqlError> {
        let mut filters = vec![self.category()?];
        while self.take_word("AND") {
            filters.push(self.category()?);
        }
        Ok(filters)
    }

    fn category(&mut self) -> Result<CategoryFilter, SoqlError> {
        let group = self.name()?;
        let selector = self.word_at(0).and_then(CategorySelector::named).ok_or_else(|| self.unexpected())?;
        self.at += 1;
        let categories = if self.is_symbol_at(0, "(") {
            self.in_parentheses(|parser| parser.list(Self::name))?
        } else {
            vec![self.name()?]
        };
        Ok(CategoryFilter { group, selector, categories })
    }

    fn settings(&mut self) -> Result<Vec<Setting>, SoqlError> {
        self.in_parentheses(|parser| parser.list(Self::setting))
    }

    fn setting(&mut self) -> Result<Setting, SoqlError> {
        let name = self.name()?;
        self.expect_symbol("=")?;
        let at = self.at;
        let value = match self.value()? {
            Value::Number(text) => SettingValue::Number(text),
            Value::Text(text) => SettingValue::Text(text),
            Value::Boolean(flag) => SettingValue::Boolean(flag),
            _ => {
                self.at = at;
                return Err(self.unexpected());
            }
        };
        Ok(Setting { name, value })
    }
}
