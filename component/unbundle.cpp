#include "component/unbundle.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "component/names.h"
#include "core/type_key.h"

namespace wcomp::component {

namespace {

/// Core types in front of the component: those of modules, each after the types of functions that it mentions. Those are there once.
class TypeWriter {
 public:
  /// The index of the module's type, as an import declares it.
  std::uint32_t add(const core::Module& module) {
    CoreModuleType out;
    inner_.clear();
    for (const core::Import& i : module.imports) {
      core::ExternType type = translated(module, i.type, out);
      out.decls.emplace_back(CoreModuleType::ImportItem{.module = i.module, .name = i.name, .type = std::move(type)});
    }
    for (const core::Export& e : module.exports) {
      core::ExternType type = translated(module, type_of(module, e), out);
      out.decls.emplace_back(CoreModuleType::ExportItem{.name = e.name, .type = std::move(type)});
    }
    types_.emplace_back(std::make_shared<const CoreModuleType>(std::move(out)));
    return count() - 1;
  }
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(types_.size()); }
  [[nodiscard]] const std::vector<CoreDefType>& types() const { return types_; }

 private:
  static core::ExternType type_of(const core::Module& m, const core::Export& e) {
    switch (e.kind) {
      case core::ExternKind::func: return m.func_types[e.index];
      case core::ExternKind::table: return m.table_types[e.index];
      case core::ExternKind::mem: return m.mem_types[e.index];
      case core::ExternKind::global: return m.global_types[e.index];
      case core::ExternKind::tag: break;
    }
    return m.tag_types[e.index];
  }

  core::ExternType translated(const core::Module& m, const core::ExternType& t, CoreModuleType& out) {
    if (const auto* func = std::get_if<core::TypeIdx>(&t)) return inner(m.types[func->value], out);
    if (const auto* tag = std::get_if<core::TagType>(&t)) return core::TagType{inner(m.types[tag->type.value], out)};
    return t;
  }

  /// The function type in the module's type: an alias of the one outside.
  core::TypeIdx inner(const core::FuncType& t, CoreModuleType& out) {
    const auto [outer, is_new] = funcs_.try_emplace(core::type_key(t, [](core::TypeIdx i) { return i; }), count());
    if (is_new) types_.emplace_back(t);
    const auto [at, is_first] = inner_.try_emplace(outer->second, core::TypeIdx(inner_.size()));
    if (is_first) out.decls.emplace_back(CoreModuleType::AliasOuterType{.count = 1, .index = outer->second});
    return at->second;
  }

  std::vector<CoreDefType> types_;
  std::map<std::string, std::uint32_t> funcs_;    ///< by type_key
  std::map<std::uint32_t, core::TypeIdx> inner_;  ///< of the module at hand
};

bool names_types(core::ValType t) { return core::is_concrete_ref(t); }
bool names_types(const core::FuncType& t) {
  return std::ranges::any_of(t.params, [](core::ValType v) { return names_types(v); }) || std::ranges::any_of(t.results, [](core::ValType v) { return names_types(v); });
}
/// Whether an import of the module can be declared: references to types of the module itself have no form there.
bool can_be_imported(const core::Module& m) {
  const auto is_fine = [&](const core::ExternType& t) {
    if (const auto* func = std::get_if<core::TypeIdx>(&t)) return !names_types(m.types[func->value]);
    if (const auto* tag = std::get_if<core::TagType>(&t)) return !names_types(m.types[tag->type.value]);
    if (const auto* table = std::get_if<core::TableType>(&t)) return !names_types(table->element);
    if (const auto* global = std::get_if<core::GlobalType>(&t)) return !names_types(global->type);
    return true;
  };
  const bool imports = std::ranges::all_of(m.imports, [&](const core::Import& i) { return is_fine(i.type); });
  return imports && std::ranges::all_of(m.exports, [&](const core::Export& e) {
           if (e.kind == core::ExternKind::func) return is_fine(m.func_types[e.index]);
           if (e.kind == core::ExternKind::table) return is_fine(m.table_types[e.index]);
           return e.kind != core::ExternKind::global || is_fine(m.global_types[e.index]);
         });
}

/// A `component-name` section whose core types and core modules have moved; as it is when it cannot be read.
Bytes moved_names(ByteSpan contents, std::uint32_t types, std::uint32_t modules) {
  constexpr std::uint8_t sort_names = 1, core_sort = 0, core_type = 0x10, core_module = 0x11;
  const Bytes unchanged(contents.begin(), contents.end());
  ByteReader in(contents);
  ByteWriter out;
  while (!in.at_end()) {
    const std::uint8_t* begin = in.position();
    const auto id = in.u8();
    const auto size = id ? in.leb_u32() : Result<std::uint32_t>(0u);
    if (!id || !size) return unchanged;
    const auto body = in.bytes(*size);
    if (!body) return unchanged;
    const bool is_moved = *id == sort_names && body->size() > 1 && (*body)[0] == core_sort && ((*body)[1] == core_type || (*body)[1] == core_module);
    if (!is_moved) {
      out.bytes({begin, in.position()});
      continue;
    }
    ByteReader names(body->subspan(2));
    ByteWriter moved;
    moved.bytes(body->first(2));
    const auto count = names.leb_u32();
    if (!count) return unchanged;
    moved.leb_u32(*count);
    for (std::uint32_t i = 0; i < *count; ++i) {
      const auto index = names.leb_u32();
      const auto name = index ? names.name() : Result<std::string_view>(std::string_view());
      if (!index || !name) return unchanged;
      moved.leb_u64(std::uint64_t{*index} + ((*body)[1] == core_type ? types : modules));
      moved.name(*name);
    }
    out.u8(sort_names);
    out.sized(moved.view());
  }
  return out.take();
}

/// The outermost component gets types and imports in front: what refers to its core types and core modules moves by their number.
class Unbundler {
 public:
  Unbundler(std::shared_ptr<const Bytes> storage, std::uint64_t threshold) : storage_(std::move(storage)), threshold_(threshold) {}

