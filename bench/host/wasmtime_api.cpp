#include "wasmtime_api.h"

#include <dlfcn.h>

#include "measure.h"

namespace bench::wasmtime {
namespace {

template <class F>
void find(void* library, const char* name, F*& out, std::string& missing) {
  void* found = dlsym(library, name);
  if (found == nullptr) missing += std::string(missing.empty() ? "" : ", ") + name;
  out = reinterpret_cast<F*>(found);
}

}  // namespace

std::string Api::load(const std::string& path) {
  void* lib = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (lib == nullptr) return dlerror();
  std::string missing;
  find(lib, "wasm_engine_new", engine_new, missing);
  find(lib, "wasmtime_store_new", store_new, missing);
  find(lib, "wasmtime_store_delete", store_delete, missing);
  find(lib, "wasmtime_store_context", store_context, missing);
  find(lib, "wasmtime_error_message", error_message, missing);
  find(lib, "wasmtime_component_val_delete", value_delete, missing);
  find(lib, "wasmtime_component_new", component_new, missing);
  find(lib, "wasmtime_component_delete", component_delete, missing);
  find(lib, "wasmtime_component_linker_new", linker_new, missing);
  find(lib, "wasmtime_component_linker_root", linker_root, missing);
  find(lib, "wasmtime_component_linker_instance_delete", linker_instance_delete, missing);
  find(lib, "wasmtime_component_linker_instance_add_instance", add_instance, missing);
  find(lib, "wasmtime_component_linker_instance_add_func", add_func, missing);
  find(lib, "wasmtime_component_linker_instance_add_resource", add_resource, missing);
  find(lib, "wasmtime_component_linker_add_wasip2", add_wasip2, missing);
  find(lib, "wasmtime_context_set_wasi", context_set_wasi, missing);
  find(lib, "wasi_config_new", wasi_config_new, missing);
  find(lib, "wasmtime_component_linker_instantiate", instantiate, missing);
  find(lib, "wasmtime_component_instance_get_export_index", export_index, missing);
  find(lib, "wasmtime_component_instance_get_func", get_func, missing);
  find(lib, "wasmtime_component_func_call", call, missing);
  find(lib, "wasmtime_component_func_post_return", post_return, missing);
  find(lib, "wasmtime_component_resource_type_new_host", resource_type, missing);
  find(lib, "wasmtime_component_resource_host_new", resource_host, missing);
  find(lib, "wasmtime_component_resource_host_to_any", host_to_any, missing);
  find(lib, "wasmtime_component_resource_any_to_host", any_to_host, missing);
  find(lib, "wasmtime_component_resource_host_rep", host_rep, missing);
  find(lib, "wasmtime_component_resource_host_delete", host_delete, missing);
  find(lib, "wasmtime_component_resource_any_drop", resource_drop, missing);
  find(lib, "wasmtime_component_resource_any_delete", resource_delete, missing);
  find(lib, "wasmtime_component_vallist_new", list_new, missing);
  find(lib, "wasmtime_component_valrecord_new", record_new, missing);
  find(lib, "wasm_byte_vec_new", name_new, missing);
  find(lib, "wasmtime_module_new", module_new, missing);
  find(lib, "wasmtime_instance_new", module_instance, missing);
  find(lib, "wasmtime_instance_export_get", module_export, missing);
  find(lib, "wasmtime_func_call_unchecked", core_call, missing);
  return missing.empty() ? "" : "it lacks " + missing;
}

void Api::check(Error* error) const {
  if (error == nullptr) return;
  Name text;
  error_message(error, &text);
  die("wasmtime: " + std::string(text.data, text.size));
}

}  // namespace bench::wasmtime
