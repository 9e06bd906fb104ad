// wcomp c++ FILES.. and wcomp cc FILES..: bindings, clang and componentizing in one command.
//
// Each source is compiled on its own, as is the glue of the bindings, all at once; then clang links, the WIT is attached, and a component is
// made of the module. What clang says is printed in the order of the sources. Everything in between is in a folder that goes away.
#include <algorithm>
#include <csignal>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/in_file.h"
#include "base/text.h"
#include "bindgen/bindgen.h"
#include "cli/common/version.h"
#include "cli/wcomp/child.h"
#include "cli/wcomp/clang_words.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/guest_compiler.h"
#include "component/componentize.h"
#include "component/wit_codec.h"
#include "component/wit_files.h"

namespace wcomp::cli {

namespace {

namespace fs = std::filesystem;

struct Options {
  bool is_cpp = true;
  std::string wit, world, bindings, output, ownership = "borrowing";
  std::vector<std::string> features, files;  // files: only for --help; they come with clang's words
  bool all_features = false, no_wit = false, core = false, is_verbose = false;
};

class Compilation {
 public:
  Compilation(const Options& options, ClangWords words, GuestCompiler compiler, TemporaryFolder folder)
      : options_(options), words_(std::move(words)), compiler_(std::move(compiler)), folder_(std::move(folder)) {}

  Result<int> run() {
    WCOMP_TRY(load_wit());
    if (graph_) WCOMP_TRY(write_bindings());
    if (words_.ends_before_link) return run_clang_alone();
    if (words_.inputs().empty()) {
      Diagnostic d = error(diag::bad_usage, "there is no source and no object to make a component of");
      d.notes.push_back(fmt::format("`wcomp {} --help` shows how it is used", options_.is_cpp ? "c++" : "cc"));
      print(d);
      return status_usage;
    }
    WCOMP_TRY(const bool is_compiled, compile());
    if (!is_compiled) return status_;
    WCOMP_TRY(const bool is_linked, link());
    if (!is_linked) return status_;
    WCOMP_TRY(Bytes core, read_file(core_path()));
    return finish(std::move(core));
  }
  [[nodiscard]] int stopped_by() const { return stopped_by_; }

 private:
  // WIT and bindings.

