#include "component/wit_imports.h"

#include <algorithm>
#include <utility>

#include "base/match.h"

namespace wcomp::component {

using wit::InterfaceId;
using wit::TypeDeclId;

namespace {

/// Types that wrappers may repeat of other interfaces before only those that are needed are: of small packages any number, of large ones
/// a multiple of their own.
constexpr std::size_t min_repeated_types = 200'000;
constexpr std::size_t max_repetition = 4;

/// Calls `each` with the types without which `def` cannot be written.
void for_each_part(const types::TypeDef& def, const auto& each) {
  const auto optional = [&](const std::optional<types::ValType>& t) {
    if (t) each(*t);
  };
  match(
      def,
      [&](const types::RecordType& r) {
        for (const types::Field& f : r.fields) each(f.type);
      },
      [&](const types::VariantType& v) {
        for (const types::Case& c : v.cases) optional(c.type);
      },
      [&](const types::ListType& l) { each(l.element); }, [&](const types::FixedListType& l) { each(l.element); },
      [&](const types::MapType& m) {
        each(m.key);
        each(m.value);
      },
      [&](const types::TupleType& tuple) {
        for (const types::ValType& t : tuple.types) each(t);
      },
      [&](const types::OptionType& o) { each(o.some); },
      [&](const types::ResultType& r) {
        optional(r.ok);
        optional(r.err);
      },
      [&](const types::OwnType& o) { each(types::ValType(o.resource)); }, [&](const types::BorrowType& b) { each(types::ValType(b.resource)); },
      [&](const types::StreamType& s) { optional(s.element); }, [&](const types::FutureType& f) { optional(f.element); },
      [&](const types::AliasType& a) { each(a.target); }, [](const auto&) {});
}

}  // namespace

WrapperImports::WrapperImports(const wit::Graph& graph, const std::vector<InterfaceId>& interfaces)
    : graph_(graph), uses_(graph.interfaces.size()), seen_interfaces_(graph.interfaces.size()), seen_decls_(graph.type_decls.size()) {
  std::size_t own = 0;
  for (const InterfaceId i : interfaces) own += graph.interfaces[i].types.size();
  const std::size_t budget = min_repeated_types + max_repetition * own;
  std::size_t repeated = 0;
  for (const InterfaceId i : interfaces) {
    for (const InterfaceId used : reached(i, budget - repeated)) repeated += 1 + graph.interfaces[used].types.size();
    is_trimmed_ = repeated > budget;
    if (is_trimmed_) break;
  }
  if (!is_trimmed_) return;
  ends_.resize(graph.type_decls.size());
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    const std::optional<TypeDeclId> target = graph.type_decls[TypeDeclId(i)].alias_of;
    ends_[i] = !target ? TypeDeclId(i) : target->value < i ? ends_[target->value] : graph.resolve_decl(*target);
  }
  ranks_.resize(graph.interfaces.size());
  std::uint32_t rank = 0;
  ++round_;
  const std::uint32_t round = round_;
  std::vector<std::pair<InterfaceId, std::size_t>> open;
  for (const InterfaceId root : interfaces) {
    if (std::exchange(seen_interfaces_[root.value], round) == round) continue;
    open.emplace_back(root, 0);
    while (!open.empty()) {
      auto& [id, next] = open.back();
      const std::vector<InterfaceId>& used = uses(id);
      if (next == used.size()) {
        ranks_[id.value] = rank++;
        open.pop_back();
      } else if (const InterfaceId target = used[next++]; std::exchange(seen_interfaces_[target.value], round) != round) {
        open.emplace_back(target, 0);
      }
    }
  }
}

const std::vector<InterfaceId>& WrapperImports::uses(InterfaceId interface) {
  std::optional<std::vector<InterfaceId>>& known = uses_[interface.value];
  if (known) return *known;
  known.emplace();
  for (const TypeDeclId t : sorted(graph_.interfaces[interface].types)) {
    const wit::TypeDecl& decl = graph_.type_decls[t];
    if (!decl.alias_of) continue;
    const auto* from = std::get_if<InterfaceId>(&graph_.type_decls[*decl.alias_of].owner);
    if (from != nullptr && *from != interface && (known->empty() || known->back() != *from)) known->push_back(*from);
  }
  return *known;
}

