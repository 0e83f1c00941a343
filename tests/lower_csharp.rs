//! The C# front end: what a file becomes, in the readable form of the program model.

use ddscope::ir::dump::dump;
use ddscope::source::{FRONT_ENDS, File};
use std::sync::Arc;

fn lowered(path: &str, text: &str) -> String {
    let front_end = FRONT_ENDS.iter().find(|f| f.endings().contains(&"cs")).expect("C# is registered");
    front_end.lower(&File { path: path.into(), text: Arc::new(text.to_owned()) }).iter().map(dump).collect()
}

#[test]
fn types_and_members() {
    insta::assert_snapshot!(lowered(
        "Monitoring/DatadogClient.cs",
        r#"
using System.Net.Http;
using DD = Acme.Datadog;
namespace Acme.Monitoring;

[Route("api/[controller]")]
public sealed partial class DatadogClient(HttpClient http, string key = "x") : BaseClient<Foo>(http), IMonitor
{
    private const string BaseUrl = "https://api.datadoghq.com";
    private static readonly HttpClient _client = new() { BaseAddress = new Uri(BaseUrl) };
    private readonly Dictionary<string, string> _paths = new() { ["list"] = "/api/v1/monitor", ["get"] = "/x" };
    public string Site { get; init; } = "datadoghq.eu";
    public string Url => $"https://api.{Site}/api/v1";
    public string Full { get { return Url + "/x"; } set { _x = value; } }
    public DatadogClient(string key, params string[] rest) : this(key) { this.key = key; }
    [HttpGet("/x")]
    public async Task<List<Monitor>?> ListAsync<T>(string path, CancellationToken ct = default) => await Send(path);
    class Nested { string Where() => BaseUrl; }
}
public interface IMonitor { Task<string> Get(string path); string Name { get; } }
public record Options(string Key, string Site = "us");
public enum Verb { Get, Post = 2 }
public class MonitorChecks { [Fact] public void Lists() { new DatadogClient().ListAsync("x"); } }
"#
    ));
}

#[test]
fn statements() {
    insta::assert_snapshot!(lowered(
        "Run.cs",
        r#"
class Runner : Base
{
    async Task Run(string path, object o)
    {
        if (path == "a" && o is string text) { return; } else if (x) Foo(); else { Bar(name: 1, out var z); }
        foreach (var (k, v) in _paths) { await http.GetAsync(v); }
        foreach (string item in Items) continue;
        for (int i = 0; i < 3; i++) { Step(i); }
        switch (path) { default: throw new Exception("x"); case "a": case "b": path = "/x"; break; }
        var u = path switch { "a" or "c" => 1, "b" when ready => 2, _ => 3 };
        try { return await One(); } catch (HttpRequestException e) { Two(e); } finally { Three(); }
        using (var s = new Stream()) { s.Go(); }
        await using var t = Open();
        var (a, b) = Pair(); (a, b) = (1, 2); _field ??= a; path += "/all";
        yield return Local(path);
        string Local(string p) { return p + path; }
    }
}
"#
    ));
}

#[test]
fn expressions() {
    insta::assert_snapshot!(lowered(
        "Values.cs",
        r#"
var request = new HttpRequestMessage(HttpMethod.Post, $"{url}/monitor?{path,10:F2}") { Content = new StringContent("x"), Headers = { { "DD-API-KEY", key } } };
using var response = await client.SendAsync(request, ct).ConfigureAwait(false);
var body = client.GetStringAsync("/x").Result;
var o = new { A = 1, path, x.Y };
var lists = new object[] { new[] { 1 }, new string[] { "a" }, new List<string> { "b" } };
List<int> l = [1, ..lists];
Func<string, Task> f = async p => await client.GetAsync(p);
Action g = () => { f("x"); };
var d = delegate (int q) { return q; };
var casts = (Client)o; var other = o as Client; var access = o?.Foo?.Bar(); var index = lists[0];
var s1 = @"a\b""c" + """raw "x" """ + "a\n\t" + 'c' + $@"{path}\x";
var s2 = string.Format("{0}/{1:x}/{{}}", path, 5) + string.Concat(s1, path); var s3 = string.Join("/", "a", path); var s4 = nameof(Foo.Bar);
var both = a ?? b; var one = c ? a : b; var type = typeof(Client);
var all = await Task.WhenAll(One(), Two()); Task.Run(() => Three());
items.Select(i => i.Id).Where(i => i.Ok).ToList(); items.ForEach(i => client.GetAsync(i));
"#
    ));
}

#[test]
fn deep_nesting_is_cut_without_harm() {
    let deep = 10_000;
    for text in [
        format!("x = {}1{};", "(".repeat(deep), ")".repeat(deep)),
        format!("x = {}1{};", "[".repeat(deep), "]".repeat(deep)),
        format!("x = {}1{};", "f(".repeat(deep), ")".repeat(deep)),
        format!("{}{}", "{".repeat(deep), "}".repeat(deep)),
        format!("{}x();{}", "if (a) {".repeat(deep), "}".repeat(deep)),
        format!("{}{}", "class A {".repeat(deep), "}".repeat(deep)),
        format!("{}{}", "namespace A {".repeat(deep), "}".repeat(deep)),
        format!("x = a{};", ".B()".repeat(deep)),
        format!("x = {}1;", "!".repeat(deep)),
        format!("{}int{} x;", "List<".repeat(deep), ">".repeat(deep)),
    ] {
        assert!(!lowered("deep.cs", &text).is_empty());
    }
    assert!(lowered("long.cs", &format!("var x = \"a\"{};", " + b".repeat(deep))).len() > deep);
}
