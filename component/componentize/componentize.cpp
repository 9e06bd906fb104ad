#include "component/componentize.h"

#include <algorithm>
#include <numeric>
#include <deque>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "component/componentize/gc.h"
#include "component/componentize/preview1.h"
#include "component/componentize/wrapper.h"
#include "component/sections.h"
#include "component/versions.h"

namespace wcomp::component {

namespace {

bool has_world(const core::Module& module) { return std::ranges::any_of(module.customs, carries_world, &core::CustomSection::name); }

Location place_of(const std::string& file) { return BinaryPos{.file = file, .path = {}, .offset = 0}; }

/// A core export that is a function from nothing to nothing.
bool is_program(const core::Module& m) {
  const core::Export* e = m.find_export("_start");
  return e != nullptr && e->kind == core::ExternKind::func && m.func_type(core::FuncIdx(e->index)) == core::FuncType{};
}

/// The import section with other names.
Bytes import_section(const std::vector<core::Import>& imports, const std::vector<std::string>& names) {
  core::Module m;
  m.imports = imports;
  for (std::size_t i = 0; i < imports.size(); ++i) {
    m.imports[i].name = names[i];
    m.imports[i].group = 0;
  }
  return core::encode(m);
}

/// The module without its `component-type` sections, which say what the component's own types now say, and with the names of imports that
/// were chosen. Other bytes stay where they are.
struct MainModuleBytes {
  std::vector<ByteSpan> pieces;
  Bytes renamed;  ///< what one of the pieces may point into
};
MainModuleBytes main_module_bytes(const core::Module& module, const std::vector<std::string>& import_names) {
  constexpr std::uint8_t import_id = 2;
  MainModuleBytes out;
  if (!import_names.empty()) out.renamed = import_section(module.imports, import_names);
  ByteReader in(module.bytes);
  const std::uint8_t* from = in.position();
  const auto cut = [&](const std::uint8_t* until) {
    if (until != from) out.pieces.emplace_back(from, until);
  };
  static_cast<void>(in.bytes(8));
  while (!in.at_end()) {
    const std::uint8_t* begin = in.position();
    const std::uint8_t id = *in.u8();
    const std::uint32_t size = *in.leb_u32();
    const ByteSpan body = *in.bytes(size);
    const bool is_world = id == 0 && carries_world(*ByteReader(body).name());
    const bool is_renamed = id == import_id && !import_names.empty();
    if (!is_world && !is_renamed) continue;
    cut(begin);
    from = in.position();
    if (is_renamed) out.pieces.push_back(ByteSpan(out.renamed).subspan(8));
  }
  cut(in.position());
  return out;
}

/// A module with the same imports and exports, whose functions do nothing but trap.
Bytes stub_of(const core::Module& module, const std::vector<std::string>& import_names) {
  static constexpr std::uint8_t trap[] = {0x00, 0x0b};
  core::Module out = module;
  out.customs.clear();
  out.datas.clear();
  out.elems.clear();
  out.data_count.reset();
  for (std::size_t i = 0; i < import_names.size(); ++i) out.imports[i].name = import_names[i];
  for (core::Import& i : out.imports) i.group = 0;
  for (core::Func& f : out.funcs) {
    f.locals.clear();
    f.body = {.code = trap, .offset = 0};
  }
  return core::encode(out);
}

/// Everything that componentize reads, in the order in which it comes to know it.
class Componentizer {
 public:
  explicit Componentizer(const ComponentizeOptions& options) : options_(options), at_(place_of(options.file)) {}

  Result<ComponentPieces> run(const std::shared_ptr<const Bytes>& bytes) {
    WCOMP_TRY(core::Module decoded, core::decode(bytes, *bytes));
    WCOMP_TRY(const core::ValidModule valid, core::validate(std::move(decoded)));
    modules_.push_back(valid);
    WCOMP_TRY(read_main_world());
    for (const Adapter& a : options_.adapters) WCOMP_TRY(read_adapter(a));
    WCOMP_TRY(plan_built_in());
    WCOMP_TRY(read_world());
    WCOMP_TRY(trim_adapters());
    return write();
  }

 private:
  struct ForeignAdapter {
    const Adapter* adapter = nullptr;
    core::Module module;               ///< validated when it is trimmed
    std::vector<std::string> exports;  ///< of its world
    StringEncoding encoding = StringEncoding::utf8;
  };

  [[nodiscard]] const core::Module& main() const { return *modules_[main_no]; }

