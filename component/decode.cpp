// Reads a component's binary, Binary.md production by production. Nothing is checked here but the form: indices and types are validate's.
#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/component.h"
#include "component/decode_types.h"
#include "component/name_section.h"

namespace wcomp::component {

namespace {

class Decoder {
 public:
  explicit Decoder(std::shared_ptr<const Bytes> storage) : storage_(std::move(storage)) {}

  Result<std::shared_ptr<const Component>> component(ByteReader in, std::uint32_t depth);

 private:
  Result<void> section(Component& out, std::uint8_t id, ByteReader in, std::uint32_t depth, std::uint32_t& components);
  /// A section that is a vector of definitions; `word` names them in paths.
  template <class Item>
  Result<void> definitions(Component& out, ByteReader in, std::string_view word, Item item);
  Result<void> custom(Component& out, ByteReader in);

  std::shared_ptr<const Bytes> storage_;
};

Result<SortIdx> sort_idx(ByteReader& in) {
  WCOMP_TRY(const Sort sort, decode_sort(in));
  WCOMP_TRY(const std::uint32_t index, in.leb_u32());
  return SortIdx{sort, index};
}

Result<CoreInstance> core_instance(ByteReader& in) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t kind, in.u8());
  if (kind == 0x00) {
    CoreInstantiate out;
    WCOMP_TRY(const std::uint32_t module, in.leb_u32());
    out.module = CoreModuleIdx(module);
    WCOMP_TRY(const std::uint32_t count, in.count(3));
    for (std::uint32_t i = 0; i < count; ++i) {
      WCOMP_TRY(const std::string_view name, in.name());
      const BinaryPos sort_at = in.where();
      WCOMP_TRY(const std::uint8_t sort, in.u8());
      if (sort != 0x12) return fail(diag::malformed, fmt::format("core instantiation argument has sort 0x{:02x}, only instances (0x12) are allowed", sort), sort_at);
      WCOMP_TRY(const std::uint32_t index, in.leb_u32());
      out.args.emplace_back(std::string(name), CoreInstanceIdx(index));
    }
    return CoreInstance(std::move(out));
  }
  if (kind == 0x01) {
    CoreInlineExports out;
    WCOMP_TRY(const std::uint32_t count, in.count(3));
    for (std::uint32_t i = 0; i < count; ++i) {
      WCOMP_TRY(const std::string_view name, in.name());
      WCOMP_TRY(const Sort sort, decode_core_sort(in));
      WCOMP_TRY(const std::uint32_t index, in.leb_u32());
      out.exports.emplace_back(std::string(name), SortIdx{sort, index});
    }
    return CoreInstance(std::move(out));
  }
  return fail(diag::malformed, fmt::format("core instance expression 0x{:02x} is neither instantiate (0x00) nor exports (0x01)", kind), at);
}

Result<Instance> instance(ByteReader& in) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t kind, in.u8());
  if (kind == 0x00) {
    Instantiate out;
    WCOMP_TRY(const std::uint32_t component, in.leb_u32());
    out.component = ComponentIdx(component);
    WCOMP_TRY(const std::uint32_t count, in.count(3));
    for (std::uint32_t i = 0; i < count; ++i) {
      WCOMP_TRY(const std::string_view name, in.name());
      WCOMP_TRY(const SortIdx item, sort_idx(in));
      out.args.emplace_back(std::string(name), item);
    }
    return Instance(std::move(out));
  }
  if (kind == 0x01) {
    InlineExports out;
    WCOMP_TRY(const std::uint32_t count, in.count(4));
    bool has_attributes = false;
    for (std::uint32_t i = 0; i < count; ++i) {
      WCOMP_TRY(NameAttributes name, decode_name_attributes(in));
      WCOMP_TRY(const SortIdx item, sort_idx(in));
      has_attributes = has_attributes || !name.attributes.empty();
      out.exports.emplace_back(std::move(name.name), item);
      out.attributes.push_back(std::move(name.attributes));
    }
    if (!has_attributes) out.attributes.clear();
    return Instance(std::move(out));
  }
  return fail(diag::malformed, fmt::format("instance expression 0x{:02x} is neither instantiate (0x00) nor exports (0x01)", kind), at);
}

