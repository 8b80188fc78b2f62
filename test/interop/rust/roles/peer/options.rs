// `--name value` and `--flag`, in any order; a name may come several times.

use ockam::Route;
use std::time::Duration;

pub struct Options(Vec<(String, Option<String>)>);

impl Options {
    /// @param names  what is known; a name that ends in `=` has a value
    pub fn parse(names: &[&str]) -> Options {
        let mut given = Vec::new();
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let name = word.trim_start_matches("--").to_string();
            let with_value = format!("{name}=");
            if names.contains(&with_value.as_str()) {
                let value = words
                    .next()
                    .unwrap_or_else(|| refuse(&word, "needs a value"));
                given.push((name, Some(value)));
            } else if names.contains(&name.as_str()) {
                given.push((name, None));
            } else {
                refuse(
                    &word,
                    &format!("is unknown; there are: {}", names.join(" ")),
                );
            }
        }
        Options(given)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }

    pub fn all(&self, name: &str) -> Vec<String> {
        let of_that_name = self.0.iter().filter(|(given, _)| given == name);
        of_that_name
            .filter_map(|(_, value)| value.clone())
            .collect()
    }

    pub fn text(&self, name: &str, otherwise: &str) -> String {
        self.all(name)
            .pop()
            .unwrap_or_else(|| otherwise.to_string())
    }

    pub fn number(&self, name: &str, otherwise: usize) -> usize {
        match self.all(name).pop() {
            None => otherwise,
            Some(text) => match text.parse() {
                Ok(number) => number,
                Err(_) => refuse(&format!("--{name} {text}"), "is no number"),
            },
        }
    }

    pub fn time_limit(&self) -> Duration {
        Duration::from_millis(self.number("limit-ms", 20_000) as u64)
    }
}

/// `a,b,c` as a route.
pub fn hops(text: &str) -> Route {
    Route::create(text.split(',').filter(|each| !each.is_empty()).collect())
}

fn refuse(word: &str, why: &str) -> ! {
    eprintln!("error: {word} {why}");
    std::process::exit(2);
}