  /// `--wit`, or what lies beside the first source: a folder `wit`, or `.wit` files.
  fs::path wit_path() {
    if (!options_.wit.empty()) return options_.wit;
    for (const std::string& input : words_.inputs()) {
      const fs::path folder = fs::path(input).parent_path();
      std::error_code ec;
      if (fs::is_directory(folder / "wit", ec)) return folder / "wit";
      std::vector<fs::path> found;
      for (fs::directory_iterator it(folder.empty() ? fs::path(".") : folder, ec), end; !ec && it != end; it.increment(ec)) {
        if (it->path().extension() == ".wit") found.push_back(it->path());
      }
      if (found.size() == 1) return folder / found[0].filename();
      if (found.size() > 1) return folder.empty() ? fs::path(".") : folder;
      break;  // only the first source counts: where the others come from may have nothing to do with it
    }
    return {};
  }
  Result<void> load_wit() {
    if (options_.no_wit) return {};
    const fs::path path = wit_path();
    if (path.empty()) {
      if (options_.world.empty()) return {};
      return fail(diag::bad_usage, fmt::format("where is the world `{}`? `--wit` says so; beside the first source there is neither a folder `wit` nor a `.wit` file", escape(options_.world)));
    }
    if (options_.is_verbose && options_.wit.empty()) say(fmt::format("WIT: {}", escape(path.string())));
    wit::Options o;
    o.features.insert(options_.features.begin(), options_.features.end());
    o.all_features = options_.all_features;
    const fs::path paths[] = {path};
    auto loaded = component::load_wit(paths, o);
    if (loaded) {
      for (const Diagnostic& d : loaded->loaded.warnings) print(d);
      auto world = wit::select_world(loaded->loaded.graph, options_.world);
      if (world) {
        graph_ = std::move(loaded->loaded);
        world_ = *world;
        return {};
      }
      loaded = Err(std::move(world).error());
    }
    if (options_.wit.empty()) {
      loaded.error().diagnostics().back().notes.push_back(fmt::format("the WIT was found at `{}`, beside the source; `--wit` names another, `--no-wit` leaves it out", escape(path.string())));
    }
    return Err(std::move(loaded).error());
  }
  [[nodiscard]] fs::path bindings_folder() const { return options_.bindings.empty() ? folder_.path() / "bindings" : fs::path(options_.bindings); }
  Result<void> write_bindings() {
    const auto ownership = options_.ownership == "owning" ? bindgen::TypeOwnership::owning : bindgen::TypeOwnership::borrowing;
    const auto language = options_.is_cpp ? bindgen::Language::cpp : bindgen::Language::c;
    WCOMP_TRY(const auto files, bindgen::generate(graph_->graph, {world_}, bindgen::Side::guest, ownership, language));
    std::error_code ec;
    fs::create_directories(bindings_folder(), ec);
    if (ec) return fail(diag::file_error, fmt::format("cannot make the directory `{}`: {}", escape(bindings_folder().string()), ec.message()));
    for (const bindgen::OutputFile& file : files) {
      if (file.is_written_once || file.name.ends_with(".o")) continue;
      const fs::path path = bindings_folder() / file.name;
      if (file.name.ends_with(".cpp") || file.name.ends_with(".c")) glue_ = path;
      if (const auto old = fs::exists(path, ec) ? read_text_file(path) : Result<std::string>(std::string()); old && *old == file.content) continue;
      WCOMP_TRY(write_file(path, std::string_view(file.content)));
    }
    return {};
  }

  // Words for clang.

  [[nodiscard]] std::vector<std::string> target() const { return {compiler_.path, "--target=wasm32-wasi"}; }
  /// Before the user's words, so that theirs count.
  [[nodiscard]] std::vector<std::string> defaults(bool as_c) const {
    std::vector<std::string> out = target();
    out.emplace_back("-O2");
    if (options_.is_cpp && !as_c) out.insert(out.end(), {"-std=c++20", "-fno-exceptions"});
    if (::isatty(2) == 1 && std::getenv("NO_COLOR") == nullptr) out.emplace_back("-fcolor-diagnostics");
    if (words_.has_debug_info && options_.bindings.empty()) out.push_back(fmt::format("-ffile-prefix-map={}=.", folder_.path().string()));
    if (graph_) out.push_back("-I" + bindings_folder().string());
    return out;
  }
  /// Words that one step may have no use for are no mistake of the user's.
  static void append_unquestioned(std::vector<std::string>& out, const std::vector<std::string>& words) {
    out.emplace_back("--start-no-unused-arguments");
    out.insert(out.end(), words.begin(), words.end());
    out.emplace_back("--end-no-unused-arguments");
  }
  [[nodiscard]] fs::path core_path() const { return folder_.path() / "core.wasm"; }

  /// False if not all of them succeeded; what they said was printed.
  Result<bool> run_all(std::vector<Child> children) {
    for (std::size_t i = 0; i < children.size(); ++i) {
      children[i].errors = folder_.path() / fmt::format("errors{}", i);
      if (options_.is_verbose) say(shell_words(children[i].words));
    }
    WCOMP_TRY(const ChildrenDone done, run_children(children));
    for (std::size_t i = 0; i < children.size(); ++i) {
      if (const auto said = read_text_file(children[i].errors)) {
        std::fwrite(said->data(), 1, said->size(), stderr);
        note_missing_header(*said);
      }
      if (done.statuses[i] > 128 && done.stopped_by == 0) print(error(diag::file_error, fmt::format("`{}` was ended by signal {}", escape(compiler_.path), done.statuses[i] - 128)));
    }
    stopped_by_ = done.stopped_by;
    return stopped_by_ == 0 && std::ranges::all_of(done.statuses, [](int s) { return s == 0; });
  }