/// Depth first, those that are used before their users; without the interface itself. Ends early when they have more types than `budget`.
std::vector<InterfaceId> WrapperImports::reached(InterfaceId interface, std::size_t budget) {
  std::vector<InterfaceId> out;
  std::vector<std::pair<InterfaceId, std::size_t>> open{{interface, 0}};
  ++round_;
  seen_interfaces_[interface.value] = round_;
  std::size_t found = 0;
  while (!open.empty()) {
    auto& [id, next] = open.back();
    const std::vector<InterfaceId>& used = uses(id);
    if (next < used.size()) {
      const InterfaceId target = used[next++];
      if (std::exchange(seen_interfaces_[target.value], round_) == round_) continue;
      open.emplace_back(target, 0);
      found += 1 + graph_.interfaces[target].types.size();
      if (found <= budget) continue;
      while (open.size() > 1) {  // enough to know that it is too much
        out.push_back(open.back().first);
        open.pop_back();
      }
      return out;
    }
    if (open.size() > 1) out.push_back(id);
    open.pop_back();
  }
  return out;
}

std::vector<WrapperImport> WrapperImports::of(InterfaceId interface) {
  if (is_trimmed_) return needed(interface);
  std::vector<WrapperImport> out;
  for (const InterfaceId id : reached(interface, SIZE_MAX)) out.push_back({.interface = id, .types = sorted(graph_.interfaces[id].types)});
  return out;
}

/// `decl`, what it is another name for, and all that is written in that. Without recursion: definitions make chains of any length.
void WrapperImports::need(TypeDeclId decl, std::vector<TypeDeclId>& found) {
  const auto add = [&](TypeDeclId id) {
    if (std::exchange(seen_decls_[id.value], round_) != round_) found.push_back(id);
  };
  std::size_t at = found.size();
  add(decl);
  std::vector<types::ValType> open;
  for (; at < found.size(); ++at) {
    const TypeDeclId target = end_of(found[at]);
    if (target != found[at]) {
      add(target);
      continue;
    }
    for_each_part(graph_.types[graph_.type_decls[target].type], [&](types::ValType t) { open.push_back(t); });
    while (!open.empty()) {
      const types::TypeId* id = std::get_if<types::TypeId>(&open.back());
      const std::optional<types::TypeId> part = id == nullptr ? std::nullopt : std::optional(*id);
      open.pop_back();
      if (!part) continue;
      if (graph_.decl_of_type.contains(*part)) add(graph_.decl_of_type.at(*part));
      else for_each_part(graph_.types[*part], [&](types::ValType t) { open.push_back(t); });
    }
  }
}

std::vector<WrapperImport> WrapperImports::needed(InterfaceId interface) {
  ++round_;
  std::vector<TypeDeclId> decls;
  for (const TypeDeclId t : graph_.interfaces[interface].types) {
    const wit::TypeDecl& decl = graph_.type_decls[t];
    if (decl.alias_of && graph_.type_decls[*decl.alias_of].owner != decl.owner) need(*decl.alias_of, decls);
  }
  const auto rank = [&](TypeDeclId id) {
    const auto* owner = std::get_if<InterfaceId>(&graph_.type_decls[id].owner);
    return std::pair(owner == nullptr ? 0 : ranks_[owner->value], id);
  };
  std::ranges::sort(decls, {}, rank);
  std::vector<WrapperImport> out;
  for (const TypeDeclId id : decls) {
    const auto* owner = std::get_if<InterfaceId>(&graph_.type_decls[id].owner);
    if (owner == nullptr || *owner == interface) continue;
    if (out.empty() || out.back().interface != *owner) out.push_back({.interface = *owner, .types = {}});
    out.back().types.push_back(id);
  }
  return out;
}

}  // namespace wcomp::component
