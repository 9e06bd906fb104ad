#include "component/shared_libraries/library.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/text.h"
#include "component/sections.h"

namespace wcomp::component::shared {
namespace {

constexpr std::uint32_t max_align_log2 = 31;

Result<void> read_dylink(Library& out) {
  const core::CustomSection* section = nullptr;
  for (const core::CustomSection& c : out.module().customs) {
    if (c.name != core::dylink_section) continue;
    if (section != nullptr) return fail(diag::invalid, fmt::format("library `{}` has two sections `{}`", escape(out.name), core::dylink_section), out.at());
    section = &c;
  }
  if (section == nullptr) {
    Diagnostic d = error(diag::invalid, fmt::format("`{}` is not a shared library: it has no section `{}`", escape(out.name), core::dylink_section), out.at());
    d.notes.push_back("compile with -fPIC and link with -shared; a module of another kind becomes a component with `wcomp new`");
    return Err(Failure(std::move(d)));
  }
  const auto offset = static_cast<std::uint64_t>(section->bytes.data() - out.module().bytes.data());
  WCOMP_TRY(const std::vector<core::DylinkPart> parts, core::decode_dylink(section->bytes, offset, fmt::format("section `{}`", core::dylink_section)));
  for (const core::DylinkPart& p : parts) {
    match(
        p, [&](const core::DylinkMemInfo& i) { out.info = i; },
        [&](const core::DylinkNeeded& i) { out.needed.insert(out.needed.end(), i.names.begin(), i.names.end()); },
        [&](const core::DylinkExportInfo& i) {
          for (const core::DylinkExport& s : i.symbols) {
            if (const auto at = out.exports.find(s.name); at != out.exports.end()) out.export_flags[at->first] |= s.flags;
          }
        },
        [&](const core::DylinkImportInfo& i) {
          for (const core::DylinkImport& s : i.symbols) {
            if (s.has(core::DylinkFlag::binding_weak)) out.weak_imports.emplace(s.module, s.name);
          }
        },
        [](const core::DylinkRuntimePath&) {}, [](const core::DylinkUnknown&) {});
  }
  for (const std::uint32_t align : {out.info.memory_align_log2, out.info.table_align_log2}) {
    if (align > max_align_log2) {
      return fail(diag::limit_exceeded, fmt::format("library `{}` asks for an alignment of 2^{}, at most 2^{} is possible", escape(out.name), align, max_align_log2), out.at(offset));
    }
  }
  return {};
}

}  // namespace

Result<Library> read_library(const SharedLibrary& library, core::TypeInterner& types) {
  WCOMP_TRY(core::Module decoded, core::decode(library.bytes, *library.bytes));
  WCOMP_TRY(core::ValidModule valid, core::validate(std::move(decoded)));
  Library out(library.name, library.is_dl_openable, std::move(valid));
  const core::Module& m = out.module();
  for (const core::Export& e : m.exports) out.exports.emplace(e.name, &e);
  WCOMP_TRY(read_dylink(out));
  for (const core::CustomSection& c : m.customs) {
    if (!carries_world(c.name)) continue;
    WCOMP_TRY(out.world, world_of_module(m));
    break;
  }
  for (const core::MemType& t : m.mem_types) {
    if (t.limits.is_64) return fail(diag::unsupported, fmt::format("library `{}` has a 64-bit memory; shared libraries are linked with 32-bit memories only", escape(out.name)), out.at());
  }
  if (const core::Export* e = out.find("memory", core::ExternKind::mem); e != nullptr && e->index >= m.imported_mems) {
    Diagnostic d = error(diag::invalid, fmt::format("library `{}` has a memory `memory` of its own, and would not see that of the others", escape(out.name)), out.at(e->offset));
    d.notes.push_back("a shared library imports its memory as `env` `memory`: link with -shared, without --export-memory");
    return Err(Failure(std::move(d)));
  }
  if (out.find(call_ctors, core::ExternKind::func) != nullptr && out.find(initialize, core::ExternKind::func) != nullptr) {
    return fail(diag::invalid, fmt::format("library `{}` exports both `{}` and `{}`, and only one of them can be what initialises it", escape(out.name), call_ctors, initialize), out.at());
  }
  WCOMP_TRY(out.types, types.add(m));
  return out;
}

}  // namespace wcomp::component::shared
