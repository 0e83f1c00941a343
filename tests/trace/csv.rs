//! The Audit Trail as CSV, whose labels and separators people and spreadsheets choose.

use crate::support::{fixture, run, show};
use ddscope::trace::Options;

fn read(text: &str) -> (Vec<String>, ddscope::trace::Summary) {
    let (evidence, summary) = run("audit.csv", text.as_bytes(), &Options::plain());
    let actors = evidence.iter().filter_map(|one| one.observed.as_deref()?.actor.clone());
    (actors.map(|actor| format!("{} {}", actor.kind, actor.id)).collect(), summary)
}

#[test]
fn labels_are_told_by_their_words_and_that_is_said() {
    let text = "Date;HTTP Method;Request URL Path;HTTP Status;Auth Method;App Key Id;API Key Name\n\
        2026-07-03;GET;/api/v1/monitor;200;API_AND_APP_KEY;bbbbbbbb-0000-4000-8000-000000000002;x\n";
    for separator in [";", ",", "\t"] {
        let (actors, summary) = read(&text.replace(';', separator));
        assert_eq!(summary.requests, 1, "{summary:?}");
        assert_eq!(actors, ["application-key bbbbbbbb-0000-4000-8000-000000000002"]);
        let notes: Vec<&str> = summary.notes.iter().map(|note| note.what).collect();
        assert_eq!(notes, ["header of columns that was read by its words: no document names the labels"]);
    }
}

#[test]
fn what_the_export_does_not_tell_is_said() {
    let (actors, summary) = read(
        "Date,@http.method,@http.url_details.path,@evt.name,@auth_method\n2026-07-03,GET,/api/v1/monitor,Request,\n",
    );
    assert_eq!((actors.len(), summary.requests), (0, 1), "{summary:?}");
    let notes: Vec<&str> = summary.notes.iter().map(|note| note.what).collect();
    assert!(notes.iter().any(|note| note.contains("do not tell how they were authorised")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("do not name their credential")), "{notes:?}");
    let exact = show(&run("audit.csv", &fixture("audit.csv"), &Options::plain()));
    assert!(!exact.contains("by its words"), "{exact}");
}

#[test]
fn tokens_of_every_spelling_are_credentials() {
    let event = |auth: &str, field: &str| {
        format!(
            "{{\"source\":\"audit\",\"attributes\":{{\"http\":{{\"method\":\"GET\",\"url_details\":{{\"path\":\"/api/v1/monitor\"}}}},\"auth_method\":\"{auth}\",\"metadata\":{{\"{field}\":{{\"id\":\"aaaaaaaa-0000-4000-8000-000000000009\"}}}}}}}}\n"
        )
    };
    let cases = [
        ("PAT", "access_token", "personal-access-token", 0),
        ("PERSONAL_ACCESS_TOKEN", "access_token", "personal-access-token", 0),
        ("SERVICE_ACCESS_TOKEN", "access_token", "service-access-token", 0),
        ("SAT", "access_token", "service-access-token", 0),
        ("ACCESS_TOKEN", "service_access_token", "service-access-token", 0),
        ("ACCESS_TOKEN", "access_token", "access-token", 0),
        ("CARRIER_PIGEON", "access_token", "access-token", 1),
    ];
    for (auth, field, kind, notes) in cases {
        let (actors, summary) = read(&event(auth, field));
        assert_eq!(actors, [format!("{kind} aaaaaaaa-0000-4000-8000-000000000009")], "{auth} {field}");
        assert_eq!(summary.notes.len(), notes, "{auth}: {summary:?}");
    }
    for auth in ["SESSION", "SYSTEM", "session"] {
        assert_eq!(read(&event(auth, "access_token")).1.requests, 0, "{auth}");
    }
}

#[test]
fn every_id_of_a_record_can_be_asked_for() {
    let text = "{\"source\":\"audit\",\"attributes\":{\"http\":{\"method\":\"GET\",\"url_details\":{\"path\":\"/api/v1/monitor\"}},\"auth_method\":\"API_AND_APP_KEY\",\"usr\":{\"email\":\"a@example.org\"},\"metadata\":{\"application_key\":{\"id\":\"app\"},\"api_key\":{\"id\":\"api\"}}}}\n";
    for (id, requests) in [("app", 1), ("api", 1), ("a@example.org", 1), ("other", 0)] {
        let options = Options { actor: Some(id), ..Options::plain() };
        assert_eq!(run("a.json", text.as_bytes(), &options).1.requests, requests, "{id}");
    }
}
