//! How fast the table answers: routes, methods of clients, the whole of `explain`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ddscope::catalog::Catalog;
use ddscope::evidence::Naming;
use ddscope::url::{Target, Template};
use std::hint::black_box;

fn routes(criterion: &mut Criterion) {
    let catalog = Catalog::builtin();
    let targets: Vec<(&str, Target)> = catalog
        .operations()
        .iter()
        .map(|operation| (operation.method, Target::parse(&Template::literal(operation.path.replace(['{', '}'], "_")))))
        .collect();
    let mut group = criterion.benchmark_group("routes");
    group.throughput(Throughput::Elements(targets.len() as u64));
    group.bench_function("exact", |bencher| {
        bencher.iter(|| {
            for (method, target) in &targets {
                black_box(catalog.routes(Some(method), target));
            }
        });
    });
    let url = Template::literal("https://api.datadoghq.com/api/v1/monitor/123?group_states=all");
    group.throughput(Throughput::Elements(1));
    group.bench_function("parse", |bencher| bencher.iter(|| black_box(Target::parse(black_box(&url)))));
    let mut open = Template::literal("/api/v2/");
    open.push_hole();
    open.push_text("/");
    open.push_hole();
    let open = Target::parse(&open);
    group.bench_function("holes", |bencher| bencher.iter(|| black_box(catalog.routes(Some("GET"), black_box(&open)))));
    group.finish();
}

fn methods(criterion: &mut Criterion) {
    let catalog = Catalog::builtin();
    let mut group = criterion.benchmark_group("methods");
    group.bench_function("known", |b| {
        b.iter(|| catalog.is_sdk_method(Naming::Python, black_box("list_monitors_with_pagination")))
    });
    group.bench_function("unknown", |b| b.iter(|| catalog.is_sdk_method(Naming::Python, black_box("append"))));
    group.finish();
}

criterion_group!(benches, routes, methods);
criterion_main!(benches);
