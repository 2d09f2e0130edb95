#[test]
fn scratch() {
    let Ok(dir) = std::env::var("WCI_SCRATCH") else { return };
    let (course, problems) = crate::content::load(std::path::Path::new(&dir)).unwrap();
    println!("{}", crate::lint::report(&problems));
    if std::env::var("WCI_DUMP").is_ok() {
        println!("{course:#?}");
    }
}
