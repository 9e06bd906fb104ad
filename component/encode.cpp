// Writes a Component as Binary.md has it. Consecutive definitions of one kind share a section, as every encoder in the field does, so
// that decode and encode of such files give the same bytes.
#include "component/encode.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/match.h"
#include "component/component.h"
#include "component/name_section.h"
#include "core/type_bytes.h"

namespace wcomp::component {

namespace {

enum class SectionId : std::uint8_t {
  custom = 0, core_module = 1, core_instance = 2, core_type = 3, component = 4, instance = 5, alias = 6, type = 7, canon = 8, start = 9, import_ = 10, export_ = 11, value = 12,
};

constexpr std::uint8_t preamble[] = {0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00};

class Encoder {
 public:
  Bytes component(const Component& c);
  /// What `write` writes goes behind what `out` has.
  static void append(ByteWriter& out, auto&& write) {
    Encoder encoder;
    encoder.out_ = std::move(out);
    write(encoder);
    out = std::move(encoder.out_);
  }
  Bytes only_def_type(const DefType& t) {
    def_type(t);
    return out_.take();
  }

 private:
  void sort(Sort s) {
    if (is_core(s)) out_.u8(0x00);
    out_.u8(static_cast<std::uint8_t>(static_cast<std::uint16_t>(s) & 0xff));
  }
  void core_sort(Sort s) { out_.u8(static_cast<std::uint8_t>(static_cast<std::uint16_t>(s) & 0xff)); }
  void sort_idx(const SortIdx& s) {
    sort(s.sort);
    out_.leb_u32(s.index);
  }
  template <class T, class F>
  void vec(const std::vector<T>& items, F&& each) {
    out_.leb_u32(static_cast<std::uint32_t>(items.size()));
    for (const T& item : items) each(item);
  }
  template <class T, class F>
  void optional(const std::optional<T>& item, F&& each) {
    out_.u8(item ? 0x01 : 0x00);
    if (item) each(*item);
  }

  void core_limits(const core::Limits& l);
  void core_extern_type(const core::ExternType& t);
  void core_func_type(const core::FuncType& t);
  void core_def_type(const CoreDefType& t);

  void prim(types::Prim p) {
    static constexpr std::uint8_t opcodes[] = {
#define WCOMP_PRIM(name, text, opcode, size, core) opcode,
#include "types/primitives.def"
#undef WCOMP_PRIM
    };
    out_.u8(opcodes[static_cast<std::size_t>(p)]);
  }
  void val_type(const ValTypeRef& t) {
    match(t, [&](types::Prim p) { prim(p); }, [&](TypeIdx i) { out_.leb_s64(i.value); });
  }
  void opt_val_type(const std::optional<ValTypeRef>& t) {
    optional(t, [&](const ValTypeRef& v) { val_type(v); });
  }
  void field(const FieldRef& f) {
    out_.name(f.name);
    val_type(f.type);
  }
  void names(const std::vector<std::string>& ns) {
    vec(ns, [&](const std::string& n) { out_.name(n); });
  }
  void result_list(const std::optional<ValTypeRef>& t) {
    out_.u8(t ? 0x00 : 0x01);
    if (t) val_type(*t);
    if (!t) out_.u8(0x00);
  }

 public:
  void type_decl(const TypeDeclItem& item);
  void export_(const Export& e);

 private:
  void def_val_type(const DefValType& t);
  void func_type(const FuncTypeRef& t);
  void def_type(const DefType& t);
  void name_attributes(const std::string& name, const Attributes& a);
  void extern_desc(const ExternDesc& d);
  void alias(const Alias& a);
  void core_instance(const CoreInstance& i);
  void instance(const Instance& i);
  void opts(const CanonOpts& o);
  void canon(const Canon& c);
  void built_in(const CanonBuiltIn& b);
  void start(const Start& s);
  void value(const ValueDef& v);
  void import_(const Import& i);

  /// One definition into out_; what section it belongs to.
  SectionId definition(const Definition& d);

