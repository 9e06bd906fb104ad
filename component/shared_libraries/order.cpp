#include "component/shared_libraries/order.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"

namespace wcomp::component::shared {

bool is_component_export(std::string_view name) {
  // `iface#f`, `[async-lift]f`, `cabi_realloc`, `cm32p2|..` and the functions that wrap every call.
  static constexpr std::string_view starts[] = {"[", "cabi_", "cm32p2", "__wasm_task_hook", "__wasm_init_task", "__wasm_init_async_task"};
  return name == program_start || name.find('#') != std::string_view::npos || std::ranges::any_of(starts, [&](std::string_view s) { return name.starts_with(s); });
}

std::vector<bool> reached_libraries(std::span<const Library> libraries, const Bindings& bindings) {
  std::vector<bool> out(libraries.size());
  std::vector<LibraryNumber> work;
  std::unordered_map<std::string_view, LibraryNumber> numbers;
  for (LibraryNumber l = 0; l < libraries.size(); ++l) {
    const Library& library = libraries[l];
    numbers.emplace(library.name, l);
    const bool has_world = library.world && !library.world->graph.worlds[library.world->world].exports.empty();
    const auto is_seen = [](const core::Export& e) { return e.kind == core::ExternKind::func && (e.name == program_start || e.name.find('#') != std::string::npos); };
    if (has_world || library.is_dl_openable || std::ranges::any_of(library.module().exports, is_seen)) work.push_back(l);
  }
  if (work.empty()) return std::vector<bool>(libraries.size(), true);
  while (!work.empty()) {
    const LibraryNumber l = work.back();
    work.pop_back();
    if (out[l]) continue;
    out[l] = true;
    for (const Binding& b : bindings.imports[l]) {
      if (const auto from = library_of(b)) work.push_back(*from);
    }
    for (const std::string& name : libraries[l].needed) work.push_back(numbers.at(name));
  }
  return out;
}

Result<std::vector<std::vector<LibraryNumber>>> needed_libraries(std::span<const Library> libraries) {
  std::unordered_map<std::string_view, LibraryNumber> numbers;
  for (LibraryNumber l = 0; l < libraries.size(); ++l) {
    if (!numbers.emplace(libraries[l].name, l).second) {
      Diagnostic d = error(diag::duplicate_name, fmt::format("two libraries have the name `{}`", escape(libraries[l].name)));
      d.notes.push_back("`NAME=FILE` gives a library another name than its file's");
      return Err(Failure(std::move(d)));
    }
  }
  std::vector<std::vector<LibraryNumber>> out(libraries.size());
  std::vector<std::string> missing;
  for (LibraryNumber l = 0; l < libraries.size(); ++l) {
    for (const std::string& name : libraries[l].needed) {
      if (const auto at = numbers.find(name); at != numbers.end()) {
        out[l].push_back(at->second);
      } else {
        missing.push_back(fmt::format("`{}` needs library `{}`", escape(libraries[l].name), escape(name)));
      }
    }
  }
  if (missing.empty()) return out;
  Diagnostic d = error(diag::missing_import, missing.size() == 1 ? "a library is missing" : fmt::format("{} libraries are missing", missing.size()));
  d.notes = std::move(missing);
  d.notes.push_back("give them, too; `NAME=FILE` if the file has another name");
  return Err(Failure(std::move(d)));
}

namespace {

/// Tarjan's algorithm for strongly connected components, with a stack of its own: it gives each component after those that it leads to.
class Components {
 public:
  Components(const std::vector<std::vector<LibraryNumber>>& needed, const std::vector<bool>& is_reached) : needed_(needed), is_reached_(is_reached), index_(needed.size()), low_(needed.size()), is_open_(needed.size()) {}

  std::vector<LibraryNumber> run() {
    for (LibraryNumber l = 0; l < needed_.size(); ++l) {
      if (is_reached_[l] && index_[l] == 0) visit(l);
    }
    return std::move(out_);
  }

 private:
  struct Frame {
    LibraryNumber library;
    std::size_t next = 0;
  };

  void visit(LibraryNumber root) {
    std::vector<Frame> frames{{root}};
    open(root);
    while (!frames.empty()) {
      Frame& f = frames.back();
      const LibraryNumber l = f.library;
      if (f.next < needed_[l].size()) {
        const LibraryNumber to = needed_[l][f.next++];
        if (index_[to] == 0) {
          open(to);
          frames.push_back({to});
        } else if (is_open_[to]) {
          low_[l] = std::min(low_[l], index_[to]);
        }
        continue;
      }
      frames.pop_back();
      if (!frames.empty()) low_[frames.back().library] = std::min(low_[frames.back().library], low_[l]);
      if (low_[l] == index_[l]) close(l);
    }
  }

  void open(LibraryNumber l) {
    index_[l] = low_[l] = ++count_;
    is_open_[l] = true;
    open_.push_back(l);
  }

  void close(LibraryNumber first) {
    const auto begin = std::ranges::find(open_, first);
    std::sort(begin, open_.end());
    for (auto at = begin; at != open_.end(); ++at) {
      is_open_[*at] = false;
      out_.push_back(*at);
    }
    open_.erase(begin, open_.end());
  }

  const std::vector<std::vector<LibraryNumber>>& needed_;
  const std::vector<bool>& is_reached_;
  std::vector<std::size_t> index_, low_;  ///< 0: not visited
  std::vector<bool> is_open_;
  std::vector<LibraryNumber> open_;
  std::vector<LibraryNumber> out_;
  std::size_t count_ = 0;
};

}  // namespace

std::vector<LibraryNumber> initialisation_order(const std::vector<std::vector<LibraryNumber>>& needed, const std::vector<bool>& is_reached) {
  return Components(needed, is_reached).run();
}

}  // namespace wcomp::component::shared
