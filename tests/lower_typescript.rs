//! The TypeScript and JavaScript front end: what a file becomes, in the readable form of the program model.

use ddscope::ir::dump::dump;
use ddscope::ir::{Expr, Module};
use ddscope::source::{FRONT_ENDS, File};
use std::sync::Arc;

fn modules(path: &str, text: &str) -> Vec<Module> {
    let ending = path.rsplit('.').next().unwrap_or_default();
    let front_end = FRONT_ENDS.iter().find(|f| f.endings().contains(&ending)).expect("the ending is registered");
    front_end.lower(&File { path: path.into(), text: Arc::new(text.to_owned()) })
}

fn lowered(path: &str, text: &str) -> String {
    modules(path, text).iter().map(dump).collect()
}

#[test]
fn imports_and_exports() {
    insta::assert_snapshot!(lowered(
        "src/tools/a.ts",
        r#"
import { client, v1 as dd } from '@datadog/datadog-api-client';
import type { Config } from '../config/datadog.js';
import settings, * as all from './settings';
import legacy = require('./legacy');
import './polyfill';
export { helper as h } from './helpers.js';
export * from './types';
export * as tools from '../tools';
export { local as renamed, plain };
export const local = await import('./dynamic.mjs');
export default new dd.MonitorsApi(client.createConfiguration());
"#
    ));
}

#[test]
fn commonjs() {
    insta::assert_snapshot!(lowered(
        "lib/index.js",
        r#"
const axios = require('axios'), { post, get: read } = require('got');
const { v1 } = __importStar(require('@datadog/datadog-api-client'));
const helper = require('./helper').build;
exports.first = exports.second = void 0;
exports.list = function () { return exports.fetchAll('/api/v1/monitor'); };
exports.fetchAll = (path) => (0, axios.get)(base + path);
module.exports = { read, other: helper, ...require('./more'), run() { return this.read(); } };
function lazy() { const fs = require('fs'); return fs; }
"#
    ));
}

#[test]
fn compiled_code() {
    insta::assert_snapshot!(lowered(
        "dist/index.js",
        r#"
var __awaiter = (this && this.__awaiter) || function (thisArg, _arguments, P, generator) { return new P(step); };
const base_1 = __importDefault(require("./base"));
const list = (path) => __awaiter(void 0, void 0, void 0, function* () {
  const response = yield base_1.default.get(util.format("/api/%s%s", version, path), _.assign({}, options, { retry: 1 }));
  return response.data;
});
exports.list = list;
var Old = function () { this.version = "v1"; };
Old.prototype.get = function (path) { return fetch(path); };
"#
    ));
}

#[test]
fn functions_as_classes() {
    insta::assert_snapshot!(lowered(
        "lib/client.js",
        r#"
function Client(options) { this.base = options.base || 'https://api.datadoghq.com'; }
Client.prototype = Object.create(Base.prototype);
Client.prototype.get = function (path) { return this.request('GET', path); };
Client.prototype.version = 'v1';
module.exports = Client;
"#
    ));
}

#[test]
fn classes_types_and_enums() {
    insta::assert_snapshot!(lowered(
        "src/client.ts",
        r#"
enum Verb { Get = 'GET', Post = 'POST', Other }
interface Options extends Base { api: v1.MonitorsApi | undefined; list?: v2.LogsApi[]; run(x: string): Promise<v2.UsersApi>; }
type Deps = { events: v1.EventsApi };
type Api = v1.HostsApi;
namespace Paths { export const ROOT = '/api'; export function join(x: string) { return ROOT + x; } }
@Injectable()
export abstract class Client<T> extends Base<T> implements Options {
  static readonly ROOT = 'https://api.datadoghq.com';
  #key = process.env['DD_APP_KEY'];
  private monitors?: v1.MonitorsApi;
  constructor(@Inject(TOKEN) private readonly api: v1.MonitorsApi, public base = ROOT, { url, method = 'GET', ...rest }: Deps, ...more: string[]) {
    super(api);
  }
  get lazy() { return (this.monitors ??= new v1.MonitorsApi(this.configuration)); }
  set lazy(value) { this.monitors = value; }
  static create(): Client { return new Client(make<v1.TagsApi>('tags')); }
  @Get('/x') async list(path: string) { return this.request(path as unknown as Api); }
  arrow = async (path: string) => this.list(path);
  protected abstract path(): string;
}
export default class extends Client {}
"#
    ));
}