  // --- worlds ---
  Result<void> read_main_world() {
    for (const core::CustomSection& c : main().customs) {
      if (carries_world(c.name)) sections_.push_back(c);
    }
    if (sections_.empty()) return Ok{};
    WCOMP_TRY(const DecodedWorld world, world_of_module(main()));
    main_encoding_ = world.encoding;
    for (const wit::WorldItem& item : world.graph.worlds[world.world].exports) main_exports_.insert(item.name);
    return Ok{};
  }

  Result<void> read_adapter(const Adapter& a) {
    const auto in_adapter = [&](Failure f) { return Err(std::move(f).with_note(fmt::format("in the adapter `{}`", escape(a.file)))); };
    auto decoded = core::decode(a.bytes, *a.bytes);
    if (!decoded) return in_adapter(std::move(decoded).error());
    ForeignAdapter out{.adapter = &a, .module = std::move(*decoded), .exports = {}};
    if (has_world(out.module)) {
      auto world = world_of_module(out.module);
      if (!world) return in_adapter(std::move(world).error());
      out.encoding = world->encoding;
      for (const wit::WorldItem& item : world->graph.worlds[world->world].exports) {
        if (!std::holds_alternative<wit::TypeDeclId>(item.item)) out.exports.push_back(item.name);
      }
      WCOMP_TRY(Bytes payload, encode_component_type(world->graph, world->world, main_encoding_));
      add_section(std::move(payload));
    }
    foreign_.push_back(std::move(out));
    return Ok{};
  }

  void add_section(Bytes payload) {
    payloads_.push_back(std::move(payload));
    core::CustomSection section;
    section.name = "component-type";
    section.bytes = payloads_.back();
    sections_.push_back(std::move(section));
  }

  bool has_foreign(std::string_view name) const {
    return std::ranges::any_of(foreign_, [&](const ForeignAdapter& f) { return f.adapter->name == name; });
  }

  /// What of the built-in adapter is needed: functions that are imported, and `run` for a program that nobody else makes a command.
  Result<void> plan_built_in() {
    Preview1Options plan;
    plan.encoding = main_encoding_;
    bool is_used = false;
    for (const core::Import& i : main().imports) {
      if ((i.module != preview1_module && i.module != unstable_module) || has_foreign(i.module)) continue;
      is_used = true;
      plan.used.insert(preview1_function(i.module, i.name));
    }
    const auto is_run = [](std::string_view name) { return name.starts_with("wasi:cli/run@"); };
    const auto own = std::ranges::find_if(main_exports_, is_run);
    const bool runs_elsewhere = std::ranges::any_of(foreign_, [&](const ForeignAdapter& f) { return std::ranges::any_of(f.exports, is_run); });
    if (is_program(main()) && !runs_elsewhere && (own == main_exports_.end() || own->starts_with("wasi:cli/run@0.2"))) {
      const std::string interface = own != main_exports_.end() ? *own : preview1_run_interface();
      const bool main_has_it = main().find_export(interface + "#run") != nullptr || main().find_export(fmt::format("{}|{}|run", standard_prefix, standard_name(interface))) != nullptr;
      if (!main_has_it) {
        is_used = true;
        plan.run = interface + "#run";
        plan.exports_run = own == main_exports_.end();
        built_in_exports_.insert(interface);
      }
    }
    if (!is_used) return Ok{};
    const ModuleParts parts = parts_of(main(), options_.reject_legacy_names);
    if (parts.memory) plan.guest_memory = main().mem_types[main().find_export(*parts.memory)->index];
    for (const core::Import& i : main().imports) {
      if (i.module == "env" && i.name == "memory" && std::holds_alternative<core::MemType>(i.type)) plan.guest_memory = std::get<core::MemType>(i.type);
    }
    WCOMP_TRY(Preview1 made, preview1_for(plan));
    const bool needs_memory = std::ranges::any_of(made.adapter->imports, [](const core::Import& i) { return i.module == "guest" || i.module.starts_with(guest_memory_prefix); });
    if (needs_memory && !plan.guest_memory) return fail(diag::missing_export, fmt::format("the module imports `{}`, but exports no `memory`", preview1_module), at_);
    add_section(made.world);
    built_in_.emplace(std::move(made));
    return Ok{};
  }

  /// What a module without WIT imports can be said only against some world.
  static DecodedWorld empty_world() {
    DecodedWorld out;
    wit::Package package;
    package.name = {.ns = "root", .name = "component", .version = {}};
    const wit::PackageId id = out.graph.packages.add(std::move(package));
    wit::World world;
    world.name = "root";
    world.package = id;
    out.world = out.graph.worlds.add(std::move(world));
    return out;
  }

