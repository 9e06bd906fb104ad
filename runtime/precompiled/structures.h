// What the structures of an image are, on both sides: modules, types and the plan.
#pragma once

#include "runtime/precompiled/fields.h"

namespace wcomp::precompiled {

/// A core module or component of an instance that is exported: which of the image's modules it is.
struct ExportedModule {
  std::string interface, name;
  std::uint32_t module = 0;
};
void fields(auto& a, ExportedModule& v) { a(v.interface, v.name, v.module); }

struct Structures {
  std::vector<core::Module> modules;  ///< those of the plan come first; of a module's image it is the only one
  std::uint32_t plan_modules = 0;
  std::vector<types::TypeDef> types;
  std::uint32_t resources = 0;        ///< how many identities there are
  std::vector<ExportedModule> exported_modules;
  link::Plan plan;
};
/// But for `modules`, which a writer has elsewhere.
void fields(auto& a, Structures& v) { a(v.plan_modules, v.types, v.resources, v.exported_modules, v.plan); }

}  // namespace wcomp::precompiled
