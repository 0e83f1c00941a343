//! What is kept apart is bounded, and does not depend on the order of records or on the number of threads.

use crate::support::run;
use ddscope::evidence::{Call, Evidence};
use ddscope::trace::{Options, Summary};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A route for every method and path.
fn exactly(method: &str, url: &str) -> Option<usize> {
    let mut hasher = DefaultHasher::new();
    (method, url).hash(&mut hasher);
    Some(hasher.finish() as usize)
}

fn known() -> Options<'static> {
    Options { canonical: &exactly, ..Options::plain() }
}

/// A word for a number.
fn word(mut number: usize) -> String {
    let mut word = String::from("z");
    loop {
        word.push(char::from(b'k' + (number % 10) as u8));
        number /= 10;
        if number == 0 {
            return word;
        }
    }
}

/// An archive in which each of so many keys asks for each of so many paths, `step` records apart.
fn archive(keys: usize, paths: usize, step: usize) -> String {
    let all = keys * paths;
    let line = |number: usize| {
        let (key, path, status) =
            (number / paths, word(number % paths), if number.is_multiple_of(7) { 403 } else { 200 });
        format!(
            "{{\"source\":\"audit\",\"attributes\":{{\"http\":{{\"method\":\"GET\",\"status_code\":{status},\"url_details\":{{\"path\":\"/api/v2/{path}\"}}}},\"auth_method\":\"API_AND_APP_KEY\",\"metadata\":{{\"application_key\":{{\"id\":\"key-{key}\"}}}}}}}}\n"
        )
    };
    (0..all).map(|at| line(at * step % all)).collect()
}

fn with_threads(threads: usize, text: &str, options: &Options<'_>) -> (Vec<Evidence>, Summary) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| run("archive.json", text.as_bytes(), options))
}

/// Requests by method, address, status and actor.
fn counts(evidence: &[Evidence]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for one in evidence {
        let Call::Http { method, url, .. } = &one.call else { panic!("{one:?}") };
        let seen = one.observed.as_deref().expect("observed");
        let actor = seen.actor.as_ref().map(|actor| &actor.id);
        *counts.entry(format!("{method:?} {url} {:?} {actor:?}", seen.status)).or_default() += seen.count;
    }
    counts
}

#[test]
fn the_same_is_kept_whatever_the_order_and_the_threads() {
    let (keys, paths) = (200, 80);
    let text = archive(keys, paths, 1);
    let (evidence, summary) = with_threads(1, &text, &known());
    assert_eq!(with_threads(3, &text, &known()), (evidence.clone(), summary.clone()));
    let kept = counts(&evidence);
    let (other, told) = with_threads(2, &archive(keys, paths, 7_919), &known());
    assert_eq!((counts(&other), &told.notes), (kept.clone(), &summary.notes));
    assert_eq!((summary.requests, kept.values().sum::<u64>()), (16_000, 16_000));
}

#[test]
fn what_is_told_apart_by_actor_is_told_in_full() {
    let (keys, paths) = (200, 80);
    let (evidence, summary) = with_threads(2, &archive(keys, paths, 1), &known());
    let actors = |one: &Evidence| one.observed.as_deref().and_then(|seen| seen.actor.as_ref()).map(|it| it.id.clone());
    let mut groups: BTreeMap<_, usize> = BTreeMap::new();
    evidence.iter().filter_map(actors).for_each(|actor| *groups.entry(actor).or_default() += 1);
    assert_eq!(groups.values().sum::<usize>(), 12_000);
    // all of a key or nothing, but for the one at the limit
    let partial = groups.values().filter(|&&of_one| of_one < paths).count();
    assert!(partial <= 1, "{groups:?}");
    assert_eq!(summary.notes.len(), 1, "{summary:?}");
    assert_eq!(summary.notes[0].count, 4_000);
    assert_eq!(summary.problems, []);
}

#[test]
fn unknown_requests_beyond_the_limit_are_counted_and_said() {
    let line = |number: usize| {
        let word = word(number);
        format!("api.datadoghq.com:443 - - [03/Jul/2026:10:11:12 +0000] \"GET /api/v2/{word} HTTP/1.1\" 200 1\n")
    };
    let texts = [(0..14_000).map(line).collect::<String>(), (0..14_000).rev().map(line).collect()];
    let listed = texts.map(|text| {
        let (evidence, summary) = run("a.log", text.as_bytes(), &Options::plain());
        assert_eq!(summary.requests, 10_000);
        let problems: Vec<&str> = summary.problems.iter().map(|problem| problem.what.as_str()).collect();
        assert_eq!(
            problems,
            ["4000 requests are not listed: there are more than 10000 different unknown ones or 8000 known ones"]
        );
        counts(&evidence).into_keys().collect::<BTreeSet<String>>()
    });
    assert_eq!(listed[0], listed[1]);
}

#[test]
fn invented_methods_and_values_are_bounded_too() {
    let text: String = (0..14_000)
        .map(|number| {
            let method = word(number).to_uppercase();
            format!("api.datadoghq.com:443 - - [03/Jul/2026:10:11:12 +0000] \"{method} /api/v2/x HTTP/1.1\" 200 1\n")
        })
        .collect();
    for (options, most) in [(Options::plain(), 10_000), (known(), 8_000)] {
        let (evidence, summary) = run("a.log", text.as_bytes(), &options);
        assert_eq!((evidence.len(), summary.requests), (most, most as u64));
        assert_eq!(summary.problems.len(), 1, "{summary:?}");
    }
}
