//! DOCX files made here, read back.

use super::*;
use std::io::Write;
use zip::write::SimpleFileOptions;

fn docx(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .expect("a part");
        writer.write_all(text.as_bytes()).expect("written");
    }
    writer.finish().expect("finished").into_inner()
}

fn document(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>"
    )
}

fn paragraph(list: Option<(u32, u32)>, text: &str) -> String {
    let numbers = list.map_or(String::new(), |(level, list)| {
        format!("<w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr></w:pPr>")
    });
    format!("<w:p>{numbers}<w:r><w:t>{text}</w:t></w:r></w:p>")
}

const NUMBERS: &str = "<w:numbering xmlns:w=\"w\"><w:abstractNum w:abstractNumId=\"7\">\
<w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"chineseCounting\"/><w:lvlText w:val=\"%1、\"/></w:lvl>\
<w:lvl w:ilvl=\"1\"><w:start w:val=\"1\"/><w:numFmt w:val=\"chineseCounting\"/><w:lvlText w:val=\"（%2）\"/></w:lvl>\
<w:lvl w:ilvl=\"2\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"%3.\"/></w:lvl></w:abstractNum>\
<w:abstractNum w:abstractNumId=\"8\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"%1.\"/></w:lvl></w:abstractNum>\
<w:num w:numId=\"1\"><w:abstractNumId w:val=\"7\"/></w:num>\
<w:num w:numId=\"2\"><w:abstractNumId w:val=\"8\"/></w:num>\
<w:num w:numId=\"3\"><w:abstractNumId w:val=\"8\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/></w:lvlOverride></w:num></w:numbering>";

const STYLES: &str = "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"a\"><w:pPr><w:numPr><w:ilvl w:val=\"1\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr></w:style>\
<w:style w:styleId=\"b\"><w:basedOn w:val=\"a\"/></w:style></w:styles>";

#[test]
fn lists_that_word_counts_are_printed() {
    let body = [
        paragraph(None, "2024年工作要点"),
        paragraph(Some((0, 1)), "甲"),
        "<w:p><w:pPr><w:pStyle w:val=\"b\"/></w:pPr><w:r><w:t>乙&amp;丙</w:t></w:r></w:p>".to_owned(),
        paragraph(Some((1, 1)), "丁"),
        paragraph(Some((2, 1)), "戊"),
        paragraph(Some((0, 1)), "己"),
        paragraph(Some((1, 1)), "庚"),
        paragraph(Some((0, 2)), "辛"),
        paragraph(Some((0, 2)), "壬"),
        paragraph(Some((0, 3)), "癸"),
    ]
    .concat();
    let bytes = docx(&[
        ("word/document.xml", &document(&body)),
        ("word/numbering.xml", NUMBERS),
        ("word/styles.xml", STYLES),
    ]);
    assert_eq!(
        text(&bytes).expect("read"),
        "2024年工作要点\n一、甲\n（一）乙&丙\n（二）丁\n1.戊\n二、己\n（一）庚\n1.辛\n2.壬\n1.癸\n"
    );
}

#[test]
fn what_is_not_printed_is_left_out() {
    let body = "<w:p><w:r><w:t>甲</w:t></w:r><w:del><w:r><w:delText>乙</w:delText></w:r></w:del><w:r><w:br/><w:t xml:space=\"preserve\">丙 </w:t></w:r></w:p>\
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>序号</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>任务</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    let bytes = docx(&[("word/document.xml", &document(body))]);
    assert_eq!(text(&bytes).expect("read"), "甲\n丙 \n序号\t任务\n");
}

#[test]
fn a_file_that_is_none_is_refused() {
    for bytes in [
        b"PK\x03\x04 nothing".to_vec(),
        docx(&[("other.xml", "<a/>")]),
        docx(&[("word/document.xml", "<w:document><w:p><w:t>甲</w:t")]),
    ] {
        let sentence = text(&bytes).expect_err("refused");
        assert!(sentence.contains("请"), "{sentence}");
    }
}

#[test]
fn a_file_that_unpacks_without_end_stops_at_the_bound() {
    let limit = 1 << 20;
    let long = " ".repeat(2 << 20);
    let bytes = docx(&[("word/document.xml", &document(&long))]);
    assert!(bytes.len() < 1 << 14, "the packed file is small: {}", bytes.len());
    assert!(bounded(&bytes, limit).expect_err("refused").contains("MB"));
    assert!(text(&bytes).is_ok());
}
