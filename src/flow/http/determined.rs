//! Whether an address decides its operation while parts of it are still unknown.

use crate::flow::exec::Run;
use crate::flow::request::{Request, template};
use crate::flow::value::{Piece, Text};
use crate::url::{Target, Template};

impl Run<'_> {
    /// Whether the operation is certain whatever fills the holes.
    pub fn is_determined(&self, request: &Request) -> bool {
        self.scope.state.judged.is_determined(&request.verb, &request.url, || {
            let Some(method) = request.method() else { return false };
            let url = below_api(&request.url).unwrap_or_else(|| template(&request.url));
            self.scope.catalog.is_exact(&method, &Target::parse(&url))
        })
    }
}

/// `{base}v1/validate`, whose base ends in `/api/` wherever it works, and `{scheme}://{host}/api/v1/validate`, however the
/// host is put together: the path alone.
fn below_api(url: &Text) -> Option<Template> {
    let (at, path) = url.pieces.iter().enumerate().skip(1).find_map(|(at, piece)| {
        let Piece::Lit(lit) = piece else { return None };
        let from = ["/api/v1/", "/api/v2/"].iter().filter_map(|start| lit.find(start)).min();
        let bare =
            || Some(lit.trim_start_matches('/')).filter(|path| path.starts_with("v1/") || path.starts_with("v2/"));
        match from {
            Some(from) => Some((at, lit[from..].to_string())),
            None => bare().filter(|_| at == first_literal(url)).map(|path| (at, format!("/api/{path}"))),
        }
    })?;
    let mut out = Text::literal(path);
    url.pieces.iter().skip(at + 1).for_each(|piece| out.push(piece.clone()));
    Some(template(&out))
}

fn first_literal(url: &Text) -> usize {
    url.pieces.iter().position(|p| matches!(p, Piece::Lit(_))).unwrap_or_default()
}