  /// Clang's `fatal error: 'app_exports.h' file not found`.
  void note_missing_header(std::string_view said) {
    const std::size_t end = said.find(".h' file not found");
    if (end == std::string_view::npos || end == 0) return;
    const std::size_t begin = said.rfind('\'', end);
    if (begin != std::string_view::npos) missing_header_ = said.substr(begin + 1, end + 1 - begin);
  }

  Result<int> run_clang_alone() {
    const bool is_c = std::ranges::all_of(words_.words, [](const ClangWord& w) { return w.kind != ClangWord::Kind::source || w.language == "c"; });
    Child child{defaults(is_c && words_.source_count() > 0), {}, {}};
    if (!options_.output.empty()) child.words.insert(child.words.end(), {"-o", options_.output});
    if (is_c && words_.source_count() > 0) child.words.insert(child.words.end(), {"-x", "c"});
    for (const ClangWord& w : words_.words) child.words.push_back(w.text);
    if (options_.is_verbose) say(shell_words(child.words));
    child.errors = folder_.path() / "errors";
    WCOMP_TRY(const ChildrenDone done, run_children({child}));
    stopped_by_ = done.stopped_by;
    if (const auto said = read_text_file(child.errors)) {
      std::fwrite(said->data(), 1, said->size(), stderr);
      note_missing_header(*said);
    }
    if (done.statuses[0] == 0) return status_ok;
    explain();
    return status_;
  }

  Child glue_child() {
    glue_object_ = folder_.path() / "glue.o";
    Child child{defaults(false), {}, {}};
    append_unquestioned(child.words, words_.options());
    for (const ClangWord& w : words_.words) {
      if (w.kind != ClangWord::Kind::source) continue;
      const fs::path folder = fs::path(w.text).parent_path();
      const std::string option = "-I" + (folder.empty() ? std::string(".") : folder.string());
      if (std::ranges::find(child.words, option) == child.words.end()) child.words.push_back(option);
    }
    child.words.insert(child.words.end(), {"-w", "-c", glue_.string(), "-o", glue_object_.string()});
    return child;
  }

  Result<bool> compile() {
    std::vector<Child> children;
    for (std::size_t i = 0; i < words_.words.size(); ++i) {
      const ClangWord& w = words_.words[i];
      if (w.kind != ClangWord::Kind::source) continue;
      const bool as_c = options_.is_cpp && w.language == "c";
      objects_.push_back(folder_.path() / fmt::format("{}_{}.o", objects_.size(), fs::path(w.text).stem().string()));
      Child child{defaults(as_c), {}, {}};
      append_unquestioned(child.words, words_.for_source(i, as_c));
      if ((words_.has("-MD") || words_.has("-MMD")) && !words_.has("-MF")) {
        child.words.insert(child.words.end(), {"-MF", fs::path(w.text).stem().string() + ".d"});
      }
      child.words.insert(child.words.end(), {"-c", "-o", objects_.back()});
      children.push_back(std::move(child));
    }
    if (!glue_.empty()) children.push_back(glue_child());
    WCOMP_TRY(const bool is_good, run_all(std::move(children)));
    if (!is_good) {
      explain();
      return false;
    }
    find_main();
    if (has_main_ && graph_ && words_.model != "reactor" && drop_run_export()) {
      if (has_run_) {
        Diagnostic d = warning(diag::bad_usage, "there are a `main` and the world's `wasi:cli/run`: the component runs `main`, nothing calls the other");
        d.notes.push_back("leave one of them out; `-mexec-model=reactor` makes a component that runs the other");
        print(d);
      }
      WCOMP_TRY(write_bindings());
      if (!glue_.empty()) return run_all({glue_child()});
    }
    return true;
  }

