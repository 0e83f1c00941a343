//! The Java front end: what a file becomes, in the readable form of the program model.

use ddscope::ir::dump::dump;
use ddscope::source::{FRONT_ENDS, File};
use std::sync::Arc;

fn lowered(path: &str, text: &str) -> String {
    let front_end = FRONT_ENDS.iter().find(|f| f.endings().contains(&"java")).expect("java is registered");
    let file = File { path: path.into(), text: Arc::new(text.to_owned()) };
    front_end.lower(&file).iter().map(dump).collect()
}

#[test]
fn classes_and_members() {
    insta::assert_snapshot!(lowered(
        "src/main/java/com/acme/Monitors.java",
        r#"
package com.acme;

import com.datadog.api.client.ApiClient;
import com.datadog.api.client.v1.api.*;
import static com.acme.Paths.MONITOR;

@Service("monitors")
public class Monitors extends Base<Monitor> implements Closeable {
  private static final String BASE = "https://api." + SITE;
  private final ApiClient client;
  private final Supplier<MonitorsApi> lazy = () -> new MonitorsApi(client);

  public Monitors(ApiClient client) { super(client); this.client = client; }
  public Monitors() { this(ApiClient.getDefaultApiClient()); }

  @Override
  public List<Monitor> list(String... names) { return fetch(names); }

  static String base() { return BASE; }

  enum Endpoint {
    LIST("GET", MONITOR) { String verb() { return "get"; } },
    PLAIN;
    private final String path;
    Endpoint(String verb, String path) { this.path = path; }
    String path() { return path; }
  }

  record Config(String site, @Nullable String key) {}

  interface Queries {
    String ROOT = "api/v1";
    @GET(ROOT + "/query") Call<Response> query(@Query("from") long from);
    @RequestLine(value = "POST /x", decode = false) void post();
  }

  class Inner { void run() { client.close(); base(); } }
}

@RequiredArgsConstructor @Getter
class Injected { private final MonitorsApi api; private final String name = "x"; }
"#
    ));
}

#[test]
fn statements_and_expressions() {
    insta::assert_snapshot!(lowered(
        "src/main/java/com/acme/Run.java",
        r#"
package com.acme;
import com.acme.Paths;
class Run extends Base {
  private MonitorsApi api;
  private Map<String, String> paths = new HashMap<>();
  String site = System.getenv("DD_SITE");

  Object run(Kind kind, Object any) throws Exception {
    String url = "https://" + site + Paths.ROOT + '/' + 1;
    String same = String.format("%s/%2$s?%d", url, kind, 3) + "%s/x".formatted(site) + String.join("/", "a", site);
    String dynamic = String.format(url, kind);
    String block = """
        /api/v1/"monitor"\
        /search""";
    url += "/tail";
    paths.put("list", "/monitor");
    for (String path : List.of("/a", "/b")) { get(path, paths.get("list")); }
    for (int i = 0; i < 3; i++) { if (i == 2) continue; use(i); }
    try (Response r = http.send(url)) {
      return r;
    } catch (IOException | RuntimeException e) {
      throw new IllegalStateException("no", e);
    } finally { close(); }
    switch (kind) {
      case A: case B: get("ab", null); break;
      default: get("other", null);
    }
    String verb = switch (kind) { case A -> "GET"; case B -> throw new Error(); default -> "POST"; };
    String slow = switch (kind) { case A -> { log(); yield "GET"; } default -> "POST"; };
    MonitorsApi other;
    var cast = (MonitorsApi) any;
    if (any instanceof MonitorsApi found && !found.isOpen()) found.listMonitors();
    else if ("x".equals(url)) api.getMonitor(1L);
    Runnable task = new Runnable() {
      @Override public void run() { api.listMonitors(); Run.this.close(); }
    };
    Function<Long, Monitor> f = api::getMonitor;
    Supplier<MonitorsApi> g = MonitorsApi::new;
    executor.submit(() -> { api.deleteMonitor(2L); });
    com.acme.Tool.use(retrofit.create(Queries.class), kind == Kind.A ? "a" : "b");
    synchronized (this) { int[] xs = new int[] {1, 2}; use(xs[0]); }
    Object chained = this.api = make();
    return null;
  }
}
"#
    ));
}

#[test]
fn broken_and_hostile_input_costs_only_itself() {
    let broken = lowered("A.java", "class A { void f() { int x = ; } void g() { get(\"/api/v1/monitor\"); }");
    assert!(broken.contains("get(\"/api/v1/monitor\")"), "{broken}");
    assert!(broken.contains("syntax error"), "{broken}");
    for (open, close) in
        [("(", ")"), ("f(", ")"), ("() -> ", ""), ("new A() { Object o = ", "; }"), ("!", ""), ("a.b(", ").c()")]
    {
        let deep = format!("class A {{ Object x = {}1{}; }}", open.repeat(10_000), close.repeat(10_000));
        assert!(lowered("Deep.java", &deep).contains("syntax error"), "{open}");
    }
    let long = format!("class A {{ String x = \"a\"{}; }}", " + \"b\"".repeat(10_000));
    assert!(lowered("Long.java", &long).contains("abbb"));
    let nested = format!("{}{}", "class A { ".repeat(3_000), "}".repeat(3_000));
    lowered("Nested.java", &nested);
}

#[test]
fn test_code_is_told_by_source_set_library_and_annotation() {
    assert!(lowered("src/test/java/A.java", "class A {}").contains("(java) test"));
    assert!(lowered("src/main/java/A.java", "import org.junit.Test; class A {}").contains("(java) test"));
    assert!(lowered("A.java", "class A { @Test void f() {} }").contains("Plain test"));
    assert!(!lowered("src/main/java/test/A.java", "class A { void run() {} }").contains(" test"));
}
