// witc: check WIT, print it, make bindings of it.
#include "cli/witc/commands.h"

#include "cli/common/describe.h"

namespace {

using namespace wcomp::cli;

constexpr Command commands[] = {
    {"check", "Report every mistake in WIT files or directories", "  witc check wit\n  witc check a.wit b.wit --features fancy --target-version 0.2.1", setup_check},
    {"print", "Print canonical WIT text", "  witc print wit\n  witc print wit --all-features -o all.wit", setup_print},
    {"fmt", "Format WIT files, with every comment kept", "  witc fmt -w wit\n  witc fmt --check wit", setup_fmt},
    {"json", "Print the resolved packages as JSON", "  witc json wit\n  witc json wit --features fancy -o wit.json", setup_json},
    {"encode", "Write a package as a component, in binary form or as text", "  witc encode wit -o pkg.wasm\n  witc encode wit -t\n  witc print pkg.wasm", setup_encode},
    {"docs", "Write documentation: HTML pages or Markdown", "  witc docs wit -o site\n  witc docs wit --format markdown -o docs/wit", setup_docs},
    {"diff", "Show what changed between two versions and whom it breaks", "  witc diff v1 v2\n  witc diff --for both v1/wit v2/wit", setup_diff},
    {"semver-check", "Check that a world is a compatible new version of another", "  witc semver-check wit --prev command-v1 --new command\n  witc semver-check wit --prev a:b/w@0.2.0 --new a:b/w@0.2.1", setup_semver_check},
    {"merge", "Unite packages that are two views of the same ones", "  witc merge app/wit library/wit\n  witc merge app/wit library/wit --out-dir merged", setup_merge},
    {"bindgen", "Generate C++ bindings", "  witc bindgen calc.wit --lang cpp --world calculator -o gen\n  witc bindgen wit --lang cpp-host -o gen", setup_bindgen},
    {"completions", "Print a completion script for a shell", "  witc completions bash > ~/.local/share/bash-completion/completions/witc", setup_completions},
    {"manual", "Write the manual pages", "  witc manual man1", setup_manual, false, true},
};

constexpr Note environment[] = {
    {"NO_COLOR", "if set, diagnostics have no colours on a terminal either"},
};

}  // namespace

int main(int argc, char** argv) {
  return run_program({.name = "witc", .summary = "WIT: check, print, generate bindings", .commands = commands, .environment = environment}, argc, argv);
}