Result<CanonOpts> canon_opts(ByteReader& in) {
  CanonOpts out;
  WCOMP_TRY(const std::uint32_t count, in.count());
  const auto index_once = [&](auto& slot, CanonOpt opt, std::string_view name, const BinaryPos& at) -> Result<void> {
    if (slot) return fail(diag::invalid, fmt::format("canonical option `{}` is given twice", name), at);
    WCOMP_TRY(const std::uint32_t index, in.leb_u32());
    slot.emplace(index);
    out.order.push_back(opt);
    return Ok{};
  };
  for (std::uint32_t i = 0; i < count; ++i) {
    const BinaryPos at = in.where();
    WCOMP_TRY(const std::uint8_t kind, in.u8());
    switch (kind) {
      case 0x00:
      case 0x01:
      case 0x02:
        if (out.is_encoding_explicit) return fail(diag::invalid, "canonical option `string-encoding` is given twice", at);
        out.is_encoding_explicit = true;
        out.order.push_back(CanonOpt::string_encoding);
        out.encoding = kind == 0x00 ? StringEncoding::utf8 : kind == 0x01 ? StringEncoding::utf16 : StringEncoding::latin1_utf16;
        break;
      case 0x03: WCOMP_TRY(index_once(out.memory, CanonOpt::memory, "memory", at)); break;
      case 0x04: WCOMP_TRY(index_once(out.realloc, CanonOpt::realloc, "realloc", at)); break;
      case 0x05: WCOMP_TRY(index_once(out.post_return, CanonOpt::post_return, "post-return", at)); break;
      case 0x06:
        if (out.is_async) return fail(diag::invalid, "canonical option `async` is given twice", at);
        out.is_async = true;
        out.order.push_back(CanonOpt::async);
        break;
      case 0x07: WCOMP_TRY(index_once(out.callback, CanonOpt::callback, "callback", at)); break;
      case 0x08: return fail(diag::unsupported, "canonical option `core-type` needs the feature `cm-gc`, which is not implemented", at);
      case 0x09: return fail(diag::unsupported, "canonical option `gc` needs the feature `cm-gc`, which is not implemented", at);
      default: return fail(diag::malformed, fmt::format("0x{:02x} is no canonical option", kind), at);
    }
  }
  return out;
}

Result<bool> flag(ByteReader& in, std::string_view name) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t byte, in.u8());
  if (byte > 1) return fail(diag::malformed, fmt::format("0x{:02x} says neither `{}` (0x01) nor that it is not so (0x00)", byte, name), at);
  return byte == 1;
}

Result<void> immediate(ByteReader& in, char letter, CanonBuiltIn& out) {
  if (letter == 'o') {
    WCOMP_TRY(out.opts, canon_opts(in));
  } else if (letter == 'r') {
    WCOMP_TRY(out.result, decode_result_list(in));
  } else if (letter == 'v') {
    WCOMP_TRY(out.context_type, decode_core_val_type(in));
  } else if (letter == 'a') {
    WCOMP_TRY(out.is_async, flag(in, "async"));
  } else if (letter == 'c') {
    WCOMP_TRY(out.is_cancellable, flag(in, "cancellable"));
  } else if (letter == 's') {
    WCOMP_TRY(out.is_shared, flag(in, "shared"));
  } else {
    WCOMP_TRY(const std::uint32_t index, in.leb_u32());
    switch (letter) {
      case 't': out.type = TypeIdx(index); break;
      case 'm': out.opts.memory = MemIdx(index); break;
      case 'f': out.core_type = CoreTypeIdx(index); break;
      case 'b': out.table = CoreTableIdx(index); break;
      case 'i': out.context_index = index; break;
      default: break;
    }
  }
  return Ok{};
}

Result<CanonBuiltIn> built_in(ByteReader& in, const BuiltInRow& row) {
  CanonBuiltIn out{.built_in = row.built_in};
  for (const char letter : row.immediates) WCOMP_TRY(immediate(in, letter, out));
  return out;
}

Result<Start> start(ByteReader& in) {
  Start out;
  WCOMP_TRY(const std::uint32_t func, in.leb_u32());
  out.func = FuncIdx(func);
  WCOMP_TRY(const std::uint32_t count, in.count());
  for (std::uint32_t i = 0; i < count; ++i) {
    WCOMP_TRY(const std::uint32_t value, in.leb_u32());
    out.args.emplace_back(value);
  }
  WCOMP_TRY(out.result_count, in.leb_u32());
  return out;
}

