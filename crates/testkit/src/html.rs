//! Looking at pages in tests.

/// The page's text without tags, with white space folded and the five entities read.
#[must_use]
pub fn text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => {
                inside = true;
                out.push(' ');
            }
            '>' => inside = false,
            other if !inside => out.push(other),
            _ => {}
        }
    }
    let plain = out
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Names and values of the hidden fields of the form that is sent to this address; `None` when the page has none.
#[must_use]
pub fn hidden_fields(html: &str, action: &str) -> Option<Vec<(String, String)>> {
    let (_, rest) = html.split_once(&format!("action=\"{action}\""))?;
    let (form, _) = rest.split_once("</form>")?;
    let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
    let pair = |input: &str| {
        let (name, rest) = input.split_once("\" value=\"")?;
        Some((name.to_owned(), rest.split_once('"')?.0.to_owned()))
    };
    Some(inputs.filter_map(pair).collect())
}

/// Values of `href` attributes.
#[must_use]
pub fn links(html: &str) -> Vec<String> {
    html.split("href=\"")
        .skip(1)
        .filter_map(|tail| tail.split('"').next())
        .map(|link| link.replace("&#38;", "&"))
        .collect()
}
