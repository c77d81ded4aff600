//! Parameters of known circuits.

use super::{in_folder, json, out};

#[test]
fn multi_head_attention_has_4_h_k_m_parameters() {
    let about = json(&[
        "circuits",
        "analyse",
        "multi_head_attention",
        "--set",
        "h=8",
        "--json",
    ]);
    assert_eq!(about["parameters"], 4 * 8 * 16 * 128);
    assert_eq!(about["inputs"], serde_json::json!([[20, 128], [22, 128]]));
    assert_eq!(about["outputs"], serde_json::json!([[20, 128]]));
    for key in ["macs", "activation_bytes"] {
        assert!(about[key].as_u64().unwrap() > 0, "{key}");
    }
    let names = json(&["circuits", "list", "--json"]);
    assert!(names.as_array().unwrap().len() >= 3);
    let text = out(&["circuits", "show", "mlp"]);
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(&folder, "mine.circuit");
    std::fs::write(&path, text).unwrap();
    let (mine, theirs) = (
        json(&["circuits", "analyse", &path, "--json"]),
        json(&["circuits", "analyse", "mlp", "--json"]),
    );
    assert_eq!(mine["parameters"], theirs["parameters"]);
    assert_eq!(theirs["parameters"], 669_706);
}