  Result<void> read_world() {
    if (sections_.empty()) {
      world_.emplace(empty_world(), false);
      return Ok{};
    }
    core::Module all;  // world_of_module asks for nothing but the sections
    all.customs = sections_;
    WCOMP_TRY(DecodedWorld world, world_of_module(all));
    world_.emplace(std::move(world), options_.merge_imports_based_on_semver);
    return Ok{};
  }

  // --- adapters ---
  /// Functions of import module `name` that the main module or another adapter imports.
  void add_imported(std::set<std::string, std::less<>>& keep, const core::Module& from, std::string_view name) const {
    for (const core::Import& i : from.imports) {
      if (i.module == name) keep.insert(i.name);
    }
  }

  static Result<core::ValidModule> trimmed(const core::Module& module, const GcOptions& gc) {
    WCOMP_TRY(Bytes bytes, keep_reachable(module, gc));
    WCOMP_TRY(core::Module decoded, core::decode(std::move(bytes)));
    return core::validate(std::move(decoded));
  }

  Result<void> trim_adapters() {
    const bool main_has_realloc = parts_of(main(), options_.reject_legacy_names).adapter_realloc.has_value();
    for (const ForeignAdapter& f : foreign_) {
      GcOptions gc{.keep = {"cabi_realloc", "cabi_import_realloc", "cabi_export_realloc", "canonical_abi_realloc", "cm32p2_realloc"},
                   .gives_stack = true, .main_has_realloc = main_has_realloc, .realloc_via_memory_grow = options_.realloc_via_memory_grow};
      add_imported(gc.keep, main(), f.adapter->name);
      for (const ForeignAdapter& other : foreign_) {
        if (&other != &f) add_imported(gc.keep, other.module, f.adapter->name);
      }
      for (const std::string& e : f.exports) {
        if (main_exports_.contains(e)) continue;
        for (std::string& name : core_names_for(*world_, e)) gc.keep.insert(std::move(name));
      }
      auto valid = trimmed(f.module, gc);
      if (!valid) return Err(std::move(valid).error().with_note(fmt::format("in the adapter `{}`", escape(f.adapter->file))));
      modules_.push_back(std::move(*valid));
    }
    if (built_in_) {
      modules_.push_back(built_in_->helpers);
      modules_.push_back(built_in_->adapter);
    }
    return Ok{};
  }

  // --- reading and writing ---
  std::vector<ModuleInput> inputs() const {
    std::vector<ModuleInput> out;
    std::set<std::string, std::less<>> taken = built_in_exports_;
    ModuleInput first{.no = main_no, .name = {}, .module = &main(), .exports = {}};
    for (const std::string& e : main_exports_) {
      if (taken.insert(e).second) first.exports.insert(e);
    }
    out.push_back(std::move(first));
    for (const ForeignAdapter& f : foreign_) {
      ModuleInput i{.no = out.size(), .name = f.adapter->name, .module = &*modules_[out.size()], .exports = {}};
      for (const std::string& e : f.exports) {
        if (taken.insert(e).second) i.exports.insert(e);
      }
      out.push_back(std::move(i));
    }
    if (built_in_) {
      const ModuleNo helper = out.size();
      out.push_back({.no = helper, .name = {}, .module = &*modules_[helper], .exports = {}, .whole = {{"main", main_no}}});
      out.push_back({.no = helper + 1, .name = std::string(preview1_module), .second_name = std::string(unstable_module), .second_prefix = std::string(unstable_prefix),
                     .module = &*modules_[helper + 1], .exports = built_in_exports_,
                     .whole = {{"main", main_no}, {"env", helper}, {"guest", helper}, {"arena", helper}}, .memory_from = helper});
    }
    return out;
  }

  StringEncoding encoding_of(ModuleNo m) const {
    if (m == main_no) return main_encoding_;
    return m <= foreign_.size() ? foreign_[m - 1].encoding : StringEncoding::utf8;
  }

