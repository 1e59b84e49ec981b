//! What `kubectl explain` prints, without descriptions: those of Kubernetes are not pintle's to tell.

/// The text without what stands under `DESCRIPTION:` and beside fields.
pub(super) fn without_descriptions(text: &str) -> String {
    let mut out = String::new();
    let mut describes = false;
    for line in text.lines() {
        if line.starts_with("DESCRIPTION:") {
            describes = true;
        } else if line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            describes = false;
        }
        // A field has a tab before its type, and its description is further in.
        let is_description = line.starts_with("    ") && !line.contains('\t');
        if !(describes || is_description || line.trim().is_empty()) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_types_are_left() {
        let text = concat!(
            "KIND:       Pod\nVERSION:    v1\n\nDESCRIPTION:\n    Words,\n    and more.\n    \n",
            "FIELDS:\n  phase\t<string>\n  enum: Failed, Pending\n    Words.\n\n    \n",
            "    More.\n\n  spec\t<PodSpec> -required-\n    <no description>\n\n"
        );
        let left = "KIND:       Pod\nVERSION:    v1\nFIELDS:\n  phase\t<string>\n  enum: Failed, Pending\n  \
                    spec\t<PodSpec> -required-\n";
        assert_eq!(without_descriptions(text), left);
        // With --recursive, inner fields are further in.
        let text = "FIELDS:\n  spec\t<PodSpec>\n    containers\t<[]Container>\n";
        assert_eq!(without_descriptions(text), text);
    }
}
