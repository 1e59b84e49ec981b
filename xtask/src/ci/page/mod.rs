//! The gateway's page in a real browser, in front of `pintle up --demo`.

mod browser;
mod tools;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use pintle_env::{Clock as _, SystemClock};
use serde_json::json;

use self::browser::Browser;
use super::embedded::{Embedded, free_address};
use super::outcome::Cases;
use super::watcher::succeed;
use crate::error::{Context, Error, Result};
use crate::interrupt::Interrupt;
use crate::programs::Programs;
use crate::real_cluster::Registry;
use crate::workspace;

/// Looks at the page as a person would, and keeps pictures of it under `target/page`.
pub(super) fn page(interrupt: &Interrupt) -> Result<Cases> {
    let programs = Programs::build(interrupt)?;
    let chromium = tools::chromium(interrupt)?;
    let axe = tools::axe(interrupt)?;
    let registry = Registry::open()?;
    let pintle = programs.path("pintle");
    let address = free_address()?;
    let more = ["--demo", "--gateway", &address];
    let embedded = Embedded::start_with(&pintle, &more, registry.temporary()?, interrupt)?;
    let pictures = workspace::root().join("target/page");
    fs::create_dir_all(&pictures).context(|| format!("make {}", pictures.display()))?;
    let mut visit = Visit {
        browser: Browser::start(&chromium)?,
        pintle: &pintle,
        embedded: &embedded,
        url: format!("http://{address}/"),
        passed: 0,
    };
    let seen = visit.look(&axe, &pictures);
    if seen.is_err() {
        visit.browser.screenshot(&pictures.join("failed.png"))?;
    }
    seen?;
    println!("pictures are in {}", pictures.display());
    println!("{} passed, 0 failed", visit.passed);
    Ok(Some(visit.passed))
}

struct Visit<'a> {
    browser: Browser,
    pintle: &'a Path,
    embedded: &'a Embedded,
    url: String,
    passed: u64,
}

