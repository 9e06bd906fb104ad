// What of a core module and of a plan is in an image, structure by structure, in the namespaces of the structures.
//
// Left out is what is worked out from the rest when it is loaded: shapes, of their types; what runtime/prepared.h makes.
#pragma once

#include "core/module.h"
#include "link/plan.h"
#include "runtime/precompiled/archive.h"

namespace wcomp::core {

void fields(auto& a, FuncType& v) { a(v.params, v.results); }
void fields(auto& a, Limits& v) { a(v.min, v.max, v.is_64, v.is_shared); }
void fields(auto& a, TableType& v) { a(v.element, v.limits); }
void fields(auto& a, MemType& v) { a(v.limits); }
void fields(auto& a, GlobalType& v) { a(v.type, v.is_mutable); }
void fields(auto& a, TagType& v) { a(v.type); }
void fields(auto& a, Import& v) { a(v.module, v.name, v.type, v.offset); }
void fields(auto& a, Export& v) { a(v.name, v.kind, v.index, v.offset); }
void fields(auto& a, Expr& v) { a(v.code, v.offset); }
void fields(auto& a, Locals& v) { a(v.count, v.type); }
void fields(auto& a, Func& v) { a(v.type, v.locals, v.body); }
void fields(auto& a, Global& v) { a(v.type, v.init); }
void fields(auto& a, Table& v) { a(v.type, v.init, v.offset); }
void fields(auto& a, Elem& v) { a(v.type, v.mode, v.table, v.offset, v.items, v.file_offset); }
void fields(auto& a, Data& v) { a(v.mode, v.mem, v.offset, v.bytes, v.file_offset); }
void fields(auto& a, CustomSection& v) { a(v.name, v.bytes, v.after); }
/// Those that messages of running code have.
void fields(auto& a, Names& v) { a(v.module, v.funcs, v.tags); }
void fields(auto& a, Module& v) {
  a(v.types, v.imports, v.funcs, v.tables, v.mems, v.tags, v.globals, v.exports, v.start, v.elems, v.data_count, v.datas, v.customs, v.names, v.bytes,
    v.path, v.section_offsets, v.func_types, v.table_types, v.mem_types, v.global_types, v.tag_types, v.canonical_types, v.imported_funcs,
    v.imported_tables, v.imported_mems, v.imported_globals, v.imported_tags);
}

}  // namespace wcomp::core

namespace wcomp::types {

void fields(auto& a, Field& v) { a(v.name, v.type); }
void fields(auto& a, Case& v) { a(v.name, v.type); }
void fields(auto& a, RecordType& v) { a(v.fields); }
void fields(auto& a, VariantType& v) { a(v.cases); }
void fields(auto& a, ListType& v) { a(v.element); }
void fields(auto& a, FixedListType& v) { a(v.element, v.length); }
void fields(auto& a, MapType& v) { a(v.key, v.value); }
void fields(auto& a, TupleType& v) { a(v.types); }
void fields(auto& a, FlagsType& v) { a(v.names); }
void fields(auto& a, EnumType& v) { a(v.names); }
void fields(auto& a, OptionType& v) { a(v.some); }
void fields(auto& a, ResultType& v) { a(v.ok, v.err); }
void fields(auto& a, OwnType& v) { a(v.resource); }
void fields(auto& a, BorrowType& v) { a(v.resource); }
void fields(auto& a, StreamType& v) { a(v.element); }
void fields(auto& a, FutureType& v) { a(v.element); }
void fields(auto& a, ResourceType& v) { a(v.id); }
void fields(auto& a, AliasType& v) { a(v.target); }
void fields(auto& a, Param& v) { a(v.name, v.type); }
void fields(auto& a, FuncType& v) { a(v.params, v.result, v.is_async); }

}  // namespace wcomp::types

namespace wcomp::link {

void fields(auto& a, CoreExportRef& v) { a(v.instance, v.name, v.kind, v.index); }
void fields(auto& a, Options& v) { a(v.instance, v.encoding, v.memory, v.realloc, v.post_return, v.ptr); }
void fields(auto& a, HostResource& v) { a(v.interface, v.name); }
void fields(auto& a, GuestResource& v) { a(v.instance, v.dtor); }
void fields(auto& a, Resource& v) { a(v.origin, v.name); }
void fields(auto& a, ImportName& v) { a(v.interface, v.name); }
void fields(auto& a, LiftedFunc& v) { a(v.name, v.core_func, v.opts, v.type, v.handed); }
void fields(auto& a, InstantiateModule& v) { a(v.module, v.imports, v.name); }
void fields(auto& a, LowerImport& v) { a(v.func, v.interface, v.name, v.opts, v.type); }
void fields(auto& a, MakeAdapter& v) { a(v.func, v.adapter, v.callee, v.name, v.type, v.lower, v.lift, v.entered_ancestors, v.resources); }
void fields(auto& a, ResourceNew& v) { a(v.func, v.resource, v.instance); }
void fields(auto& a, ResourceDrop& v) { a(v.func, v.resource, v.instance); }
void fields(auto& a, ResourceRep& v) { a(v.func, v.resource, v.instance); }
void fields(auto& a, ErrorContext& v) { a(v.func, v.built_in, v.opts); }
void fields(auto& a, DefineResource& v) { a(v.resource); }
void fields(auto& a, ComponentInstanceInfo& v) { a(v.parent, v.path); }
void fields(auto& a, ImportedFunc& v) { a(v.interface, v.name, v.type); }
void fields(auto& a, ExportedInstance& v) { a(v.funcs, v.resources); }
void fields(auto& a, ResourceEquality& v) { a(v.resource, v.other); }
/// But for types and modules, which have forms of their own.
void fields(auto& a, Plan& v) {
  a(v.resource_slots, v.resources, v.core_instances, v.core_funcs, v.component_instances, v.steps, v.imports, v.equal_resources, v.exports,
    v.exported_resources, v.import_names, v.export_names);
}

}  // namespace wcomp::link
