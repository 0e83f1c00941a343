//! The Ruby front end: what a file becomes, in the readable form of the program model.

use ddscope::ir::dump::dump;
use ddscope::source::{FRONT_ENDS, File};
use std::sync::Arc;

fn lowered(path: &str, text: &str) -> String {
    let front_end = FRONT_ENDS.iter().find(|f| f.endings().contains(&"rb")).expect("ruby is registered");
    let file = File { path: path.into(), text: Arc::new(text.to_owned()) };
    front_end.lower(&file).iter().map(dump).collect()
}

#[test]
fn classes_modules_and_what_macros_make() {
    insta::assert_snapshot!(lowered(
        "lib/monitoring/client.rb",
        r##"
require "json"
require_relative "../errors"

module Monitoring
  ROOT = "https://api.datadoghq.com".freeze

  class Client < Base
    include HTTParty
    extend Forwardable
    base_uri ROOT
    attr_reader :key
    def_delegators :@api, :list_monitors, :get_monitor
    delegate :list_hosts, to: :hosts
    alias_method :all, :list

    def initialize(key, site: "eu", **options, &block)
      super(key)
      @key = key
    end

    def list = @api.list_monitors

    class << self
      def instance
        @instance ||= new(ENV["KEY"])
      end
    end

    define_method(:ping) { |path = "/"| get(path) }

    private

    def get(path, ...) = request(:get, path, ...)
  end

  Point = Struct.new(:x, :y) do
    def path = "/#{x}/#{y}"
  end
end

class Monitoring::Client
  def self.build(*args) = new(*args)
end
"##
    ));
}

#[test]
fn control_flow_and_results() {
    insta::assert_snapshot!(lowered(
        "run.rb",
        r##"
def path_of(kind, id)
  case kind
  when :monitor, "m" then "/monitor/#{id}"
  when *OTHERS
    x = lookup(kind)
    x[:path]
  else raise ArgumentError, kind
  end
end

def fetch(ids)
  return [] unless ids
  result = ids.map { |id| get(id) }
  ids.each_with_index do |id, i|
    next if i.zero?
    puts id
  end
  total, (first, *rest) = split(result)
  url = if first && rest then "a" elsif total then "b" else "c" end
  url += "/x"
  url << "?y"
  conn.get(url) or raise "no"
rescue Timeout::Error, IOError => e
  retry if (tries += 1) < 3
  nil
ensure
  close
end

def each_page
  page = 0
  loop do
    yield page
    break if page > 3
  end
end
"##
    ));
}

#[test]
fn strings_calls_and_commands() {
    insta::assert_snapshot!(lowered(
        "bin/tool.rb",
        r##"
body = <<~JSON
  {"title": "#{title}"}
JSON
a = "%s/api/%s" % [host, "v1"]
b = format("https://%{host}/%<path>s", host: h, path: "x")
c = 'a\n' "b\n" "\u00e9"
d = { a: 1, "b" => 2, :c => 3, **rest }
e = %w[x y].map(&:upcase)
f = ->(x, y = 2) { x + y }
f.call(1)
client&.post("/x", d, "K" => v, limit: 2) { |r| r.body = body }
system("curl", "-s", a)
`curl -X POST "#{b}"`
api.public_send(verb, path)
api.send(:get, path)
run = api.method(:list_monitors)
@top = 1
$glob = @top
"##
    ));
}

#[test]
fn broken_and_hostile_files_cost_their_own_finding_only() {
    let broken =
        lowered("a.rb", "def ok\n  api.list_monitors\nend\ndef broken(\n  x = = 3\nend\nclient.get_monitor(1)\n");
    assert!(broken.contains("list_monitors") && broken.contains("syntax error"), "{broken}");
    for open in ["(", "[", "{a: ", "f(", "if x\n", "-> { ", "!", "x.y(1, "] {
        assert!(lowered("deep.rb", &open.repeat(10_000)).contains("module deep"), "{open}");
    }
    let chain = format!("x = a{}", " + b".repeat(20_000));
    assert!(lowered("chain.rb", &chain).contains("x = "));
}
