//! The select list.

use crate::error::SoqlError;
use crate::parser::Parser;
use crate::parser::expressions::Context;
use crate::tree::{FieldGroup, Select, SelectItem, Selected, TypeBranch, TypeOf};
use crate::words::is_reserved;

impl Parser<'_> {
    pub(super) fn select(&mut self) -> Result<Select, SoqlError> {
        if self.is_word_at(0, "COUNT") && self.is_symbol_at(1, "(") && self.is_symbol_at(2, ")") {
            self.at += 3;
            return Ok(Select::Count);
        }
        self.list(Self::select_item).map(Select::Items)
    }

    pub(super) fn select_item(&mut self) -> Result<SelectItem, SoqlError> {
        if self.is_symbol_at(0, "(") {
            let child = self.child()?;
            return Ok(unnamed(Selected::Children(Box::new(child))));
        }
        if self.is_word_at(0, "TYPEOF") && self.word_at(1).is_some_and(|word| !is_reserved(word)) {
            self.at += 1;
            return self.type_of().map(|type_of| unnamed(Selected::TypeOf(type_of)));
        }
        if self.take_function("FIELDS") {
            return self.field_group().map(|group| unnamed(Selected::Fields(group)));
        }
        let expression = self.expression(Context::Select)?;
        Ok(SelectItem { selected: Selected::Expression(expression), alias: self.alias() })
    }

    fn field_group(&mut self) -> Result<FieldGroup, SoqlError> {
        let groups = [FieldGroup::All, FieldGroup::Standard, FieldGroup::Custom];
        let group = groups.into_iter().find(|group| self.is_word_at(0, group.as_str()));
        let group = group.ok_or_else(|| self.unexpected())?;
        self.at += 1;
        self.expect_symbol(")")?;
        Ok(group)
    }

    fn type_of(&mut self) -> Result<TypeOf, SoqlError> {
        let relationship = self.name()?;
        let mut branches = Vec::new();
        while self.take_word("WHEN") {
            let object = self.name()?;
            self.expect_word("THEN")?;
            branches.push(TypeBranch { object, fields: self.list(Self::path)? });
        }
        let otherwise = if self.take_word("ELSE") { self.list(Self::path)? } else { Vec::new() };
        if branches.is_empty() && otherwise.is_empty() {
            return Err(self.unexpected());
        }
        self.expect_word("END")?;
        Ok(TypeOf { relationship, branches, otherwise })
    }
}

fn unnamed(selected: Selected) -> SelectItem {
    SelectItem { selected, alias: None }
}
