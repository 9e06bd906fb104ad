// wcomp: make components, compose them, look inside, run them.
#include "cli/wcomp/commands.h"

#include "cli/common/describe.h"
#include "cli/wcomp/clang_words.h"

namespace {

using namespace wcomp::cli;

constexpr Command commands[] = {
    {"run", "Run a component or a core module, or call one of its functions",
     "  wcomp run main.wasm 2 1 add\n"
     "  wcomp main.wasm 2 1 add                     `run` may be left out; everything after FILE is the guest's\n"
     "  wcomp --dir . --dir /data::/in::ro cat.wasm README.md\n"
     "  wcomp --env LANG=C --timeout 10s app.wasm\n"
     "  wcomp --invoke 'greet(\"Ada\", {loud: true})' greet.wasm\n"
     "  wcomp --invoke add sum.wasm 1 2",
     setup_run, true},
    {"compose", "Plug components' exports into another's imports", "  wcomp compose app.wasm calculator.wasm adder.wasm -o main.wasm", setup_compose},
    {"c++", "Compile C++ to a component: bindings of a world, clang, componentizing",
     "  wcomp c++ --wit calc.wit --world app main.cpp -o app.wasm\n"
     "  wcomp c++ main.cpp util.cpp -O3 -Wall -DNDEBUG -o app.wasm   an ordinary program, or WIT found beside main.cpp\n"
     "  wcomp c++ --core hello.cpp -o hello.core.wasm                a module for WASI preview 1\n"
     "  wcomp c++ --wit wit --world app -c main.cpp -o main.o        every option of clang means what it means to clang",
     setup_cpp, false, false, clang_takes_next},
    {"cc", "Compile C to a component",
     "  wcomp cc --wit calc.wit --world app main.c -o app.wasm\n"
     "  wcomp cc hello.c -O3 -o hello.wasm",
     setup_cc, false, false, clang_takes_next},
    {"new", "Make a component of a core module", "  wcomp new core.wasm -o component.wasm", setup_new},
    {"link", "Link shared libraries and make a component of them",
     "  wcomp link libapp.so libc.so -o app.wasm\n"
     "  wcomp link libpython.so libc.so --dl-openable libplugin.so --use-built-in-libdl -o app.wasm",
     setup_link},
    {"embed", "Attach a WIT world to a core module", "  wcomp embed wit core.wasm --world app -o core-with-wit.wasm", setup_embed},
    {"validate", "Check a core module or a component", "  wcomp validate main.wasm", setup_validate},
    {"wit", "Print the WIT of a component, of a module with embedded WIT, or of a package", "  wcomp wit main.wasm\n  wcomp wit main.wasm --out-dir wit\n  wcomp wit wit --wasm -o pkg.wasm", setup_wit},
    {"targets", "Check that a component fits a world", "  wcomp targets main.wasm wit --world command\n  wcomp targets main.wasm wasi-http.wasm --world wasi:http/proxy@0.2.0", setup_targets},
    {"print", "Print a core module or a component as text", "  wcomp print module.wasm\n  wcomp print --folded module.wasm -o module.wat", setup_print},
    {"parse", "Make a binary of the text of a core module or component", "  wcomp parse module.wat -o module.wasm", setup_parse},
    {"inspect", "Say what is inside of a core module or a component", "  wcomp inspect main.wasm\n  wcomp inspect --json main.wasm", setup_inspect},
    {"strip", "Take custom sections out of a core module or a component",
     "  wcomp strip main.wasm -o small.wasm          all but names and what tools need\n"
     "  wcomp strip --all main.wasm -o smallest.wasm\n"
     "  wcomp strip --delete '^\\.debug' main.wasm -o main.wasm",
     setup_strip},
    {"metadata", "Say, or change, what a core module or a component says about itself",
     "  wcomp metadata show main.wasm\n"
     "  wcomp metadata add main.wasm --name app --licenses MIT --sdk my-sdk=1.0 -o named.wasm",
     setup_metadata},
    {"unbundle", "Take the core modules out of a component", "  wcomp unbundle main.wasm --module-dir modules -o imports-them.wasm", setup_unbundle},
    {"wast", "Run test scripts of WebAssembly", "  wcomp wast i32.wast\n  wcomp wast --features all,-simd -v tests", setup_wast},
    {"lower", "Make one core module of a component", "  wcomp lower main.wasm -o core.wasm\n  wcomp new core.wasm -o again.wasm            a component with the same WIT", setup_lower},
    {"plan", "Print how a component is instantiated, step by step",
     "  wcomp plan main.wasm\n"
     "  wcomp plan --json main.wasm\n"
     "  wcomp plan --adapters main.wasm              what a call from one component to another does, as core wasm",
     setup_plan},
    {"abi", "Print what the Canonical ABI makes of functions: core signatures, names, layout of their types",
     "  wcomp abi calculator.wasm calculate\n"
     "  wcomp abi wit --world app\n"
     "  wcomp abi --json wit 'streams#[method]output-stream.write'",
     setup_abi},
    {"exe", "Make a native executable of a command component or a module for preview 1",
     "  wcomp exe app.wasm -o app                    then: ./app ARGS, and behind a last `--` what is granted: ./app ARGS -- --dir .\n"
     "  wcomp exe app.wasm -o app --grant dir=data::/data::ro --grant max-memory=64M\n"
     "  ./app --wcomp-grants                         what is baked in",
     setup_exe},
    {"cache", "Look at, or empty, the compiled code that is kept on disk",
     "  wcomp cache info\n"
     "  wcomp cache prune --max-size 100MB\n"
     "  wcomp cache clear",
     setup_cache},
    {"compile", "Compile a component or core module ahead of time, to a file that `wcomp run` maps",
     "  wcomp compile app.wasm -o app.cwasm\n"
     "  wcomp run app.cwasm                         nothing is decoded, validated or compiled\n"
     "  wcomp compile --metered app.wasm -o app.cwasm && wcomp run --fuel 1000000 app.cwasm",
     setup_compile},
    {"completions", "Print a completion script for a shell", "  wcomp completions bash > ~/.local/share/bash-completion/completions/wcomp", setup_completions},
    {"manual", "Write the manual pages", "  wcomp manual man1", setup_manual, false, true},
};

constexpr Note environment[] = {
    {"WCOMP_CXX", "the compiler of `wcomp c++` (default: clang++ 19, or the next best on the PATH)"},
    {"WCOMP_CC", "the compiler of `wcomp cc`"},
    {"WASI_SDK_PATH", "a WASI SDK whose clang `wcomp c++` and `wcomp cc` take"},
    {"NO_COLOR", "if set, diagnostics have no colours on a terminal either"},
    {"WCOMP_BACKEND", "what runs guests where no option says it: `interp` or `jit`"},
    {"WCOMP_CACHE", "the folder of compiled code (`wcomp` in XDG_CACHE_HOME, or in .cache of HOME); empty: none"},
    {"WCOMP_EXPLICIT_BOUNDS", "if 1, the interpreter compares every address with the memory's size instead of letting the processor find out"},
};

}  // namespace

int main(int argc, char** argv) {
  return run_program({.name = "wcomp", .summary = "WebAssembly components: make, compose, explain, run", .commands = commands, .default_command = "run", .environment = environment}, argc, argv);
}
