// `wcomp wast` and nothing else of wcomp: a program for another machine that is built in half the time.
#include "cli/wcomp/commands.h"

namespace {

constexpr wcomp::cli::Command commands[] = {{"wast", "Run test scripts of WebAssembly", "  wcomp wast i32.wast", wcomp::cli::setup_wast}};

}  // namespace

int main(int argc, char** argv) {
  return wcomp::cli::run_program({.name = "wcomp", .summary = "Test scripts of WebAssembly", .commands = commands, .default_command = "wast", .environment = {}}, argc, argv);
}
