//! A field as a file of numbers: NumPy's array, and VTK's image data.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use loom_sim::SimError;
use ndarray::Array3;
use ndarray_npy::WriteNpyExt as _;

use super::field::Field;

/// The kinds of file: ending and name.
pub(crate) const EXPORTS: [(&str, &str); 2] = [
    ("npy", "NumPy array (species × rows × columns)"),
    ("vti", "VTK image"),
];

/// A field as a file of this ending; `species` are the names of its numbers.
///
/// # Errors
/// Another ending.
pub(crate) fn write(field: &Field, species: &[String], ending: &str) -> Result<Vec<u8>, SimError> {
    match ending {
        "npy" => npy(field),
        "vti" => Ok(vti(field, species)),
        _ => Err(SimError::other(format!(
            "Fields of numbers can't be written as .{ending}: choose .npy or .vti."
        ))),
    }
}

/// f64, shape (species, rows, columns); the first row is the upper one.
fn npy(field: &Field) -> Result<Vec<u8>, SimError> {
    let shape = (field.species(), field.height(), field.width());
    let numbers = (0..field.species()).flat_map(|s| field.plane(s)).collect();
    let mut out = Vec::new();
    Array3::from_shape_vec(shape, numbers)
        .map_err(SimError::other)?
        .write_npy(&mut out)
        .map_err(SimError::other)?;
    Ok(out)
}

/// VTK's XML image data with one array for each species, Float64 in base64, rows upward.
fn vti(field: &Field, species: &[String]) -> Vec<u8> {
    let (width, height) = (field.width(), field.height());
    let extent = format!("0 {} 0 {} 0 0", width - 1, height - 1);
    let mut out = format!(
        "<?xml version=\"1.0\"?>\n<VTKFile type=\"ImageData\" version=\"1.0\" \
         byte_order=\"LittleEndian\" header_type=\"UInt64\">\n<ImageData WholeExtent=\"{extent}\" \
         Origin=\"0 0 0\" Spacing=\"1 1 1\">\n<Piece Extent=\"{extent}\">\n<PointData>\n"
    );
    for s in 0..field.species() {
        let name = species.get(s).map_or("", String::as_str);
        let mut bytes = ((8 * width * height) as u64).to_le_bytes().to_vec();
        for y in (0..height).rev() {
            bytes.extend((0..width).flat_map(|x| field.at(s, x, y).to_le_bytes()));
        }
        // Names are those of formulas: letters, digits and underscores.
        let _ = write!(
            out,
            "<DataArray type=\"Float64\" Name=\"{name}\" format=\"binary\">\n{}\n</DataArray>\n",
            STANDARD.encode(bytes)
        );
    }
    out.push_str("</PointData>\n</Piece>\n</ImageData>\n</VTKFile>\n");
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use ndarray_npy::ReadNpyExt as _;

    use super::*;
    use crate::flow::{vti_data, xml};

    fn field() -> Field {
        let mut field = Field::new(5, 3, 2).unwrap();
        for (i, x) in field.values_mut().iter_mut().enumerate() {
            *x = (i as f64).sqrt() - 1.0;
        }
        field
    }

    #[test]
    fn an_image_gives_the_numbers_back_to_the_last_bit() {
        let field = field();
        let names = ["u".to_owned(), "v".to_owned()];
        let text = String::from_utf8(write(&field, &names, "vti").unwrap()).unwrap();
        let root = xml::read(&text).unwrap();
        let mut again = Field::new(5, 3, 2).unwrap();
        vti_data::fill(&mut again, &root, root.child("ImageData").unwrap()).unwrap();
        assert_eq!(again, field);
    }

    #[test]
    fn an_array_of_numpy_has_its_shape_and_its_rows_from_above() {
        let field = field();
        let bytes = write(&field, &[], "npy").unwrap();
        let again = Array3::<f64>::read_npy(&bytes[..]).unwrap();
        assert_eq!(again.dim(), (2, 3, 5));
        assert_eq!(again[[0, 0, 0]], field.at(0, 0, 0));
        assert_eq!(again[[0, 1, 2]], field.at(0, 2, 1));
        assert_eq!(again[[1, 0, 4]], field.at(1, 4, 0));
        assert!(write(&field, &[], "rle").is_err());
    }
}
