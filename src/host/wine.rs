//! What a shell needs to come up in the pseudo console of Wine 8. Nothing of this is done on Windows.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::course::Shell;
use crate::windows::system32;

/// The command line and environment that start the same shell there.
pub fn adapt(shell: Option<Shell>, mut line: OsString, environment: &mut BTreeMap<OsString, OsString>) -> OsString {
    let prompt = environment.get(&OsString::from("PROMPT")).map(|prompt| prompt.to_string_lossy().into_owned());
    if let Some(prompt) = prompt.filter(|_| shell == Some(Shell::Cmd)) {
        // Its cmd forgets the prompt it was given. Its console paints marks as text and leaves out blanks: the time would tear them.
        environment.insert("WCI_PROMPT".into(), prompt.replace(";t=$t", "").into());
        line.push(" /k set PROMPT=%WCI_PROMPT%");
    }
    // A program in a pseudo console gets no handles of that console: it must open them itself.
    let mut opened = system32("cmd.exe").into_os_string();
    opened.push(" /d /s /c \"");
    opened.push(line);
    opened.push(" <CONIN$ >CONOUT$ 2>&1\"");
    opened
}
