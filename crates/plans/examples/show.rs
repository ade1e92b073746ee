//! tmp
#![allow(clippy::all, clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, missing_docs)]
fn main() {
    let f = std::env::args().nth(1).unwrap();
    let t = plans::reading::encoding::decode(&std::fs::read(f).unwrap()).unwrap().text;
    if std::env::args().nth(2).is_some() {
        for p in plans::reading::text::paragraphs(&t) { println!("{}-{} {} {}", p.line_from, p.line_to, if p.row {"ROW"} else {""}, p.text()); }
        return;
    }
    let d = plans::reading::read(&t);
    println!("{:?} {:?} {:?} {:?}", d.title, d.document_number, d.issuer, d.date);
    for n in &d.notes { println!("NOTE {:?}", n); }
    for i in &d.items {
        println!("# {} {:?} [{}] {} L{}", i.path.join(" / "), i.number, i.heading, i.text.chars().count(), i.place.line_from);
        for t in &i.tasks {
            println!("   - {:?} {} lead={:?} {:?}..{:?} {}", t.kind, t.text.chars().take(40).collect::<String>(), t.lead, t.window.from, t.window.to, if t.window.every_year {"EVERY"} else {""});
            for g in &t.targets { println!("       * [{}] {} {:?} {} {:?} {} due={:?} {:?} c={} «{}»", g.verb, g.object, g.comparison, g.value, g.value_to, g.unit, g.due, g.metric, g.confidence, g.source_text); }
        }
    }
}
