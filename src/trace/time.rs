//! Times as recordings write them, to seconds since 1970. Anything else than the usual spellings is no time.

/// Reads `2026-07-03T10:11:12.345Z`, with a space for the `T`, with a zone offset, or without any (taken as UTC).
pub fn iso(text: &[u8]) -> Option<i64> {
    let mut at = Cursor { text, position: 0 };
    let year = at.number(4)?;
    at.one_of(b"-/")?;
    let month = at.number(2)?;
    at.one_of(b"-/")?;
    let day = at.number(2)?;
    let days = days(year, month, day)?;
    if at.one_of(b"Tt ").is_none() {
        return Some(days * 86_400);
    }
    let seconds = at.clock()?;
    if at.one_of(b".,").is_some() {
        at.digits();
    }
    Some(days * 86_400 + seconds - at.zone().unwrap_or(0))
}

/// Reads the access-log spelling `10/Oct/2026:13:55:36 -0700`.
pub fn common_log(text: &[u8]) -> Option<i64> {
    let mut at = Cursor { text, position: 0 };
    let day = at.number(2)?;
    at.one_of(b"/")?;
    let month = at.month()?;
    at.one_of(b"/")?;
    let year = at.number(4)?;
    at.one_of(b":")?;
    let seconds = at.clock()?;
    at.one_of(b" ");
    Some(days(year, month, day)? * 86_400 + seconds - at.zone().unwrap_or(0))
}

/// Reads a number of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by its size.
pub fn epoch(text: &[u8]) -> Option<i64> {
    let whole = text.split(|&byte| byte == b'.').next()?;
    let number: i64 = std::str::from_utf8(whole).ok()?.parse().ok()?;
    Some(match number {
        0..100_000_000_000 => number,
        100_000_000_000..100_000_000_000_000 => number / 1_000,
        100_000_000_000_000..100_000_000_000_000_000 => number / 1_000_000,
        100_000_000_000_000_000.. => number / 1_000_000_000,
        _ => return None,
    })
}

/// Reads the spelling of mail and HTTP headers, `Fri, 03 Jul 2026 10:11:12 GMT`.
pub fn header(text: &[u8]) -> Option<i64> {
    let mut at = Cursor { text, position: text.iter().position(|byte| byte.is_ascii_digit())? };
    let day = at.number(2)?;
    at.one_of(b" -")?;
    let month = at.month()?;
    at.one_of(b" -")?;
    let year = at.number(4)?;
    at.one_of(b" ")?;
    let seconds = at.clock()?;
    at.one_of(b" ");
    Some(days(year, month, day)? * 86_400 + seconds - at.zone().unwrap_or(0))
}

/// Reads whichever of [`iso`], [`common_log`], [`header`] and [`epoch`] fits.
pub fn any(text: &[u8]) -> Option<i64> {
    match (text.first(), text.get(2), text.get(4)) {
        (Some(b'A'..=b'Z'), ..) => header(text),
        (_, Some(b'/'), _) => common_log(text),
        (_, _, Some(b'-' | b'/')) => iso(text),
        _ => epoch(text),
    }
}

/// Days since 1970-01-01 of a date in the Gregorian calendar (the usual era arithmetic, years from March).
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

struct Cursor<'a> {
    text: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.text.get(self.position..self.position.checked_add(count)?)?;
        self.position += count;
        Some(taken)
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        self.take(digits)?
            .iter()
            .try_fold(0i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    }

    fn month(&mut self) -> Option<i64> {
        let name = self.take(3)?;
        let names: [&[u8]; 12] =
            [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
        Some(names.iter().position(|month| month.eq_ignore_ascii_case(name))? as i64 + 1)
    }

    fn digits(&mut self) {
        while self.text.get(self.position).is_some_and(u8::is_ascii_digit) {
            self.position += 1;
        }
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let byte = *self.text.get(self.position)?;
        wanted.contains(&byte).then(|| self.position += 1).map(|()| byte)
    }

    fn clock(&mut self) -> Option<i64> {
        let hour = self.number(2)?;
        self.one_of(b":")?;
        let minute = self.number(2)?;
        let second = if self.one_of(b":").is_some() { self.number(2)? } else { 0 };
        Some(hour * 3_600 + minute * 60 + second)
    }

    /// The zone's distance from UTC in seconds.
    fn zone(&mut self) -> Option<i64> {
        let sign = if self.one_of(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.number(2)?;
        self.one_of(b":");
        Some(sign * (hours * 3_600 + self.number(2).unwrap_or(0) * 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_moment_agree() {
        let moment = 1_783_073_472;
        for text in
            ["2026-07-03T10:11:12.345Z", "2026-07-03 10:11:12", "2026-07-03T12:11:12+02:00", "2026/07/03 10:11:12"]
        {
            assert_eq!(iso(text.as_bytes()), Some(moment), "{text}");
        }
        assert_eq!(common_log(b"03/Jul/2026:03:11:12 -0700"), Some(moment));
        assert_eq!(any(b"Fri, 03 Jul 2026 10:11:12 GMT"), Some(moment));
        assert_eq!(epoch(b"1783073472"), Some(moment));
        assert_eq!(epoch(b"1783073472345"), Some(moment));
        assert_eq!(epoch(b"1783073472345678"), Some(moment));
        assert_eq!(epoch(b"1783073472345678901"), Some(moment));
        assert_eq!(epoch(b"1783073472.345"), Some(moment));
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in ["", "yesterday", "2026-13-03", "2026-07-", "99999999999999999999"] {
            assert_eq!(any(text.as_bytes()), None, "{text}");
        }
    }
}
