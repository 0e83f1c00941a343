//! The PHP front end: what a file becomes, in the readable form of the program model.

use ddscope::ir::dump::dump;
use ddscope::source::{FRONT_ENDS, File};
use std::sync::Arc;

fn lowered(path: &str, text: &str) -> String {
    let front_end = FRONT_ENDS.iter().find(|f| f.endings().contains(&"php")).expect("php is registered");
    front_end.lower(&File { path: path.into(), text: Arc::new(text.to_owned()) }).iter().map(dump).collect()
}

#[test]
fn names_and_declarations() {
    insta::assert_snapshot!(lowered(
        "src/Services/DatadogClient.php",
        r#"<?php
declare(strict_types=1);
namespace App\Services;
use GuzzleHttp\Client as Http;
use App\{Config, Models\Monitor};
use function App\helper;
require_once __DIR__ . '/../lib/base.php';
const ROOT = 'x';
#[Service(name: 'a')]
final class DatadogClient extends Base implements A {
    use Retry;
    public const BASE = 'https://api.datadoghq.com';
    private static ?string $site = null;
    private ?Monitor $monitor;
    public function __construct(private readonly Http $http, protected string $key = '', ?Config $c = null, string ...$rest) {
        parent::__construct($http);
    }
    #[Route('/x', methods: ['GET'])]
    public static function make(): static { return new static(new \Vendor\Http(['base_uri' => static::BASE])); }
}
enum Method: string { case Post = 'POST'; }
function top(int|string $a, &$b) { static $s = 1; return fn($x) => $x . $a; }
define('SITE', 'datadoghq.eu');
"#
    ));
}

#[test]
fn statements_and_values() {
    insta::assert_snapshot!(lowered(
        "run.php",
        r#"<html><?= $title ?></html><?php
$url = "{$this->base}/api/v1/$path[0]?q={$q['a']}&x={$this->list()['b']}" . '/it\'s' . PHP_EOL;
$text = <<<TXT
a $url {$this->y}
TXT;
if ($m === 'POST' && $q) { a(); } elseif (!$q) { b(); } else if ($z) { c(); } else { d(); }
foreach (PATHS as $k => $v) { $http->request('GET', sprintf('/api/v1/%s/%d', $v, 3)); }
foreach ($items as $i): echo show($i); endforeach;
[$a, 'k' => $b] = $q; list($first, , $third) = $z;
$g = function ($p) use ($url) { return $url . $p; };
$u = match($m) { 'a', 'b' => 1, default => 2 };
switch ($m) { case 'a': case 'b': $t = 1; break; default: throw new \RuntimeException('x'); }
try { return json_decode($r, true); } catch (\Exception $e) { log($e); } finally { done(); }
$obj?->run(name: 1, ...$args); Other::go(); Foo::class; $x ?: $y; $x ?? $y; $this->{$dyn};
$s .= 'a'; $s ??= 'b'; $verb = Method::Post->value; $list[] = 1;
$path = implode('/', ['api', 'v1']); $all = array_merge($a, ['b' => 1]); $out = vsprintf($format, $args);
"#
    ));
}

#[test]
fn curl_handles_are_options() {
    insta::assert_snapshot!(lowered(
        "curl.php",
        r#"<?php
function send($method, $path, $data) {
    $ch = curl_init('https://api.datadoghq.com' . $path);
    if ($method === 'POST') { curl_setopt($ch, CURLOPT_POST, true); curl_setopt($ch, CURLOPT_POSTFIELDS, json_encode($data)); }
    elseif ($method !== 'GET') { curl_setopt($ch, CURLOPT_CUSTOMREQUEST, $method); }
    curl_setopt_array($ch, [CURLOPT_RETURNTRANSFER => true, CURLOPT_HTTPHEADER => ['DD-API-KEY: ' . KEY]]);
    curl_setopt($ch, CURLOPT_NOBODY, false);
    $options = [CURLOPT_URL => $path];
    curl_setopt_array($ch, $options);
    $result = curl_exec($ch);
    curl_close($ch);
    return $result;
}
"#
    ));
}

#[test]
fn deep_nesting_is_cut_without_harm() {
    let deep = 10_000;
    for text in [
        format!("<?php $x = {}1{};", "(".repeat(deep), ")".repeat(deep)),
        format!("<?php $x = {}1{};", "[".repeat(deep), "]".repeat(deep)),
        format!("<?php $x = {}1{};", "f(".repeat(deep), ")".repeat(deep)),
        format!("<?php {}{}", "{".repeat(deep), "}".repeat(deep)),
        format!("<?php {}x(){}", "if ($a) {".repeat(deep), "}".repeat(deep)),
        format!("<?php $x = $a{};", "->b()".repeat(deep)),
        format!("<?php $x = {}1;", "!".repeat(deep)),
        format!("<?php {}$x{} = $y;", "[".repeat(deep), "]".repeat(deep)),
    ] {
        assert!(!lowered("deep.php", &text).is_empty());
    }
    assert!(lowered("long.php", &format!("<?php $x = 'a'{};", " . $b".repeat(deep))).len() > deep);
}
