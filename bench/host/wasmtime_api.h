// What we use of wasmtime's C interface, declared here because the library comes from PyPI without headers. As of version 50.
// https://docs.wasmtime.dev/c-api/
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace bench::wasmtime {

// Opaque to us.
struct Engine;
struct Config;
struct Store;
struct Context;
struct Component;
struct Module;
struct Linker;
struct LinkerInstance;
struct ExportIndex;
struct Error;
struct Trap;
struct FuncType;
struct ResourceType;
struct ResourceAny;
struct ResourceHost;

struct Value;
struct Entry;
struct Name {
  std::size_t size;
  char* data;
};
struct List {
  std::size_t size;
  Value* data;
};
struct Record {
  std::size_t size;
  Entry* data;
};
enum Kind : std::uint8_t { kind_u8 = 2, kind_u32 = 6, kind_u64 = 8, kind_f64 = 10, kind_string = 12, kind_list = 13, kind_record = 14, kind_resource = 21 };
struct Value {
  std::uint8_t kind;
  union {
    std::uint8_t u8;
    std::uint32_t u32;
    std::uint64_t u64;
    double f64;
    Name string;
    List list;
    Record record;
    ResourceAny* resource;
    std::uint64_t words[3];
  };
};
struct Entry {
  Name name;
  Value value;
};
struct Instance {
  std::uint64_t store;
  std::uint32_t index;
};
struct Func {
  struct {
    std::uint64_t store;
    std::uint32_t index;
  } in;
  std::uint32_t number;
  void* rest;
};
using Callback = Error* (*)(void* data, Context*, const FuncType*, Value* args, std::size_t nargs, Value* results, std::size_t nresults);
using Destructor = Error* (*)(void* data, Context*, std::uint32_t rep);

struct CoreInstance {
  std::uint64_t store;
  std::size_t index;
};
struct CoreFunc {
  std::uint64_t store;
  void* rest;
};
struct CoreExtern {
  std::uint8_t kind;
  union {
    CoreFunc func;
    std::uint64_t words[3];
  };
};
union CoreRaw {
  std::int32_t i32;
  std::int64_t i64;
  std::uint64_t words[2];
};

/// The library's functions.
struct Api {
  Engine* (*engine_new)();
  Store* (*store_new)(Engine*, void*, void (*)(void*));
  void (*store_delete)(Store*);
  Context* (*store_context)(Store*);
  void (*error_message)(const Error*, Name*);
  void (*value_delete)(Value*);
  Error* (*component_new)(Engine*, const std::uint8_t*, std::size_t, Component**);
  void (*component_delete)(Component*);
  Linker* (*linker_new)(Engine*);
  LinkerInstance* (*linker_root)(Linker*);
  void (*linker_instance_delete)(LinkerInstance*);
  Error* (*add_instance)(LinkerInstance*, const char*, std::size_t, LinkerInstance**);
  Error* (*add_func)(LinkerInstance*, const char*, std::size_t, Callback, void*, void (*)(void*));
  Error* (*add_resource)(LinkerInstance*, const char*, std::size_t, const ResourceType*, Destructor, void*, void (*)(void*));
  Error* (*add_wasip2)(Linker*);
  Error* (*context_set_wasi)(Context*, void*);
  void* (*wasi_config_new)();
  Error* (*instantiate)(const Linker*, Context*, const Component*, Instance*);
  ExportIndex* (*export_index)(const Instance*, Context*, const ExportIndex*, const char*, std::size_t);
  bool (*get_func)(const Instance*, Context*, const ExportIndex*, Func*);
  Error* (*call)(const Func*, Context*, const Value*, std::size_t, Value*, std::size_t);
  Error* (*post_return)(const Func*, Context*);
  ResourceType* (*resource_type)(std::uint32_t);
  ResourceHost* (*resource_host)(bool, std::uint32_t, std::uint32_t);
  Error* (*host_to_any)(Context*, ResourceHost*, ResourceAny**);
  Error* (*any_to_host)(Context*, const ResourceAny*, ResourceHost**);
  std::uint32_t (*host_rep)(const ResourceHost*);
  void (*host_delete)(ResourceHost*);
  Error* (*resource_drop)(Context*, const ResourceAny*);
  void (*resource_delete)(ResourceAny*);
  void (*list_new)(List*, std::size_t, const Value*);
  void (*record_new)(Record*, std::size_t, const Entry*);
  void (*name_new)(Name*, std::size_t, const char*);
  Error* (*module_new)(Engine*, const std::uint8_t*, std::size_t, Module**);
  Error* (*module_instance)(Context*, const Module*, const CoreExtern*, std::size_t, CoreInstance*, Trap**);
  bool (*module_export)(Context*, const CoreInstance*, const char*, std::size_t, CoreExtern*);
  Error* (*core_call)(Context*, const CoreFunc*, CoreRaw*, std::size_t, Trap**);

  /// Empty if every function was found, else what is wrong.
  [[nodiscard]] std::string load(const std::string& path);
  /// Ends the program if there is an error.
  void check(Error* error) const;
};

}  // namespace bench::wasmtime
