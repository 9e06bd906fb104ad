// Types as text.
#include "base/match.h"
#include "component/text/printer.h"

namespace wcomp::component::text {

namespace {

std::string literal(std::string_view text) { return core::to_literal(as_bytes(text)); }

std::string limits(const core::Limits& l) {
  std::string out = l.is_64 ? "i64 " : "";
  out += std::to_string(l.min);
  if (l.max) out += fmt::format(" {}", *l.max);
  if (l.is_shared) out += " shared";
  return out;
}

std::string core_func_type(const core::FuncType& t) {
  std::string out;
  const auto list = [&](std::string_view word, const std::vector<core::ValType>& types) {
    if (types.empty()) return;
    out += fmt::format(" ({}", word);
    for (const core::ValType v : types) out += fmt::format(" {}", core::to_string(v));
    out += ')';
  };
  list("param", t.params);
  list("result", t.results);
  return fmt::format("(func{})", out);
}

}  // namespace

std::string Printer::val_type(const ValTypeRef& t) const {
  return match(t, [](types::Prim p) { return std::string(types::to_string(p)); }, [&](TypeIdx i) { return ref(Sort::type, i.value); });
}

std::string Printer::value_type(const ValTypeRef& t) const { return std::holds_alternative<TypeIdx>(t) ? fmt::format("(type {})", val_type(t)) : val_type(t); }

std::string Printer::optional_val_type(const std::optional<ValTypeRef>& t) const { return t ? " " + val_type(*t) : std::string(); }

std::string Printer::def_val_type(const DefValType& t) const {
  const auto names = [](std::string_view word, const std::vector<std::string>& labels) {
    std::string out = fmt::format("({}", word);
    for (const std::string& l : labels) out += " " + literal(l);
    return out + ")";
  };
  return match(
      t, [](types::Prim p) { return std::string(types::to_string(p)); },
      [&](const RecordRef& r) {
        std::string out = "(record";
        for (const FieldRef& f : r.fields) out += fmt::format(" (field {} {})", literal(f.name), val_type(f.type));
        return out + ")";
      },
      [&](const VariantRef& v) {
        std::string out = "(variant";
        for (const CaseRef& c : v.cases) out += fmt::format(" (case {}{})", literal(c.name), optional_val_type(c.type));
        return out + ")";
      },
      [&](const ListRef& l) { return fmt::format("(list {})", val_type(l.element)); },
      [&](const FixedListRef& l) { return fmt::format("(list {} {})", val_type(l.element), l.length); },
      [&](const MapRef& m) { return fmt::format("(map {} {})", val_type(m.key), val_type(m.value)); },
      [&](const TupleRef& tuple) {
        std::string out = "(tuple";
        for (const ValTypeRef& v : tuple.types) out += " " + val_type(v);
        return out + ")";
      },
      [&](const FlagsRef& f) { return names("flags", f.names); }, [&](const EnumRef& e) { return names("enum", e.names); },
      [&](const OptionRef& o) { return fmt::format("(option {})", val_type(o.some)); },
      [&](const ResultRef& r) {
        const std::string error = r.err ? fmt::format(" (error {})", val_type(*r.err)) : std::string();
        return fmt::format("(result{}{})", optional_val_type(r.ok), error);
      },
      [&](const OwnRef& o) { return fmt::format("(own {})", ref(Sort::type, o.resource.value)); },
      [&](const BorrowRef& b) { return fmt::format("(borrow {})", ref(Sort::type, b.resource.value)); },
      [&](const StreamRef& s) { return fmt::format("(stream{})", optional_val_type(s.element)); },
      [&](const FutureRef& f) { return fmt::format("(future{})", optional_val_type(f.element)); });
}

std::string Printer::func_type(const FuncTypeRef& t) const {
  std::string out = t.is_async ? "(func async" : "(func";
  for (const FieldRef& p : t.params) out += fmt::format(" (param {} {})", literal(p.name), val_type(p.type));
  if (t.result) out += fmt::format(" (result {})", val_type(*t.result));
  return out + ")";
}

void Printer::def_type(const DefType& t) {
  match(
      t,
      [&](const DefValType& v) {
        const std::string text = def_val_type(v);
        line("(type{} {})", define(Sort::type), text);
      },
      [&](const FuncTypeRef& f) {
        const std::string text = func_type(f);
        line("(type{} {})", define(Sort::type), text);
      },
      [&](const ResourceTypeRef& r) {
        const std::string dtor = r.dtor ? fmt::format(" (dtor {})", ref(Sort::core_func, r.dtor->value)) : std::string();
        line("(type{} (resource (rep {}){}))", define(Sort::type), core::to_string(r.rep), dtor);
      },
      [&](const std::shared_ptr<const ComponentTypeRef>& c) { type_decls(c->decls, define(Sort::type), "component"); },
      [&](const std::shared_ptr<const InstanceTypeRef>& i) { type_decls(i->decls, define(Sort::type), "instance"); });
}

void Printer::type_decls(const std::vector<TypeDeclItem>& decls, std::string_view head, std::string_view word) {
  line("(type{} ({}", head, word);
  if (decls.empty()) {
    out_ += "))";
    return;
  }
  scopes_.emplace_back();
  ++depth_;
  for (const TypeDeclItem& decl : decls) {
    match(
        decl, [&](const CoreDefType& d) { core_def_type(d); }, [&](const DefType& d) { def_type(d); }, [&](const Alias& a) { alias(a); },
        [&](const ImportDecl& i) { line("(import {} {})", name(i.name, i.attributes), extern_desc(i.desc, true)); },
        [&](const ExportDecl& e) { line("(export {} {})", name(e.name, e.attributes), extern_desc(e.desc, true)); });
  }
  scopes_.pop_back();
  --depth_;
  line("))");
}

void Printer::core_def_type(const CoreDefType& t) {
  match(
      t, [&](const core::FuncType& f) { line("(core type{} {})", define(Sort::core_type), core_func_type(f)); },
      [&](const std::shared_ptr<const CoreModuleType>& m) {
        const std::string head = define(Sort::core_type);
        module_type(*m, "core type" + head);
      });
}

void Printer::module_type(const CoreModuleType& t, std::string_view head) {
  line("({} (module", head);
  if (t.decls.empty()) {
    out_ += "))";
    return;
  }
  scopes_.emplace_back();
  ++depth_;
  for (const auto& decl : t.decls) {
    match(
        decl,
        [&](const CoreDefType& d) {
          const std::string inner = define(Sort::core_type);
          match(
              d, [&](const core::FuncType& f) { line("(type{} {})", inner, core_func_type(f)); },
              [&](const std::shared_ptr<const CoreModuleType>& m) { module_type(*m, "type" + inner); });
        },
        [&](const CoreModuleType::AliasOuterType& a) {
          const std::string target = a.count < scopes_.size() ? ref(scopes_.size() - 1 - a.count, Sort::core_type, a.index) : std::to_string(a.index);
          line("(alias outer {} {} (type{}))", a.count, target, define(Sort::core_type));
        },
        [&](const CoreModuleType::ImportItem& i) { line("(import {} {} {})", literal(i.module), literal(i.name), core_extern_type(i.type)); },
        [&](const CoreModuleType::ExportItem& e) { line("(export {} {})", literal(e.name), core_extern_type(e.type)); });
  }
  scopes_.pop_back();
  --depth_;
  line("))");
}

std::string Printer::core_extern_type(const core::ExternType& t) const {
  return match(
      t, [&](core::TypeIdx i) { return fmt::format("(func (type {}))", ref(Sort::core_type, i.value)); },
      [&](const core::TableType& table) { return fmt::format("(table {} {})", limits(table.limits), core::to_string(table.element)); },
      [&](const core::MemType& mem) { return fmt::format("(memory {})", limits(mem.limits)); },
      [&](const core::GlobalType& global) {
        return global.is_mutable ? fmt::format("(global (mut {}))", core::to_string(global.type)) : fmt::format("(global {})", core::to_string(global.type));
      },
      [&](core::TagType tag) { return fmt::format("(tag (type {}))", ref(Sort::core_type, tag.type.value)); });
}

}  // namespace wcomp::component::text
