//! What a boot or Microsoft's script may leave behind: the check is red, the first hint names the command that helps, and it does.

use serde_json::Value;
use wci::course::Step;
use wci::judge;

use crate::end_to_end::chapter;
use crate::end_to_end::typed;
use crate::end_to_end::until;
use crate::engine;
use crate::standin::Standin;
use crate::table::Inside;
use crate::table::all_done;

/// What the checks of "Install Docker" see, by their verdicts.
fn seen(inside: &mut Inside, verdict: &str) -> Vec<String> {
    let all = inside.ask().into_iter().filter(|(name, told, _)| name.starts_with("docker |") && told == verdict);
    all.map(|(_, _, why)| why).collect()
}

/// What helps first, by the step's own words: the id of a command, if it is one.
fn first(step: &Step, seen: &[String]) -> Option<String> {
    let order = judge::hints_first(step.hints(), &seen.join("\n"));
    step.hints().nth(order[0]).and_then(|hint| hint.run.clone())
}

/// The machine as the chapter leaves it.
fn done(engine: &std::path::Path) -> Standin {
    let standin = Standin::on_linux(engine);
    standin.keep("feature", "EnablePending");
    standin.restart();
    all_done(&standin);
    standin
}

/// Breaks something, each with the command that mends it.
const BROKEN: [(&str, &str, &str); 2] =
    [("services/docker", "Stopped\nAutomatic", "start"), ("tasks/ContainerBootstrap", "", "no-task")];

#[test]
fn the_first_hint_names_the_command_that_makes_the_check_green() {
    let Some(engine) = engine() else { return };
    let standin = done(&engine);
    let chapter = chapter();
    let step = chapter.steps.iter().find(|s| s.id.step == "docker").expect("the step");
    let mut inside = Inside::start(&standin);
    assert_eq!(seen(&mut inside, "F"), Vec::<String>::new());
    for (what, how, wanted) in BROKEN {
        standin.keep(what, how);
        let red = seen(&mut inside, "F");
        assert_eq!(first(step, &red).as_deref(), Some(wanted), "{red:?}");
        let command = step.command(wanted).expect("the command");
        assert!(command.optional && command.elevated);
        let said = standin.powershell(&command.variants[0].text, "");
        assert_eq!(seen(&mut inside, "F"), Vec::<String>::new(), "{said}");
    }
    // Without Docker there is nothing to start.
    ["services", "C/Windows/System32/docker.exe"].iter().for_each(|name| standin.forget(name));
    let red = seen(&mut inside, "F");
    assert_eq!((red.len(), first(step, &red)), (2, None), "{red:?}");
}

#[test]
fn a_run_mends_what_a_boot_broke_and_does_nothing_else() {
    let Some(engine) = engine() else { return };
    let standin = done(&engine);
    for (what, how, wanted) in BROKEN {
        standin.keep(what, how);
        let (_, told) = until(&standin, 0, &["run", "introduction#docker"]);
        let ids: Vec<String> = typed(&told).into_iter().map(|[_, id, _]| id).collect();
        assert_eq!(ids, [wanted], "{told:#?}");
        let is_pass = |e: &&Value| e["event"] == "check" && e["verdict"] == "pass";
        assert_eq!(told.iter().filter(is_pass).count(), 4);
    }
    assert_eq!(standin.web.asked(), Vec::<String>::new(), "nothing is installed again");
}