  ByteWriter out_;
};

void Encoder::core_limits(const core::Limits& l) {
  out_.u8(static_cast<std::uint8_t>((l.max ? 1 : 0) | (l.is_shared ? 2 : 0) | (l.is_64 ? 4 : 0)));
  out_.leb_u64(l.min);
  if (l.max) out_.leb_u64(*l.max);
}

void Encoder::core_extern_type(const core::ExternType& t) {
  match(
      t,
      [&](core::TypeIdx i) {
        out_.u8(0x00);
        out_.leb_u32(i.value);
      },
      [&](const core::TableType& table) {
        out_.u8(0x01);
        core::write_val_type(out_, table.element);
        core_limits(table.limits);
      },
      [&](const core::MemType& mem) {
        out_.u8(0x02);
        core_limits(mem.limits);
      },
      [&](const core::GlobalType& global) {
        out_.u8(0x03);
        core::write_val_type(out_, global.type);
        out_.u8(global.is_mutable ? 1 : 0);
      },
      [&](core::TagType tag) {
        out_.u8(0x04);
        out_.u8(0x00);
        out_.leb_u32(tag.type.value);
      });
}

void Encoder::core_func_type(const core::FuncType& t) {
  out_.u8(0x60);
  vec(t.params, [&](core::ValType v) { core::write_val_type(out_, v); });
  vec(t.results, [&](core::ValType v) { core::write_val_type(out_, v); });
}

void Encoder::core_def_type(const CoreDefType& t) {
  match(
      t, [&](const core::FuncType& f) { core_func_type(f); },
      [&](const std::shared_ptr<const CoreModuleType>& m) {
        out_.u8(0x50);
        vec(m->decls, [&](const auto& decl) {
          match(
              decl,
              [&](const CoreDefType& d) {
                out_.u8(0x01);
                core_def_type(d);
              },
              [&](const CoreModuleType::AliasOuterType& a) {
                out_.u8(0x02);
                out_.u8(0x10);
                out_.u8(0x01);
                out_.leb_u32(a.count);
                out_.leb_u32(a.index);
              },
              [&](const CoreModuleType::ImportItem& i) {
                out_.u8(0x00);
                out_.name(i.module);
                out_.name(i.name);
                core_extern_type(i.type);
              },
              [&](const CoreModuleType::ExportItem& e) {
                out_.u8(0x03);
                out_.name(e.name);
                core_extern_type(e.type);
              });
        });
      });
}

void Encoder::def_val_type(const DefValType& t) {
  match(
      t, [&](types::Prim p) { prim(p); },
      [&](const RecordRef& r) {
        out_.u8(0x72);
        vec(r.fields, [&](const FieldRef& f) { field(f); });
      },
      [&](const VariantRef& v) {
        out_.u8(0x71);
        vec(v.cases, [&](const CaseRef& c) {
          out_.name(c.name);
          opt_val_type(c.type);
          out_.u8(0x00);
        });
      },
      [&](const ListRef& l) {
        out_.u8(0x70);
        val_type(l.element);
      },
      [&](const FixedListRef& l) {
        out_.u8(0x67);
        val_type(l.element);
        out_.leb_u32(l.length);
      },
      [&](const MapRef& m) {
        out_.u8(0x63);
        val_type(m.key);
        val_type(m.value);
      },
      [&](const TupleRef& tuple) {
        out_.u8(0x6f);
        vec(tuple.types, [&](const ValTypeRef& v) { val_type(v); });
      },
      [&](const FlagsRef& f) {
        out_.u8(0x6e);
        names(f.names);
      },
      [&](const EnumRef& e) {
        out_.u8(0x6d);
        names(e.names);
      },
      [&](const OptionRef& o) {
        out_.u8(0x6b);
        val_type(o.some);
      },
      [&](const ResultRef& r) {
        out_.u8(0x6a);
        opt_val_type(r.ok);
        opt_val_type(r.err);
      },
      [&](const OwnRef& o) {
        out_.u8(0x69);
        out_.leb_u32(o.resource.value);
      },
      [&](const BorrowRef& b) {
        out_.u8(0x68);
        out_.leb_u32(b.resource.value);
      },
      [&](const StreamRef& s) {
        out_.u8(0x66);
        opt_val_type(s.element);
      },
      [&](const FutureRef& f) {
        out_.u8(0x65);
        opt_val_type(f.element);
      });
}

void Encoder::func_type(const FuncTypeRef& t) {
  out_.u8(t.is_async ? 0x43 : 0x40);
  vec(t.params, [&](const FieldRef& f) { field(f); });
  result_list(t.result);
}

void Encoder::def_type(const DefType& t) {
  match(
      t, [&](const DefValType& v) { def_val_type(v); }, [&](const FuncTypeRef& f) { func_type(f); },
      [&](const std::shared_ptr<const ComponentTypeRef>& c) {
        out_.u8(0x41);
        vec(c->decls, [&](const TypeDeclItem& item) { type_decl(item); });
      },
      [&](const std::shared_ptr<const InstanceTypeRef>& i) {
        out_.u8(0x42);
        vec(i->decls, [&](const TypeDeclItem& item) { type_decl(item); });
      },
      [&](const ResourceTypeRef& r) {
        out_.u8(0x3f);
        out_.u8(static_cast<std::uint8_t>(r.rep));
        optional(r.dtor, [&](CoreFuncIdx f) { out_.leb_u32(f.value); });
      });
}

void Encoder::type_decl(const TypeDeclItem& item) {
  match(
      item,
      [&](const CoreDefType& t) {
        out_.u8(0x00);
        core_def_type(t);
      },
      [&](const DefType& t) {
        out_.u8(0x01);
        def_type(t);
      },
      [&](const Alias& a) {
        out_.u8(0x02);
        alias(a);
      },
      [&](const ImportDecl& i) {
        out_.u8(0x03);
        name_attributes(i.name, i.attributes);
        extern_desc(i.desc);
      },
      [&](const ExportDecl& e) {
        out_.u8(0x04);
        name_attributes(e.name, e.attributes);
        extern_desc(e.desc);
      });
}

void Encoder::name_attributes(const std::string& name, const Attributes& a) {
  out_.u8(!a.empty() || a.has_list_form ? 0x02 : a.has_redundant_form ? 0x01 : 0x00);
  out_.name(name);
  if (a.empty()) {
    if (a.has_list_form) out_.u8(0);
    return;
  }
  const std::optional<std::string>* values[] = {&a.implements, &a.version_suffix, &a.external_id};
  out_.leb_u32(static_cast<std::uint32_t>(std::ranges::count_if(values, [](const auto* v) { return v->has_value(); })));
  const auto put = [&](std::size_t kind) {
    if (!*values[kind]) return;
    out_.u8(static_cast<std::uint8_t>(kind));
    out_.name(**values[kind]);
    static const std::optional<std::string> none;
    values[kind] = &none;
  };
  for (unsigned order = a.order; (order & 3) != 0; order >>= 2) put((order & 3) - 1);
  for (std::size_t kind = 0; kind < std::size(values); ++kind) put(kind);
}

void Encoder::extern_desc(const ExternDesc& d) {
  sort(d.sort);
  if (d.sort == Sort::type) {
    out_.u8(d.bound.eq ? 0x00 : 0x01);
    if (d.bound.eq) out_.leb_u32(d.bound.eq->value);
    return;
  }
  if (d.sort == Sort::value) {
    match(
        d.value_bound,
        [&](const ValTypeRef& type) {
          out_.u8(0x01);
          val_type(type);
        },
        [&](ValueIdx i) {
          out_.u8(0x00);
          out_.leb_u32(i.value);
        });
    return;
  }
  out_.leb_u32(d.type_index);
}

void Encoder::alias(const Alias& a) {
  match(
      a,
      [&](const AliasExport& e) {
        sort(e.sort);
        out_.u8(0x00);
        out_.leb_u32(e.instance.value);
        out_.name(e.name);
      },
      [&](const AliasCoreExport& e) {
        sort(e.sort);
        out_.u8(0x01);
        out_.leb_u32(e.instance.value);
        out_.name(e.name);
      },
      [&](const AliasOuter& o) {
        sort(o.sort);
        out_.u8(0x02);
        out_.leb_u32(o.count);
        out_.leb_u32(o.index);
      });
}

void Encoder::core_instance(const CoreInstance& i) {
  match(
      i,
      [&](const CoreInstantiate& in) {
        out_.u8(0x00);
        out_.leb_u32(in.module.value);
        vec(in.args, [&](const auto& arg) {
          out_.name(arg.first);
          out_.u8(0x12);
          out_.leb_u32(arg.second.value);
        });
      },
      [&](const CoreInlineExports& in) {
        out_.u8(0x01);
        vec(in.exports, [&](const auto& e) {
          out_.name(e.first);
          core_sort(e.second.sort);
          out_.leb_u32(e.second.index);
        });
      });
}

void Encoder::instance(const Instance& i) {
  match(
      i,
      [&](const Instantiate& in) {
        out_.u8(0x00);
        out_.leb_u32(in.component.value);
        vec(in.args, [&](const auto& arg) {
          out_.name(arg.first);
          sort_idx(arg.second);
        });
      },
      [&](const InlineExports& in) {
        WCOMP_CHECK(in.attributes.empty() || in.attributes.size() == in.exports.size());
        out_.u8(0x01);
        out_.leb_u32(static_cast<std::uint32_t>(in.exports.size()));
        for (std::size_t n = 0; n < in.exports.size(); ++n) {
          name_attributes(in.exports[n].first, in.attributes.empty() ? Attributes{} : in.attributes[n]);
          sort_idx(in.exports[n].second);
        }
      });
}

void Encoder::opts(const CanonOpts& o) {
  const bool has_encoding = o.encoding != StringEncoding::utf8 || o.is_encoding_explicit;
  out_.leb_u32((has_encoding ? 1u : 0u) + (o.memory ? 1u : 0u) + (o.realloc ? 1u : 0u) + (o.post_return ? 1u : 0u) + (o.is_async ? 1u : 0u) + (o.callback ? 1u : 0u));
  std::vector<CanonOpt> order = o.order;
  order.insert(order.end(), std::begin(canon_opt_order), std::end(canon_opt_order));
  std::array<bool, std::size(canon_opt_order)> is_written{};
  const auto index = [&](std::uint8_t opcode, const auto& idx) {
    if (!idx) return;
    out_.u8(opcode);
    out_.leb_u32(idx->value);
  };
  for (const CanonOpt opt : order) {
    if (std::exchange(is_written[static_cast<std::size_t>(opt)], true)) continue;
    switch (opt) {
      case CanonOpt::memory: index(0x03, o.memory); break;
      case CanonOpt::realloc: index(0x04, o.realloc); break;
      case CanonOpt::post_return: index(0x05, o.post_return); break;
      case CanonOpt::async:
        if (o.is_async) out_.u8(0x06);
        break;
      case CanonOpt::callback: index(0x07, o.callback); break;
      case CanonOpt::string_encoding:
        if (has_encoding) out_.u8(o.encoding == StringEncoding::utf8 ? 0x00 : o.encoding == StringEncoding::utf16 ? 0x01 : 0x02);
        break;
    }
  }
}

void Encoder::canon(const Canon& c) {
  match(
      c,
      [&](const CanonLift& l) {
        out_.u8(0x00);
        out_.u8(0x00);
        out_.leb_u32(l.core_func.value);
        opts(l.opts);
        out_.leb_u32(l.type.value);
      },
      [&](const CanonLower& l) {
        out_.u8(0x01);
        out_.u8(0x00);
        out_.leb_u32(l.func.value);
        opts(l.opts);
      },
      [&](const CanonResourceNew& r) {
        out_.u8(0x02);
        out_.leb_u32(r.resource.value);
      },
      [&](const CanonResourceDrop& r) {
        out_.u8(0x03);
        out_.leb_u32(r.resource.value);
      },
      [&](const CanonResourceRep& r) {
        out_.u8(0x04);
        out_.leb_u32(r.resource.value);
      },
      [&](const CanonBuiltIn& b) { built_in(b); });
}

void Encoder::built_in(const CanonBuiltIn& b) {
  const BuiltInRow& row = row_of(b.built_in);
  out_.u8(row.opcode);
  for (const char letter : row.immediates) {
    switch (letter) {
      case 't': out_.leb_u32(b.type.value); break;
      case 'r': result_list(b.result); break;
      case 'o': opts(b.opts); break;
      case 'a': out_.u8(b.is_async ? 1 : 0); break;
      case 'c': out_.u8(b.is_cancellable ? 1 : 0); break;
      case 's': out_.u8(b.is_shared ? 1 : 0); break;
      case 'm': out_.leb_u32(b.opts.memory.value_or(MemIdx()).value); break;
      case 'f': out_.leb_u32(b.core_type.value); break;
      case 'b': out_.leb_u32(b.table.value); break;
      case 'v': core::write_val_type(out_, b.context_type); break;
      case 'i': out_.leb_u32(b.context_index); break;
      default: break;
    }
  }
}

void Encoder::start(const Start& s) {
  out_.leb_u32(s.func.value);
  out_.leb_u32(static_cast<std::uint32_t>(s.args.size()));
  for (const ValueIdx arg : s.args) out_.leb_u32(arg.value);
  out_.leb_u32(s.result_count);
}

void Encoder::value(const ValueDef& v) {
  val_type(v.type);
  out_.sized(v.bytes);
}

void Encoder::import_(const Import& i) {
  name_attributes(i.name, i.attributes);
  extern_desc(i.desc);
}

void Encoder::export_(const Export& e) {
  name_attributes(e.name, e.attributes);
  sort_idx(e.item);
  optional(e.desc, [&](const ExternDesc& d) { extern_desc(d); });
}

SectionId Encoder::definition(const Definition& d) {
  return match(
      d.item,
      [&](const CoreModuleDef& m) { out_.bytes(m.bytes); return SectionId::core_module; },
      [&](const CoreInstance& i) { core_instance(i); return SectionId::core_instance; },
      [&](const CoreDefType& t) { core_def_type(t); return SectionId::core_type; },
      [&](const std::shared_ptr<const Component>& c) { out_.bytes(Encoder().component(*c)); return SectionId::component; },
      [&](const Instance& i) { instance(i); return SectionId::instance; },
      [&](const Alias& a) { alias(a); return SectionId::alias; },
      [&](const DefType& t) { def_type(t); return SectionId::type; },
      [&](const Canon& c) { canon(c); return SectionId::canon; },
      [&](const Import& i) { import_(i); return SectionId::import_; },
      [&](const Export& e) { export_(e); return SectionId::export_; },
      [&](const CustomSection& s) { out_.name(s.name); out_.bytes(s.bytes); return SectionId::custom; },
      [&](const Start& s) { start(s); return SectionId::start; }, [&](const ValueDef& v) { value(v); return SectionId::value; });
}

/// Modules, components, custom sections and start definitions are sections of their own.
bool holds_vector(SectionId id) { return id != SectionId::custom && id != SectionId::core_module && id != SectionId::component && id != SectionId::start; }

Bytes Encoder::component(const Component& c) {
  ByteWriter file;
  file.bytes(preamble);

  SectionId open = SectionId::custom;
  std::uint32_t count = 0;
  ByteWriter items;
  const auto flush = [&] {
    if (count == 0) return;
    ByteWriter body;
    body.leb_u32(count);
    body.bytes(items.view());
    file.u8(static_cast<std::uint8_t>(open));
    file.sized(body.view());
    items = {};
    count = 0;
  };
  bool has_name = c.name.empty();
  for (const Definition& d : c.definitions) {
    const SectionId id = definition(d);
    Bytes encoded = out_.take();
    out_ = {};
    if (id != open || !holds_vector(id) || d.begins_section) flush();
    open = id;
    if (holds_vector(id)) {
      items.bytes(encoded);
      ++count;
    } else {
      file.u8(static_cast<std::uint8_t>(id));
      file.sized(encoded);
    }
    if (const auto* custom = std::get_if<CustomSection>(&d.item)) has_name = has_name || custom->name == name_section;
  }
  flush();
  if (!has_name) {
    ByteWriter body;
    body.name(name_section);
    body.bytes(encode_names({.component = c.name, .items = {}}));
    file.u8(static_cast<std::uint8_t>(SectionId::custom));
    file.sized(body.view());
  }
  return file.take();
}

}  // namespace

Bytes encode_def_type(const DefType& type) { return Encoder().only_def_type(type); }

void append_type_decl(ByteWriter& out, const TypeDeclItem& item) { Encoder::append(out, [&](Encoder& e) { e.type_decl(item); }); }

namespace {

void append_type(ByteWriter& out, std::uint8_t opcode, std::uint32_t count, ByteSpan decls) {
  out.u8(opcode);
  out.leb_u32(count);
  out.bytes(decls);
}

/// A section of one item, or of what is no vector.
void append_section(ByteWriter& out, SectionId id, ByteSpan item) {
  ByteWriter head;
  if (holds_vector(id)) head.leb_u32(1);
  out.u8(static_cast<std::uint8_t>(id));
  out.leb_u32(static_cast<std::uint32_t>(head.size() + item.size()));
  out.bytes(head.view());
  out.bytes(item);
}

}  // namespace

void append_instance_type(ByteWriter& out, std::uint32_t count, ByteSpan decls) { append_type(out, 0x42, count, decls); }
void append_component_type(ByteWriter& out, std::uint32_t count, ByteSpan decls) { append_type(out, 0x41, count, decls); }
void append_preamble(ByteWriter& out) { out.bytes(preamble); }
void append_type_section(ByteWriter& out, ByteSpan type) { append_section(out, SectionId::type, type); }
void append_export_section(ByteWriter& out, const Export& e) {
  ByteWriter item;
  Encoder::append(item, [&](Encoder& encoder) { encoder.export_(e); });
  append_section(out, SectionId::export_, item.view());
}
void append_custom_section(ByteWriter& out, std::string_view name, ByteSpan bytes) {
  ByteWriter body;
  body.name(name);
  body.bytes(bytes);
  append_section(out, SectionId::custom, body.view());
}

Bytes encode(const Component& component) { return Encoder().component(component); }

std::string_view to_string(Sort s) {
  switch (s) {
    case Sort::func: return "func";
    case Sort::value: return "value";
    case Sort::type: return "type";
    case Sort::component: return "component";
    case Sort::instance: return "instance";
    case Sort::core_func: return "core func";
    case Sort::core_table: return "core table";
    case Sort::core_memory: return "core memory";
    case Sort::core_global: return "core global";
    case Sort::core_tag: return "core tag";
    case Sort::core_type: return "core type";
    case Sort::core_module: return "core module";
    case Sort::core_instance: return "core instance";
  }
  return "item";
}

BinaryKind detect(ByteSpan bytes) {
  if (bytes.size() < 8 || as_text(bytes.first(4)) != std::string_view("\0asm", 4)) return BinaryKind::not_wasm;
  const std::uint32_t layer = static_cast<std::uint32_t>(bytes[6]) | static_cast<std::uint32_t>(bytes[7]) << 8;
  if (layer == 0) return BinaryKind::core_module;
  return layer == 1 ? BinaryKind::component : BinaryKind::not_wasm;
}

}  // namespace wcomp::component