Result<ValueDef> value(ByteReader& in) {
  ValueDef out;
  WCOMP_TRY(out.type, decode_val_type(in));
  WCOMP_TRY(const std::uint32_t size, in.leb_u32());
  WCOMP_TRY(const ByteSpan bytes, in.bytes(size));
  out.bytes.assign(bytes.begin(), bytes.end());
  return out;
}

Result<Canon> canon(ByteReader& in) {
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t opcode, in.u8());
  switch (opcode) {
    case 0x00:
    case 0x01: {
      const BinaryPos sort_at = in.where();
      WCOMP_TRY(const std::uint8_t sort, in.u8());
      if (sort != 0x00) return fail(diag::malformed, fmt::format("expected 0x00 after the opcode of `canon {}`, found 0x{:02x}", opcode == 0 ? "lift" : "lower", sort), sort_at);
      WCOMP_TRY(const std::uint32_t func, in.leb_u32());
      WCOMP_TRY(CanonOpts opts, canon_opts(in));
      if (opcode == 0x01) return Canon(CanonLower{FuncIdx(func), std::move(opts)});
      WCOMP_TRY(const std::uint32_t type, in.leb_u32());
      return Canon(CanonLift{CoreFuncIdx(func), std::move(opts), TypeIdx(type)});
    }
    case 0x02:
    case 0x03:
    case 0x04: {
      WCOMP_TRY(const std::uint32_t type, in.leb_u32());
      if (opcode == 0x02) return Canon(CanonResourceNew{TypeIdx(type)});
      if (opcode == 0x03) return Canon(CanonResourceDrop{TypeIdx(type)});
      return Canon(CanonResourceRep{TypeIdx(type)});
    }
    default: break;
  }
  if (const BuiltInRow* row = find_built_in(opcode)) {
    WCOMP_TRY(CanonBuiltIn out, built_in(in, *row));
    return Canon(std::move(out));
  }
  return fail(diag::malformed, fmt::format("0x{:02x} is no canonical definition", opcode), at);
}

Result<Import> import_(ByteReader& in) {
  WCOMP_TRY(NameAttributes name, decode_name_attributes(in));
  WCOMP_TRY(const ExternDesc desc, decode_extern_desc(in));
  return Import{.name = std::move(name.name), .desc = desc, .attributes = std::move(name.attributes)};
}

Result<Export> export_(ByteReader& in) {
  Export out;
  WCOMP_TRY(NameAttributes name, decode_name_attributes(in));
  out.name = std::move(name.name);
  out.attributes = std::move(name.attributes);
  WCOMP_TRY(out.item, sort_idx(in));
  const BinaryPos at = in.where();
  WCOMP_TRY(const std::uint8_t has_desc, in.u8());
  if (has_desc > 1) return fail(diag::malformed, fmt::format("0x{:02x} says neither that a type follows (0x01) nor that none does (0x00)", has_desc), at);
  if (has_desc == 1) {
    WCOMP_TRY(out.desc, decode_extern_desc(in));
  }
  return out;
}

template <class Item>
Result<void> Decoder::definitions(Component& out, ByteReader in, std::string_view word, Item item) {
  const std::string path = in.path();
  in.set_path(fmt::format("{} > {} section", path, word));
  WCOMP_TRY(const std::uint32_t count, in.count(1));
  for (std::uint32_t i = 0; i < count; ++i) {
    in.set_path(fmt::format("{} > {} section[{}]", path, word, i));
    const std::uint64_t offset = in.offset();
    WCOMP_TRY(auto value, item(in));
    Definition d{.item = std::move(value), .offset = offset};
    d.begins_section = i == 0 && !out.definitions.empty() && out.definitions.back().item.index() == d.item.index();
    out.definitions.push_back(std::move(d));
  }
  if (!in.at_end()) return in.malformed(fmt::format("{} bytes are left over after the last item of the section", in.remaining()));
  return Ok{};
}

Result<void> Decoder::custom(Component& out, ByteReader in) {
  const std::uint64_t offset = in.offset();
  in.set_path(in.path() + " > custom section");
  WCOMP_TRY(const std::string_view name, in.name());
  WCOMP_TRY(const ByteSpan bytes, in.bytes(in.remaining()));
  if (name == name_section && out.name.empty()) out.name = decode_names(bytes).component;
  out.definitions.push_back({.item = CustomSection{.name = std::string(name), .bytes = bytes, .storage = storage_}, .offset = offset});
  return Ok{};
}

