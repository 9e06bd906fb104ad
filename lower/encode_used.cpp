#include "lower/encode_used.h"

#include <numeric>
#include <set>

#include "base/match.h"
#include "component/shared_libraries/rewrite.h"
#include "core/name_section.h"

namespace wcomp::lower {

namespace {

using component::shared::IndexMaps;
using core::Immediate;

std::uint32_t size_of(const auto& list) { return static_cast<std::uint32_t>(list.size()); }

/// Which functions can be called, and of which there are references in code.
class Reach {
 public:
  explicit Reach(const core::Module& m) : m_(m), used_(m.imports.size() + m.funcs.size()) {
    for (std::uint32_t i = 0; i < m.imports.size(); ++i) used_[i] = true;
    for (const core::Export& e : m.exports) {
      if (e.kind == core::ExternKind::func) use(e.index);
    }
    if (m.start) use(m.start->value);
    for (const core::Global& g : m.globals) follow(g.init);
    for (const core::Table& t : m.tables) {
      if (t.init) follow(*t.init);
    }
    for (const core::Elem& e : m.elems) {
      match(
          e.items, [&](const std::vector<core::FuncIdx>& funcs) { for (const core::FuncIdx f : funcs) use(f.value); },
          [&](const std::vector<core::Expr>& exprs) { for (const core::Expr& x : exprs) follow(x); });
    }
    while (!work_.empty()) {
      const std::uint32_t at = work_.back();
      work_.pop_back();
      follow(m_.funcs[at - m_.imports.size()].body, &refs_);
    }
  }
  [[nodiscard]] bool is_used(std::uint32_t func) const { return used_[func]; }
  [[nodiscard]] const std::set<std::uint32_t>& refs_in_code() const { return refs_; }

 private:
  void use(std::uint32_t func) {
    if (used_[func]) return;
    used_[func] = true;
    work_.push_back(func);
  }
  void follow(const core::Expr& expr, std::set<std::uint32_t>* refs = nullptr) {
    core::ExprReader in(expr);
    while (!in.at_end()) {
      const core::Instr& i = in.take();
      if (i.row->immediate != Immediate::func && i.row->immediate != Immediate::func_ref) continue;
      use(i.index);
      if (refs != nullptr && i.row->immediate == Immediate::func_ref) refs->insert(i.index);
    }
  }

  const core::Module& m_;
  std::vector<bool> used_;
  std::vector<std::uint32_t> work_;
  std::set<std::uint32_t> refs_;
};

/// Other indices than those of functions stay.
IndexMaps identity(const core::Module& m) {
  IndexMaps maps;
  const auto number = [](std::vector<std::uint32_t>& map, std::size_t count) {
    map.resize(count);
    std::iota(map.begin(), map.end(), 0u);
  };
  number(maps.types, m.types.size());
  number(maps.funcs, m.imports.size() + m.funcs.size());
  number(maps.tables, m.tables.size());
  number(maps.mems, m.mems.size());
  number(maps.tags, m.tags.size());
  for (std::uint32_t i = 0; i < m.globals.size(); ++i) maps.globals.push_back({.is_const = false, .value = i});
  return maps;
}

}  // namespace

Bytes encode_used(core::Module m) {
  const Reach reach(m);
  IndexMaps maps = identity(m);
  std::vector<core::Func> funcs;
  for (std::uint32_t i = size_of(m.imports); i < maps.funcs.size(); ++i) {
    if (!reach.is_used(i)) continue;
    maps.funcs[i] = size_of(m.imports) + size_of(funcs);
    funcs.push_back(std::move(m.funcs[i - m.imports.size()]));
  }
  m.funcs = std::move(funcs);

  component::shared::Rewriter rewriter(maps);
  const auto rewrite = [&](core::Expr& e) { e = rewriter.rewrite(e); };
  for (core::Func& f : m.funcs) rewrite(f.body);
  for (core::Global& g : m.globals) rewrite(g.init);
  for (core::Table& t : m.tables) {
    if (t.init) rewrite(*t.init);
  }
  for (core::Elem& e : m.elems) {
    match(
        e.items, [&](std::vector<core::FuncIdx>& items) { for (core::FuncIdx& f : items) f = core::FuncIdx(maps.funcs[f.value]); },
        [&](std::vector<core::Expr>& items) { for (core::Expr& x : items) rewrite(x); });
  }
  for (core::Export& e : m.exports) {
    if (e.kind == core::ExternKind::func) e.index = maps.funcs[e.index];
  }
  if (m.start) m.start = core::FuncIdx(maps.funcs[m.start->value]);
  // Code may take references of functions that the module mentions outside of code, which an export would do.
  if (!reach.refs_in_code().empty()) {
    std::vector<core::FuncIdx> refs;
    for (const std::uint32_t f : reach.refs_in_code()) refs.emplace_back(maps.funcs[f]);
    core::Elem& declared = m.elems.emplace_back();
    declared.mode = core::SegmentMode::declarative;
    declared.items = std::move(refs);
  }

  std::erase_if(m.names.funcs, [&](const auto& name) { return !reach.is_used(name.first); });
  for (auto& [func, name] : m.names.funcs) func = maps.funcs[func];
  const Bytes names = core::encode_name_section(m.names);
  constexpr std::uint8_t after_data = 11;
  if (!names.empty()) m.customs.push_back({.name = "name", .bytes = names, .after = after_data});
  return core::encode(m);
}

}  // namespace wcomp::lower