  Result<Unbundled> run(const Component& component) {
    for (const Definition& d : component.definitions) {
      if (const auto* i = std::get_if<Import>(&d.item)) taken_.insert(canonical_name(i->name));
    }
    WCOMP_TRY(find(component));
    Component out = rewritten(component, 0);
    std::vector<Definition> front;
    for (const CoreDefType& t : types_.types()) front.push_back({.item = t});
    for (std::size_t i = 0; i < modules_.size(); ++i) {
      front.push_back({.item = Import{.name = modules_[i].name, .desc = {.sort = Sort::core_module, .type_index = module_types_[i], .bound = {}}}});
    }
    out.definitions.insert(out.definitions.begin(), std::make_move_iterator(front.begin()), std::make_move_iterator(front.end()));
    return Unbundled{.component = encode(out), .modules = std::move(modules_)};
  }

 private:
  Result<void> find(const Component& c) {
    for (const Definition& d : c.definitions) {
      if (const auto* nested = std::get_if<std::shared_ptr<const Component>>(&d.item)) WCOMP_TRY(find(**nested));
      const auto* module = std::get_if<CoreModuleDef>(&d.item);
      if (module == nullptr || module->bytes.size() <= threshold_) continue;
      WCOMP_TRY(core::Module decoded, core::decode(storage_, module->bytes, module->offset));
      WCOMP_TRY(const core::ValidModule valid, core::validate(std::move(decoded), Features::all().core));  // its indices are followed from here
      if (!can_be_imported(*valid)) continue;
      numbers_.emplace(module->bytes.data(), modules_.size());
      modules_.push_back({.name = free_name(), .bytes = module->bytes});
      module_types_.push_back(types_.add(*valid));
    }
    return Ok{};
  }

  /// The next name that no import has: a component that was unbundled before has some. Names that differ in case or `-` only count as the same.
  std::string free_name() {
    std::string name;
    do name = fmt::format("unbundled-module{}", next_number_++);
    while (taken_.contains(canonical_name(name)));
    return name;
  }