Result<void> Decoder::section(Component& out, std::uint8_t id, ByteReader in, std::uint32_t depth, std::uint32_t& components) {
  switch (id) {
    case 0: return custom(out, std::move(in));
    case 1: {
      const std::uint64_t offset = in.offset();
      WCOMP_TRY(const ByteSpan bytes, in.bytes(in.remaining()));
      out.definitions.push_back({.item = CoreModuleDef{.bytes = bytes, .offset = offset, .storage = storage_}, .offset = offset});
      return Ok{};
    }
    case 2: return definitions(out, std::move(in), "core instance", core_instance);
    case 3: return definitions(out, std::move(in), "core type", [&](ByteReader& r) { return decode_core_def_type(r, depth); });
    case 4: {
      const std::uint64_t offset = in.offset();
      in.set_path(fmt::format("{} > component#{}", in.path(), components++));
      WCOMP_TRY(std::shared_ptr<const Component> nested, component(std::move(in), depth + 1));
      out.definitions.push_back({.item = std::move(nested), .offset = offset});
      return Ok{};
    }
    case 5: return definitions(out, std::move(in), "instance", instance);
    case 6: return definitions(out, std::move(in), "alias", decode_alias);
    case 7: return definitions(out, std::move(in), "type", [&](ByteReader& r) { return decode_def_type(r, depth); });
    case 8: return definitions(out, std::move(in), "canon", canon);
    case 9: {
      const std::uint64_t offset = in.offset();
      in.set_path(in.path() + " > start section");
      WCOMP_TRY(Start item, start(in));
      if (!in.at_end()) return in.malformed(fmt::format("{} bytes are left over after the start definition", in.remaining()));
      out.definitions.push_back({.item = std::move(item), .offset = offset});
      return Ok{};
    }
    case 10: return definitions(out, std::move(in), "import", import_);
    case 11: return definitions(out, std::move(in), "export", export_);
    case 12: return definitions(out, std::move(in), "value", value);
    default: return in.malformed(fmt::format("there is no section with id {}", id));
  }
}

Result<std::shared_ptr<const Component>> Decoder::component(ByteReader in, std::uint32_t depth) {
  if (depth > max_nesting) return fail(diag::limit_exceeded, fmt::format("components are nested more than {} deep", max_nesting), in.where());
  auto out = std::make_shared<Component>();
  out->offset = in.offset();
  const BinaryPos start = in.where();
  WCOMP_TRY(const ByteSpan magic, in.bytes(4));
  if (as_text(magic) != std::string_view("\0asm", 4)) return fail(diag::malformed, "the first four bytes are not those of a WebAssembly binary", start);
  const BinaryPos version_at = in.where();
  WCOMP_TRY(const ByteSpan version, in.bytes(4));
  if (version[2] == 0 && version[3] == 0) return fail(diag::malformed, "expected a component, found a core module", version_at);
  if (version[2] != 1 || version[3] != 0) return fail(diag::malformed, fmt::format("layer {} is not known", version[2] | version[3] << 8), version_at);
  if (version[0] != 0x0d || version[1] != 0) {
    return fail(diag::unsupported, fmt::format("component version 0x{:x} is not supported, only 0xd is", version[0] | version[1] << 8), version_at);
  }
  std::uint32_t components = 0;
  while (!in.at_end()) {
    WCOMP_TRY(const std::uint8_t id, in.u8());
    WCOMP_TRY(const std::uint32_t size, in.leb_u32());
    if (size > in.remaining()) {
      return fail(diag::unexpected_end, fmt::format("the section with id {} should have {} bytes, but only {} are left", id, size, in.remaining()), in.where());
    }
    WCOMP_TRY(ByteReader body, in.sub(size, in.path()));
    WCOMP_TRY(section(*out, id, std::move(body), depth, components));
  }
  return std::shared_ptr<const Component>(std::move(out));
}

}  // namespace

Result<std::shared_ptr<const Component>> decode(std::shared_ptr<const Bytes> storage) {
  ByteReader in(*storage, 0, "component");
  return Decoder(std::move(storage)).component(std::move(in), 0);
}

Result<std::shared_ptr<const Component>> decode(Bytes bytes) { return decode(std::make_shared<const Bytes>(std::move(bytes))); }

}  // namespace wcomp::component