  Result<ComponentPieces> write() {
    const std::vector<ModuleInput> all = inputs();
    std::vector<WrappedModule> wrapped;
    std::vector<Diagnostic> errors;
    for (const ModuleInput& input : all) {
      const ReadOptions read{.world = &*world_, .has_wit = input.no != main_no || has_world(main()),
                             .rejects_legacy_names = options_.reject_legacy_names && input.no == main_no, .ptr = main_ptr(main()), .file = options_.file};
      auto use = read_module(input, all, read);
      if (!use) {
        for (Diagnostic& d : use.error().diagnostics()) {
          if (input.no != main_no && !input.name.empty()) d.notes.push_back(fmt::format("in the adapter `{}`", escape(input.name)));
          errors.push_back(std::move(d));
        }
        continue;
      }
      const ByteSpan bytes = input.module->bytes;
      Bytes written = input.no == main_no ? stub_of(main(), use->import_names) : Bytes(bytes.begin(), bytes.end());
      wrapped.push_back({.input = input, .use = std::move(*use), .bytes = std::move(written), .encoding = encoding_of(input.no)});
      if (built_in_ && input.no + 2 == all.size()) give_realloc(wrapped.back().use.parts);
    }
    if (!errors.empty()) return Err(Failure(std::move(errors)));
    if (sections_.empty()) {
      Failure failure(error(diag::missing_export, "the module has no `component-type` section and no export `_start`: it is neither part of a world nor a command", at_));
      return Err(std::move(failure).with_note("link the component type object of the bindings into it, or add the section with `wcomp embed`"));
    }
    WCOMP_TRY(WrappedComponent made, wrap(*world_, wrapped, options_));
    return assemble(std::move(made), main_module_bytes(main(), wrapped[main_no].use.import_names));
  }

  static void give_realloc(ModuleParts& helper) { helper.realloc = helper.import_realloc = helper.export_realloc = "realloc"; }

  static ComponentPieces assemble(WrappedComponent made, MainModuleBytes main) {
    constexpr std::uint8_t core_module_section = 1;
    ComponentPieces out{.storage = {}, .before = std::move(made.before), .module = std::move(main.pieces), .after = std::move(made.after)};
    std::size_t size = 0;
    for (const ByteSpan piece : out.module) size += piece.size();
    ByteWriter header;
    header.u8(core_module_section);
    header.leb_u64(size);
    const Bytes head = header.take();
    out.before.insert(out.before.end(), head.begin(), head.end());
    if (main.renamed.empty()) return out;
    // The import section was written anew: what is in front of it is small, so that both go to `before`.
    std::size_t moved = 0;
    for (; moved < out.module.size(); ++moved) {
      const ByteSpan piece = out.module[moved];
      out.before.insert(out.before.end(), piece.begin(), piece.end());
      const bool is_renamed = piece.data() >= main.renamed.data() && piece.data() < main.renamed.data() + main.renamed.size();
      if (is_renamed) break;
    }
    out.module.erase(out.module.begin(), out.module.begin() + static_cast<std::ptrdiff_t>(std::min(moved + 1, out.module.size())));
    return out;
  }

  const ComponentizeOptions& options_;
  Location at_;
  std::vector<core::ValidModule> modules_;          ///< as they go into the component
  std::vector<core::CustomSection> sections_;       ///< of all worlds
  std::deque<Bytes> payloads_;                      ///< what sections of adapters point into
  StringEncoding main_encoding_ = StringEncoding::utf8;
  std::set<std::string, std::less<>> main_exports_, built_in_exports_;
  std::vector<ForeignAdapter> foreign_;
  std::optional<Preview1> built_in_;
  std::optional<World> world_;
};

}  // namespace

std::size_t ComponentPieces::size() const {
  return std::accumulate(module.begin(), module.end(), before.size() + after.size(), [](std::size_t sum, ByteSpan s) { return sum + s.size(); });
}

Result<ComponentPieces> componentize_pieces(std::shared_ptr<const Bytes> core_module, const ComponentizeOptions& options) {
  if (detect(*core_module) == BinaryKind::component) return fail(diag::invalid, "this is a component already", place_of(options.file));
  WCOMP_TRY(ComponentPieces pieces, Componentizer(options).run(core_module));
  pieces.storage = std::move(core_module);
  return pieces;
}

Result<Bytes> componentize(ByteSpan core_module, const ComponentizeOptions& options) {
  const auto module = std::make_shared<const Bytes>(core_module.begin(), core_module.end());  // the pieces are views of it
  WCOMP_TRY(const ComponentPieces pieces, componentize_pieces(module, options));
  Bytes out;
  out.reserve(pieces.size());
  out.insert(out.end(), pieces.before.begin(), pieces.before.end());
  for (const ByteSpan piece : pieces.module) out.insert(out.end(), piece.begin(), piece.end());
  out.insert(out.end(), pieces.after.begin(), pieces.after.end());
  return out;
}

}  // namespace wcomp::component