  /// By how much indices of the outermost component's core modules and core types grow.
  [[nodiscard]] std::uint32_t shift(Sort sort) const {
    return sort == Sort::core_type ? types_.count() : sort == Sort::core_module ? static_cast<std::uint32_t>(modules_.size()) : 0;
  }
  void move(Sort sort, std::uint32_t& index, std::uint32_t depth) const {
    if (depth == 0) index += shift(sort);
  }
  void move(SortIdx& item, std::uint32_t depth) const { move(item.sort, item.index, depth); }
  void move(ExternDesc& desc, std::uint32_t depth) const {
    if (desc.sort == Sort::core_module) move(Sort::core_type, desc.type_index, depth);
  }
  void move(Alias& alias, std::uint32_t depth) const {
    auto* outer = std::get_if<AliasOuter>(&alias);
    if (outer != nullptr && outer->count == depth) outer->index += shift(outer->sort);
  }
  void move(CoreDefType& type, std::uint32_t depth) const {
    auto* module = std::get_if<std::shared_ptr<const CoreModuleType>>(&type);
    if (module == nullptr) return;
    auto copy = std::make_shared<CoreModuleType>(**module);
    for (auto& d : copy->decls) {
      if (auto* outer = std::get_if<CoreModuleType::AliasOuterType>(&d); outer != nullptr && outer->count == depth + 1) outer->index += shift(Sort::core_type);
      if (auto* inner = std::get_if<CoreDefType>(&d)) move(*inner, depth + 1);
    }
    *module = std::move(copy);
  }
  void move(std::vector<TypeDeclItem>& decls, std::uint32_t depth) const {
    for (TypeDeclItem& d : decls) {
      match(
          d, [&](CoreDefType& t) { move(t, depth); }, [&](DefType& t) { move(t, depth); }, [&](Alias& a) { move(a, depth); }, [](ImportDecl&) {}, [](ExportDecl&) {});
    }
  }
  template <class T>
  void move_decls(std::shared_ptr<const T>& type, std::uint32_t depth) const {
    auto copy = std::make_shared<T>(*type);
    move(copy->decls, depth + 1);
    type = std::move(copy);
  }
  void move(DefType& type, std::uint32_t depth) const {
    if (auto* t = std::get_if<std::shared_ptr<const ComponentTypeRef>>(&type)) move_decls(*t, depth);
    if (auto* t = std::get_if<std::shared_ptr<const InstanceTypeRef>>(&type)) move_decls(*t, depth);
  }

  Component rewritten(const Component& c, std::uint32_t depth) const {
    Component out = c;
    for (Definition& d : out.definitions) {
      if (const auto* module = std::get_if<CoreModuleDef>(&d.item)) {
        const auto found = numbers_.find(module->bytes.data());
        if (found != numbers_.end()) d.item = Alias(AliasOuter{.sort = Sort::core_module, .count = depth, .index = static_cast<std::uint32_t>(found->second)});
        continue;
      }
      if (auto* nested = std::get_if<std::shared_ptr<const Component>>(&d.item)) {
        *nested = std::make_shared<const Component>(rewritten(**nested, depth + 1));
        continue;
      }
      d.begins_section = false;
      match(
          d.item,
          [&](CoreInstance& i) {
            if (auto* instantiate = std::get_if<CoreInstantiate>(&i)) move(Sort::core_module, instantiate->module.value, depth);
          },
          [&](CoreDefType& t) { move(t, depth); }, [&](Alias& a) { move(a, depth); }, [&](DefType& t) { move(t, depth); },
          [&](Instance& i) {
            if (auto* instantiate = std::get_if<Instantiate>(&i)) {
              for (auto& [name, item] : instantiate->args) move(item, depth);
            } else {
              for (auto& [name, item] : std::get<InlineExports>(i).exports) move(item, depth);
            }
          },
          [&](Canon& canon) {
            if (auto* b = std::get_if<CanonBuiltIn>(&canon); b != nullptr && row_of(b->built_in).immediates.contains('f')) move(Sort::core_type, b->core_type.value, depth);
          },
          [&](Import& i) { move(i.desc, depth); },
          [&](Export& e) {
            move(e.item, depth);
            if (e.desc) move(*e.desc, depth);
          },
          [&](CustomSection& section) {
            if (depth != 0 || section.name != "component-name" || modules_.empty()) return;
            section.storage = std::make_shared<const Bytes>(moved_names(section.bytes, shift(Sort::core_type), shift(Sort::core_module)));
            section.bytes = *section.storage;
          },
          [](CoreModuleDef&) {}, [](std::shared_ptr<const Component>&) {}, [](Start&) {}, [](ValueDef&) {});
    }
    return out;
  }

  std::shared_ptr<const Bytes> storage_;
  std::uint64_t threshold_;
  std::map<const std::uint8_t*, std::size_t> numbers_;
  std::vector<UnbundledModule> modules_;
  std::set<std::string> taken_;  ///< canonical names of imports
  std::size_t next_number_ = 0;
  TypeWriter types_;
  std::vector<std::uint32_t> module_types_;  ///< by module
};

}  // namespace

Result<Unbundled> unbundle(std::shared_ptr<const Bytes> storage, std::uint64_t threshold) {
  if (detect(*storage) != BinaryKind::component) return fail(diag::invalid, "this is no component: there is nothing to take out of a core module");
  WCOMP_TRY(const std::shared_ptr<const Component> component, decode(storage));
  return Unbundler(std::move(storage), threshold).run(*component);
}

}  // namespace wcomp::component