  /// A function `main` in an object: the names of symbols stand in it with their length in front, in bitcode without.
  void find_main() {
    std::vector<std::string> objects = objects_;
    for (const ClangWord& w : words_.words) {
      if (w.kind == ClangWord::Kind::object && w.text.ends_with(".o")) objects.push_back(w.text);
    }
    for (const std::string& path : objects) {
      const auto bytes = read_file(path);
      if (!bytes) continue;
      const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
      const bool is_wasm = text.starts_with(std::string_view("\0asm", 4));
      for (const std::string_view name : {"\013__main_void", "\020__main_argc_argv"}) {
        has_main_ = has_main_ || text.find(is_wasm ? name : name.substr(1)) != std::string_view::npos;
      }
      has_run_ = has_run_ || names_run(text);
    }
  }
  /// The user's function for the export `wasi:cli/run`: `exports::wasi::cli::run::run()` as C++ names it, with a version in `cli` where there are
  /// several, or what the bindings in C call it.
  static bool names_run(std::string_view object) {
    constexpr std::string_view begin = "N7exports4wasi";
    for (std::size_t at = object.find(begin); at != std::string_view::npos; at = object.find(begin, at + 1)) {
      const std::string_view rest = object.substr(at + begin.size(), 48);
      if (const std::size_t end = rest.find("3run3runEv"); end != std::string_view::npos && rest.substr(0, end).find('\0') == std::string_view::npos) return true;
    }
    return object.find("exports_wasi_cli_run_run") != std::string_view::npos;
  }
  /// Where the user wrote a `main`, `wasi:cli/run` is what a command exports anyway.
  bool drop_run_export() {
    auto& exports = graph_->graph.worlds[world_].exports;
    return std::erase_if(exports, [](const wit::WorldItem& item) { return item.name == "wasi:cli/run" || item.name.starts_with("wasi:cli/run@"); }) > 0;
  }

  Result<bool> link() {
    const bool is_command = has_main_ || (!graph_ && !options_.core);
    Child child{target(), {}, {}};
    if (!words_.model && !is_command && !words_.has("-shared") && !words_.has("-nostart")) child.words.emplace_back("-mexec-model=reactor");
    if (!words_.has_debug_info) child.words.emplace_back("-Wl,--strip-debug");
    append_unquestioned(child.words, words_.for_link(objects_));
    if (!glue_.empty()) child.words.push_back(glue_object_.string());
    child.words.insert(child.words.end(), {"-o", core_path().string()});
    WCOMP_TRY(const bool is_good, run_all({child}));
    if (!is_good) explain();
    return is_good;
  }

  /// Says what the compiler lacks or, if it lacks nothing, what else may be the reason.
  void explain() {
    status_ = status_failed;
    if (stopped_by_ != 0) return;
    std::vector<std::string> words{"--target=wasm32-wasi"};
    for (std::size_t i = 0; i < words_.words.size(); ++i) {
      const std::string& text = words_.words[i].text;
      if (!text.starts_with("--sysroot") && !text.starts_with("--target") && text != "-target" && text != "-isysroot") continue;
      words.push_back(text);
      if (i + 1 < words_.words.size() && words_.words[i + 1].kind == ClangWord::Kind::value) words.push_back(words_.words[++i].text);
    }
    if (const auto missing = find_missing_part(compiler_, words)) {
      print(*missing);
    } else if (!graph_ && !missing_header_.empty()) {
      say(fmt::format("wcomp: if `{}` is one of the headers that bindings are made of: {}", escape(missing_header_),
                      options_.no_wit ? "`--no-wit` leaves them out" : "no WIT was found beside the first source; `--wit` names its file or folder"));
    } else if (graph_ && !words_.ends_before_link) {
      say(fmt::format("wcomp: `witc bindgen --lang {} --world {}` writes the bindings, and first versions of what the world exports", options_.is_cpp ? "cpp" : "c",
                      graph_->graph.worlds[world_].name));
    }
  }

