//! Reading values out of Arrow columns.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, NaiveDate};
use salesbridge_connector_kit::FieldValue;

/// Whether values of this type can be read at all.
pub(crate) fn is_readable(kind: &DataType) -> bool {
    kind.is_integer()
        || matches!(
            kind,
            DataType::Utf8
                | DataType::LargeUtf8
                | DataType::Boolean
                | DataType::Float32
                | DataType::Float64
                | DataType::Date32
                | DataType::Timestamp(..)
        )
}

/// The value of one row, or `None` when there is none. A text of nothing but blanks counts as none (F3).
pub(crate) fn value_at(column: &ArrayRef, row: usize) -> Option<FieldValue> {
    if column.is_null(row) {
        return None;
    }
    match column.data_type() {
        DataType::Utf8 => text(column.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => text(column.as_string::<i64>().value(row)),
        DataType::Boolean => Some(FieldValue::Boolean(column.as_boolean().value(row))),
        DataType::Int8 => Some(FieldValue::Integer(column.as_primitive::<Int8Type>().value(row).into())),
        DataType::Int16 => Some(FieldValue::Integer(column.as_primitive::<Int16Type>().value(row).into())),
        DataType::Int32 => Some(FieldValue::Integer(column.as_primitive::<Int32Type>().value(row).into())),
        DataType::Int64 => Some(FieldValue::Integer(column.as_primitive::<Int64Type>().value(row))),
        DataType::UInt8 => Some(FieldValue::Integer(column.as_primitive::<UInt8Type>().value(row).into())),
        DataType::UInt16 => Some(FieldValue::Integer(column.as_primitive::<UInt16Type>().value(row).into())),
        DataType::UInt32 => Some(FieldValue::Integer(column.as_primitive::<UInt32Type>().value(row).into())),
        DataType::UInt64 => Some(large(column.as_primitive::<UInt64Type>().value(row))),
        DataType::Float32 => Some(FieldValue::Decimal(column.as_primitive::<Float32Type>().value(row).into())),
        DataType::Float64 => Some(FieldValue::Decimal(column.as_primitive::<Float64Type>().value(row))),
        DataType::Date32 => day(column.as_primitive::<Date32Type>().value(row)),
        DataType::Timestamp(unit, _) => instant(column, unit, row),
        _ => None,
    }
}

fn text(text: &str) -> Option<FieldValue> {
    (!text.trim().is_empty()).then(|| FieldValue::Text(text.to_owned()))
}

fn large(number: u64) -> FieldValue {
    i64::try_from(number).map_or_else(|_| FieldValue::Text(number.to_string()), FieldValue::Integer)
}

fn day(days_since_1970: i32) -> Option<FieldValue> {
    NaiveDate::from_epoch_days(days_since_1970).map(FieldValue::Date)
}

fn instant(column: &ArrayRef, unit: &TimeUnit, row: usize) -> Option<FieldValue> {
    let instant = match unit {
        TimeUnit::Second => DateTime::from_timestamp(column.as_primitive::<TimestampSecondType>().value(row), 0),
        TimeUnit::Millisecond => {
            DateTime::from_timestamp_millis(column.as_primitive::<TimestampMillisecondType>().value(row))
        }
        TimeUnit::Microsecond => {
            DateTime::from_timestamp_micros(column.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        TimeUnit::Nanosecond => {
            Some(DateTime::from_timestamp_nanos(column.as_primitive::<TimestampNanosecondType>().value(row)))
        }
    };
    instant.map(FieldValue::Instant)
}