impl Visit<'_> {
    fn look(&mut self, axe: &str, pictures: &Path) -> Result<()> {
        let url = self.url.clone();
        self.browser.open(&format!("{url}#namespace=shop"))?;
        self.sees("lists the pods of the demonstration", &rows(">= 8"), LONG)?;
        self.sees(
            "has kubectl's columns",
            "[...document.querySelectorAll('[role=columnheader]')].map((head) => head.textContent).join() === 'Name,Ready,Status,Restarts,Age'",
            SOON,
        )?;
        self.sees(
            "shows phases over time",
            "document.querySelectorAll('#phase-chart .Running').length > 2",
            LONG,
        )?;
        self.sees(
            "counts changes",
            "document.querySelectorAll('#rate-chart .changes').length > 1",
            LONG,
        )?;

        self.apply("{apiVersion: v1, kind: Pod, metadata: {name: probe, namespace: shop, labels: {app: probe}}, spec: {containers: [{name: m, image: example.org/none}]}}")?;
        self.sees(
            "shows a new pod within a second",
            &row("shop/probe", ""),
            Duration::from_secs(1),
        )?;
        self.sees(
            "follows what becomes of it",
            &row("shop/probe", "Running"),
            LONG,
        )?;

        self.types("labels", "app=db")?;
        self.sees("filters by label", &rows("=== 2"), SOON)?;
        self.types("labels", "")?;
        self.sees("shows all again", &rows(">= 8"), SOON)?;
        self.types("name", "probe")?;
        self.sees("filters by name", &rows("=== 1"), SOON)?;

        self.clicks("#body .row")?;
        self.sees(
            "opens an object's YAML",
            "document.querySelector('#panel').textContent.includes('apiVersion: v1\\nkind: Pod')",
            SOON,
        )?;
        self.sees(
            "leaves managed fields out",
            "!document.querySelector('#panel').textContent.includes('managedFields')",
            SOON,
        )?;
        self.clicks("#tab-events")?;
        self.sees(
            "shows its events",
            "/Started container m/.test(document.querySelector('#panel').textContent)",
            SOON,
        )?;
        self.clicks("#tab-logs")?;
        self.sees(
            "shows its log",
            "document.querySelector('#panel').textContent.startsWith('simulated by pintle: example.org/none')",
            SOON,
        )?;
        self.sees(
            "follows its log",
            "/request 2 answered/.test(document.querySelector('#panel').textContent)",
            LONG,
        )?;
        self.axe(axe, "light")?;
        self.browser.screenshot(&pictures.join("page.png"))?;
        self.browser.prefer("dark")?;
        self.axe(axe, "dark")?;
        self.browser.screenshot(&pictures.join("page-dark.png"))?;

        self.browser.press("Escape")?;
        self.sees(
            "closes it by the keyboard",
            "document.querySelector('#detail').hidden",
            SOON,
        )?;
        self.types("name", "")?;
        self.browser
            .evaluate("document.querySelector('#table').focus()")?;
        self.browser.press("ArrowDown")?;
        self.sees(
            "chooses rows by the keyboard",
            "document.querySelectorAll('[aria-selected=true].row').length === 1",
            SOON,
        )?;
        self.browser.press("Enter")?;
        self.sees(
            "opens rows by the keyboard",
            "!document.querySelector('#detail').hidden",
            SOON,
        )?;
        self.browser.press("Escape")?;
        self.delete("pod/probe")?;
        self.sees(
            "takes a deleted pod away within a second",
            "!document.getElementById('row-shop/probe')",
            Duration::from_secs(1),
        )?;

        self.many()?;
        self.browser
            .evaluate("location.hash = 'kind=configmaps&namespace=many'")?;
        // The root certificates, which every namespace has, are one more.
        let all = format!(
            "document.querySelector('#state').textContent.startsWith('{} ')",
            MANY + 1
        );
        self.sees("lists ten thousand objects", &all, LONG)?;
        self.sees(
            "draws only those in view",
            "document.querySelectorAll('#body .row').length < 120",
            SOON,
        )?;
        self.browser
            .evaluate("document.querySelector('#table').scrollTop = 1e9")?;
        self.sees(
            "scrolls to the last of them",
            &row(&format!("many/many-{:05}", MANY - 1), ""),
            Duration::from_secs(1),
        )?;
        self.browser.screenshot(&pictures.join("many.png"))?;
        self.picture(&pictures.join("README.png"))?;

        let complaints = self.browser.complaints();
        if !complaints.is_empty() {
            return Err(Error::new(format!(
                "the page complains: {}",
                complaints.join("\n")
            )));
        }
        self.passed += 1;
        Ok(())
    }

    /// The picture of README.md, which is committed as `docs/page.png`: the shop, with a pod's log beside it.
    fn picture(&mut self, file: &Path) -> Result<()> {
        self.browser.prefer("light")?;
        self.browser
            .evaluate("location.hash = 'kind=pods&namespace=shop'")?;
        self.sees("shows another kind", &row("shop/db-0", ""), SOON)?;
        self.clicks("[id='row-shop/db-0']")?;
        self.clicks("#tab-logs")?;
        self.sees(
            "shows the log of a pod that has run for a while",
            "/request 15 answered/.test(document.querySelector('#panel').textContent)",
            LONG,
        )?;
        self.browser.screenshot(file)
    }

    /// Something becomes true in time.
    fn sees(&mut self, what: &str, expression: &str, patience: Duration) -> Result<()> {
        let took = self.browser.wait(expression, patience);
        let took = took
            .map_err(|error| Error::new(format!("the page does not do this: {what}\n{error}")))?;
        println!("{what} ({} ms)", took.as_millis());
        self.passed += 1;
        Ok(())
    }

    /// Clicks on an element, once there is one.
    fn clicks(&mut self, selector: &str) -> Result<()> {
        let element = format!("document.querySelector({})", json!(selector));
        self.browser.wait(&format!("Boolean({element})"), SOON)?;
        self.browser.evaluate(&format!("{element}.click()"))?;
        Ok(())
    }

    fn types(&mut self, field: &str, text: &str) -> Result<()> {
        let text = json!(text);
        let expression = format!(
            "{{ const field = document.getElementById('{field}'); field.value = {text}; field.dispatchEvent(new Event('input', {{ bubbles: true }})); }}"
        );
        self.browser.evaluate(&expression).map(drop)
    }

    /// axe-core finds nothing that keeps somebody from using the page.
    fn axe(&mut self, axe: &str, scheme: &str) -> Result<()> {
        self.browser.evaluate(axe)?;
        let found = self.browser.evaluate(
            "axe.run().then((found) => found.violations.filter((one) => ['serious', 'critical'].includes(one.impact)).map((one) => `${one.id}: ${one.nodes.map((node) => node.html + ' ' + node.failureSummary).join('; ')}`).join('\\n'))",
        )?;
        match found.as_str() {
            Some("") => {
                println!("axe-core finds no serious fault, {scheme}");
                self.passed += 1;
                Ok(())
            }
            _ => Err(Error::new(format!(
                "axe-core finds faults, {scheme}: {found}"
            ))),
        }
    }

    fn apply(&self, object: &str) -> Result<()> {
        let file = self.embedded.directory.join("object.yaml");
        fs::write(&file, object).context(|| format!("write {}", file.display()))?;
        succeed(self.pintle().arg("apply").arg("-f").arg(file))
    }

    fn delete(&self, object: &str) -> Result<()> {
        succeed(self.pintle().args(["delete", object, "-n", "shop"]))
    }

    /// Many objects, in a namespace of their own.
    fn many(&self) -> Result<()> {
        let clock = SystemClock::new();
        let begin = clock.now();
        let mut objects =
            String::from("{apiVersion: v1, kind: Namespace, metadata: {name: many}}\n");
        for index in 0..MANY {
            writeln!(
                objects,
                "---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: 'many-{index:05}', namespace: many}}}}"
            )
            .expect("a string takes what is written to it");
        }
        self.apply(&objects)?;
        let took = clock.now().saturating_since(begin);
        println!("applied {MANY} objects in {} ms", took.as_millis());
        Ok(())
    }

    fn pintle(&self) -> Command {
        let mut command = Command::new(self.pintle);
        command
            .env("KUBECONFIG", &self.embedded.kubeconfig)
            .stdin(Stdio::null());
        command
    }
}

/// So many rows are in the document.
fn rows(condition: &str) -> String {
    format!("document.querySelectorAll('#body .row').length {condition}")
}

/// There is the row of an object, and it says something.
fn row(key: &str, text: &str) -> String {
    format!("Boolean(document.getElementById('row-{key}')?.textContent.includes('{text}'))")
}

const MANY: usize = 10_000;
const SOON: Duration = Duration::from_secs(5);
const LONG: Duration = Duration::from_secs(60);
