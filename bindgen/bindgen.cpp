#include "bindgen/bindgen.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "bindgen/wrap.h"
#include "canonical-abi/shape.h"

namespace wcomp::bindgen {

namespace {

/// A type of a few characters can describe a value of gigabytes; the emitters ask for shapes without looking for errors.
Result<void> check_shapes(const wit::Graph& graph, const wit::World& world) {
  const auto check = [&](const wit::Function& f) -> Result<void> {
    auto shape = cabi::try_shape_of(graph.types, f.type);
    if (shape) return {};
    Failure failure = std::move(shape).error();
    for (Diagnostic& d : failure.diagnostics()) d.notes.push_back(fmt::format("in a parameter or the result of `{}`", f.abi_name));
    return Err(std::move(failure));
  };
  for (const auto* items : {&world.imports, &world.exports}) {
    for (const wit::WorldItem& item : *items) {
      if (const auto* f = std::get_if<wit::Function>(&item.item)) {
        WCOMP_TRY(check(*f));
      } else if (const auto* i = std::get_if<wit::InterfaceId>(&item.item)) {
        for (const wit::Function& f2 : graph.interfaces[*i].functions) WCOMP_TRY(check(f2));
      }
    }
  }
  return {};
}

/// Generated files say in their first line what they are made for.
std::string_view first_line(const OutputFile& file) { return std::string_view(file.content).substr(0, file.content.find('\n')); }

}  // namespace

Result<std::vector<OutputFile>> generate(const wit::Graph& graph, const std::vector<wit::WorldId>& worlds, Side side, TypeOwnership ownership, Language language) {
  std::vector<OutputFile> out;
  for (const wit::WorldId world : worlds) {
    WCOMP_TRY(check_shapes(graph, graph.worlds[world]));
    WCOMP_TRY(const Model model, Model::make(graph, world, side, ownership));
    std::vector<OutputFile> files;
    if (side == Side::guest) {
      WCOMP_TRY(files, language == Language::c ? emit_c_guest(model) : emit_guest(model));
    } else {
      files = emit_host(model);
    }
    for (OutputFile& file : files) {
      if (!file.name.ends_with(".o") && file.name != "wcomp_guest.h") file.content = wrapped(file.content);
    }
    for (OutputFile& file : files) {
      const auto same = std::find_if(out.begin(), out.end(), [&](const OutputFile& f) { return f.name == file.name; });
      if (same == out.end()) {
        out.push_back(std::move(file));
      } else if (file.content != same->content) {
        Diagnostic d = error(diag::duplicate_name, fmt::format("two files would have the name `{}`", file.name));
        if (first_line(*same) != first_line(file)) d.notes.push_back(fmt::format("one begins with `{}`, the other with `{}`", first_line(*same), first_line(file)));
        d.notes.push_back("they are of different packages: make their bindings one by one with --world, each into a directory of its own");
        return Err(Failure(std::move(d)));
      }
    }
  }
  return out;
}

std::string_view guest_support_header() {
  static constexpr std::string_view text =
#include "bindgen/guest_support.inc"
      ;
  return text;
}

}  // namespace wcomp::bindgen