  Result<int> finish(Bytes core) {
    if (graph_) {
      WCOMP_TRY(Bytes payload, component::encode_component_type(graph_->graph, world_));
      core = component::embed_component_type(core, graph_->graph.worlds[world_].name, payload);
    }
    if (options_.core) return write_output(options_.output, std::span<const std::uint8_t>(core));
    component::ComponentizeOptions o;
    o.file = "core.wasm";
    o.producer_version = version_number();
    auto pieces = component::componentize_pieces(std::make_shared<const Bytes>(std::move(core)), o);
    if (!pieces) return Err(in_file(std::move(pieces).error(), "the linked module"));
    std::vector<std::span<const std::uint8_t>> parts{pieces->before};
    parts.insert(parts.end(), pieces->module.begin(), pieces->module.end());
    parts.emplace_back(pieces->after);
    return write_output(options_.output, parts);
  }

  const Options& options_;
  ClangWords words_;
  GuestCompiler compiler_;
  TemporaryFolder folder_;
  std::optional<wit::Loaded> graph_;
  wit::WorldId world_{};
  fs::path glue_, glue_object_;
  std::vector<std::string> objects_;
  bool has_main_ = false, has_run_ = false;
  std::string missing_header_;
  int status_ = status_failed;
  int stopped_by_ = 0;
};

int run(const Options& options) {
  int stopped_by = 0;
  const auto work = [&]() -> Result<int> {
    WCOMP_TRY(ClangWords words, ClangWords::split(get_guest_args()));
    WCOMP_TRY(GuestCompiler compiler, find_guest_compiler(options.is_cpp));
    WCOMP_TRY(TemporaryFolder folder, TemporaryFolder::make());
    Compilation compilation(options, std::move(words), std::move(compiler), std::move(folder));
    auto done = compilation.run();
    stopped_by = compilation.stopped_by();
    return done;
  };
  const Result<int> done = work();
  if (stopped_by != 0) {  // the folder is gone by now; end as one does who was told to
    std::signal(stopped_by, SIG_DFL);
    std::raise(stopped_by);
  }
  return done ? *done : report(done.error());
}

Action setup(CLI::App& app, bool is_cpp) {
  auto o = std::make_shared<Options>();
  o->is_cpp = is_cpp;
  app.add_option("FILES", o->files, "Sources and objects, among any options of clang")->type_name("FILE");
  CLI::Option* const wit = app.add_option("--wit,--wit-dir", o->wit, "WIT: a file, a folder or a package in binary form (default: the folder wit, or the .wit files, beside the first source)")->type_name("DIR");
  CLI::Option* const world = app.add_option("--world", o->world, "World to implement, when there are several");
  app.add_flag("--no-wit", o->no_wit, "Look for no WIT: an ordinary program")->excludes(wit)->excludes(world);
  app.add_option("--features", o->features, "Unstable features to keep")->delimiter(',')->allow_extra_args(false);
  app.add_flag("--all-features", o->all_features, "Keep everything unstable");
  if (is_cpp) {
    app.add_option("--type-ownership", o->ownership, "What your functions are given: borrowing, views of the caller's values (default); owning, values to move from")->check(CLI::IsMember({"borrowing", "owning"}));
  }
  app.add_option("--bindings", o->bindings, "Write the bindings to this folder and leave them there, for editors (default: a temporary one)")->type_name("DIR");
  app.add_option("-o,--output", o->output, "Write here instead of to standard output")->type_name("FILE");
  app.add_flag("--core", o->core, "Make a core module for WASI preview 1, with the WIT inside if there is some, and no component of it");
  app.add_flag("-v,--verbose", o->is_verbose, "Say which commands are run");
  return [o] { return run(*o); };
}

}  // namespace

Action setup_cpp(CLI::App& app) { return setup(app, true); }
Action setup_cc(CLI::App& app) { return setup(app, false); }

}  // namespace wcomp::cli