#[test]
fn statements() {
    insta::assert_snapshot!(lowered(
        "src/flow.ts",
        r#"
async function run(kind: string, { path, verb = 'GET' }) {
  if (kind === 'a' && path || !verb) { a(); } else if (path !== 'b') b(); else { c(); }
  for (const [key, value] of Object.entries(TABLE)) { if (!value) continue; await fetch(`${BASE}${value}`); }
  for (let i = 0; i < 3; i++) { step(i); break; }
  switch (kind) { case 'x': case 'y': path = '/x'; break; case 'z': path = '/z'; default: throw new Error('kind'); }
  try { return await one(path); } catch (e) { two(e); } finally { three(); }
  const [first, , third = 3, ...others] = list();
  ({ a: this.a, b: { c } } = source);
  path += '/all'; verb ||= 'POST'; count += 1;
  ready && start();
  inner();
  function inner() { return path; }
}
async function* pages() { yield one(); yield* more(); }
"#
    ));
}

#[test]
fn expressions() {
    insta::assert_snapshot!(lowered(
        "src/values.tsx",
        r#"
const text = 'a\x2f' + `b${c}\n` + (1 + 2) + "d";
const path = base + suffix, sum = 1 + n, name = ok ? 'x' : other ? 'y' : 'z';
const table = { a: 1, 'b c': 2, [key]: 3, ...rest, short, go() { return this.a; }, arrow: () => this, get size() { return 1; } } as const;
const call = api?.items!['list'](...args)[0]?.[index];
const found = (await load()).then(r => r.json(), e => null).catch(() => []);
items.map(async (i) => i.id).filter(Boolean).forEach(({ id }) => show(id));
const many = await Promise.all([one(), two()]);
const both = left && right, either = left || right, none = left ?? right;
const url = new URL('/api', import.meta.env.BASE), view = <Page onClick={() => go(url)} {...props}><b>{both}</b></Page>;
const bound = handler.bind(null), frozen = Object.freeze({ a: 1 });
gql`query ${name}`;
"#
    ));
}

#[test]
fn tests_are_marked() {
    let text = "import { describe, it } from 'vitest';\ndescribe('x', () => { it('y', () => call()); });\n";
    assert!(modules("src/a.ts", text).iter().all(|m| m.test && m.functions.iter().all(|f| f.test)));
    let mixed = "export function real() {}\nif (import.meta.vitest) { it('works', () => real()); }\n";
    let module = modules("src/b.ts", mixed).remove(0);
    let tests: Vec<bool> = module.functions.iter().map(|f| f.test).collect();
    assert_eq!((module.test, tests), (false, vec![false, false, true]));
    assert!(modules("src/c.spec.ts", "call();").iter().all(|m| m.test));
}

#[test]
fn flow_annotations_in_javascript_are_read() {
    let module =
        modules("src/flow.js", "export function get(path: string): Promise<string> { return fetch(path); }").remove(0);
    assert_eq!((module.syntax_errors.len(), module.functions.len()), (0, 2));
}

#[test]
fn an_error_in_the_middle_costs_only_its_place() {
    let module = modules("src/a.ts", "one('a');\nfunction broken( { if (a { b(c; }\ntwo('b');\n").remove(0);
    let calls = module.exprs().filter(|(_, e)| matches!(e, Expr::Call(..))).count();
    assert!(!module.syntax_errors.is_empty());
    assert!(calls >= 2, "{}", dump(&module));
}

#[test]
fn deep_nesting_is_cut_without_harm() {
    let deep = 10_000;
    for text in [
        format!("x = {}1{};", "(".repeat(deep), ")".repeat(deep)),
        format!("x = {}1{};", "[".repeat(deep), "]".repeat(deep)),
        format!("x = {}1{};", "f(".repeat(deep), ")".repeat(deep)),
        format!("x = {}1{};", "{a:".repeat(deep), "}".repeat(deep)),
        format!("{}{}", "{".repeat(deep), "}".repeat(deep)),
        format!("{}x{}", "if (a) {".repeat(deep), "}".repeat(deep)),
        format!("x = {}y", "() => ".repeat(deep)),
        format!("x = {}y", "!".repeat(deep)),
        format!("x = a{};", ".b()".repeat(deep)),
        format!("const {}x{} = y;", "{a:".repeat(deep), "}".repeat(deep)),
        format!("let x: {}string{};", "Array<".repeat(deep), ">".repeat(deep)),
        format!("x = {}1", "a ? b : ".repeat(deep)),
    ] {
        assert_eq!(modules("src/deep.ts", &text).len(), 1);
    }
    let long = format!("x = 'a'{};", " + b".repeat(deep));
    assert!(modules("src/long.ts", &long).remove(0).syntax_errors.is_empty());
}
