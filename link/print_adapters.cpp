// The adapters of a plan as text that can be parsed again.
#include <map>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "core/print.h"
#include "link/plan.h"

namespace wcomp::link {

namespace {

std::string side(const Plan& plan, const Options& o) {
  static constexpr std::string_view encodings[] = {"utf8", "utf16", "latin1+utf16"};
  std::string out = fmt::format("instance {}, {}, {}", o.instance.value, escape(plan.component_instances[o.instance.value].path), encodings[static_cast<std::size_t>(o.encoding)]);
  if (o.memory) out += o.ptr == core::ValType::i64 ? ", memory64" : ", memory";
  if (o.realloc) out += ", realloc";
  if (o.post_return) out += ", post-return";
  return out;
}

/// A module's text inside of a component, with an identifier.
void put_module(std::string& out, std::string_view text, std::uint32_t number) {
  constexpr std::string_view head = "(module";
  WCOMP_CHECK(text.starts_with(head));
  fmt::format_to(std::back_inserter(out), "  (core module $adapter-{}", number);
  text.remove_prefix(head.size());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n') + 1, text.size());
    const std::string_view line = text.substr(0, end == 0 ? text.size() : end);
    if (line.data() != text.data() || out.back() == '\n') out += line == "\n" ? "" : "  ";
    out += line;
    text.remove_prefix(line.size());
  }
  if (out.back() != '\n') out += '\n';
}

}  // namespace

std::string print_adapters(const Plan& plan) {
  std::map<ModuleSlot, std::vector<const MakeAdapter*>> by_module;
  for (const Step& s : plan.steps) {
    if (const auto* a = std::get_if<MakeAdapter>(&s)) by_module[a->adapter].push_back(a);
  }
  std::string out = "(component\n";
  for (const auto& [slot, uses] : by_module) {
    for (const MakeAdapter* a : uses) {
      fmt::format_to(std::back_inserter(out), "  ;; {}: {}\n  ;;   caller: {}\n  ;;   callee: {}\n", escape(a->name), escape(types::to_string(plan.types, a->type)), side(plan, a->lower),
                     side(plan, a->lift));
      for (std::size_t n = 0; n < a->resources.size(); ++n) {
        fmt::format_to(std::back_inserter(out), "  ;;   resource {} is `{}`\n", n, escape(plan.resources[a->resources[n].value].name));
      }
    }
    const auto text = core::print(*plan.modules[slot.value]);
    WCOMP_CHECK(text.has_value());
    put_module(out, *text, slot.value);
  }
  out += ")\n";
  return out;
}

}  // namespace wcomp::link
