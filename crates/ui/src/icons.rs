//! Drawings from the open set Lucide (ISC, see `assets/LICENSES.md`), inline and always beside a word.

use std::fmt::{self, Display};

use askama::filters::HtmlSafe;

macro_rules! icons {
    ($($name:ident = $file:literal,)*) => {
        /// A drawing that screen readers skip, because a word always stands beside it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Icon {
            $(#[doc = concat!("The drawing `", $file, "`.")] $name,)*
        }

        impl Icon {
            /// Every drawing, in the order of the file names.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The inline SVG.
            pub const fn svg(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("../assets/icons/", $file, ".svg")),)*
                }
            }
        }
    };
}

icons! {
    TextSize = "a-large-small",
    Award = "award",
    Ban = "ban",
    Bell = "bell",
    BookOpen = "book-open",
    Building = "building-2",
    Calendar = "calendar-days",
    Camera = "camera",
    Check = "check",
    ChevronDown = "chevron-down",
    ChevronLeft = "chevron-left",
    ChevronRight = "chevron-right",
    ChevronUp = "chevron-up",
    CircleAlert = "circle-alert",
    CircleCheck = "circle-check",
    Help = "circle-question-mark",
    ClipboardList = "clipboard-list",
    Clock = "clock",
    Contrast = "contrast",
    Download = "download",
    FileText = "file-text",
    OnFoot = "footprints",
    Filter = "funnel",
    History = "history",
    Hourglass = "hourglass",
    House = "house",
    Info = "info",
    Languages = "languages",
    List = "list",
    ListChecks = "list-checks",
    Lock = "lock",
    SignIn = "log-in",
    SignOut = "log-out",
    Place = "map-pin",
    Pencil = "pencil",
    Phone = "phone",
    Plus = "plus",
    Printer = "printer",
    QrCode = "qr-code",
    Save = "save",
    Scan = "scan-line",
    Search = "search",
    Settings = "settings",
    ShieldCheck = "shield-check",
    Ticket = "ticket",
    Trash = "trash-2",
    Warning = "triangle-alert",
    Undo = "undo-2",
    Upload = "upload",
    User = "user",
    Users = "users",
    Wallet = "wallet",
    Cross = "x",
}

impl Display for Icon {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.svg())
    }
}

impl HtmlSafe for Icon {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drawing_is_hidden_from_screen_readers_and_looks_as_the_stylesheet_says() {
        for icon in Icon::ALL {
            let svg = icon.svg();
            assert!(
                svg.starts_with("<svg class=\"icon\"") && svg.ends_with("</svg>"),
                "{icon:?}"
            );
            assert!(svg.contains("aria-hidden=\"true\""), "{icon:?}");
            assert!(
                !svg.contains("<script") && !svg.contains("style=") && !svg.contains("fill=\"none"),
                "{icon:?}"
            );
        }
    }
}
