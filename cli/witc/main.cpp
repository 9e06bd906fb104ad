// witc: check WIT, print it, make bindings of it.
#include "cli/witc/commands.h"

namespace {

using namespace wcomp::cli;

constexpr Command commands[] = {
    {"check", "Report every mistake in WIT files or directories", "  witc check wit\n  witc check a.wit b.wit --features fancy --target-version 0.2.1", setup_check},
    {"print", "Print canonical WIT text", "  witc print wit\n  witc print wit --all-features -o all.wit", setup_print},
    {"json", "Print the resolved packages as JSON", "  witc json wit\n  witc json wit --features fancy -o wit.json", setup_json},
    {"bindgen", "Generate C++ bindings", "  witc bindgen calc.wit --lang cpp --world calculator -o gen\n  witc bindgen wit --lang cpp-host -o gen", setup_bindgen},
};

}  // namespace

int main(int argc, char** argv) {
  return run_program({.name = "witc", .summary = "WIT: check, print, generate bindings", .commands = commands}, argc, argv);
}
