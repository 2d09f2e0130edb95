//! The built-in course is part of the program: a chapter that changes means building again.

fn main() {
    println!("cargo::rerun-if-changed=content");
}
