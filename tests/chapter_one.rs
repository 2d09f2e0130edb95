//! Chapter 1 on a stand-in for its Windows Server: every check in each state, and the whole of it from end to end.
#![cfg(unix)]

#[allow(dead_code, reason = "the tests of wci.exe use the rest of it")]
#[path = "wine/bed.rs"]
mod bed;
#[path = "chapter_one/end_to_end.rs"]
mod end_to_end;
mod engine;
#[path = "chapter_one/remedies.rs"]
mod remedies;
mod standin;
#[path = "chapter_one/table.rs"]
mod table;

use engine::engine;
use standin::Standin;

#[test]
fn the_stand_in_goes_the_way_of_a_server() {
    let Some(engine) = engine() else { return };
    let standin = Standin::on_linux(&engine);
    let install = "Invoke-WebRequest -UseBasicParsing https://raw.githubusercontent.com/microsoft/Windows-Containers/8ea2a92d8dfa7815abcf5cc44a756a0ac3d0f513/helpful_tools/Install-DockerCE/install-docker-ce.ps1 -OutFile i.ps1; .\\i.ps1 -NoRestart";
    let said = standin.powershell(install, "");
    assert!(said.contains("A reboot is required"), "{said}");
    assert!(standin.has("home/Install-ContainerHost.err") && standin.text("feature") == "EnablePending", "{said}");
    standin.restart();
    let said = standin.powershell(install, "");
    assert!(said.contains("Script complete!") && !standin.has("home/Install-ContainerHost.err"), "{said}");
    let asked = standin.web.asked();
    assert_eq!(asked.len(), 3, "the script twice and Docker: {asked:?}");
    assert_eq!(standin.powershell("docker version --format '{{.Server.Version}} {{.Server.Os}}'", ""), "29.1.5 windows");
    let said = standin.powershell("docker run -it --name x mcr.microsoft.com/windows/nanoserver:ltsc2022 cmd; $LASTEXITCODE", "");
    assert!(said.contains("not a TTY"), "{said}");
    assert_eq!(
        standin.powershell("docker run mcr.microsoft.com/windows/nanoserver:ltsc2022 cmd /c hostname", "").lines().last(),
        Some("d4c0ffee0000")
    );
    let said = standin.powershell("Stop-Service docker; docker ps -a; $LASTEXITCODE", "");
    assert!(said.contains("npipe:////./pipe/docker_engine") && said.contains('1'), "{said}");
}
