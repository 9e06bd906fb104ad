#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "bindgen/bindgen.h"
#include "bindgen/emit_types.h"

namespace wcomp::bindgen {
namespace {

class HostEmitter {
 public:
  explicit HostEmitter(const Model& model) : model_(model) {}

  std::vector<OutputFile> run() {
    std::vector<OutputFile> out;
    for (const Scope& scope : model_.scopes()) {
      if (scope.direction != Direction::import_ || !scope.interface) continue;
      const std::string name = scope.file_stem + "_host.h";
      out.push_back({name, interface_header(name, scope)});
    }
    out.push_back({stem() + "_host.h", world_header()});
    return out;
  }

 private:
  [[nodiscard]] const Scope& world_scope() const {
    return *std::find_if(model_.scopes().begin(), model_.scopes().end(),
                         [](const Scope& s) { return !s.interface && s.direction == Direction::import_; });
  }
  [[nodiscard]] std::string stem() const { return world_scope().file_stem; }
  [[nodiscard]] std::string package() const {
    const std::string& ns = world_scope().cpp_namespace;
    return ns.substr(0, ns.find("::"));
  }

  // What the host implements.

  std::string interface_header(const std::string& name, const Scope& scope) {
    std::string includes = "#include \"wcomp/abi.h\"\n";
    for (const std::size_t use : scope.uses) includes += fmt::format("#include \"{}_host.h\"\n", model_.scopes()[use].file_stem);
    const std::string origin = fmt::format("// Made by `witc bindgen` for {}; changes here are lost.\n", scope.wit_name);
    return origin + guarded(name, includes + "\n" + with_diagnostics(model_, import_text(scope)));
  }
  std::string import_text(const Scope& scope) {
    // The classes come before the types that hold them: as of C++23 the members of a std::unique_ptr are needed where it is first moved.
    std::string types = emit_types(model_, scope, [&] {
      std::string classes;
      for (const ResourceModel& r : scope.resources) {
        classes += (classes.empty() ? "" : "\n") + abstract_class(scope, r);
      }
      return classes;
    });
    std::string out = in_namespace(scope.cpp_namespace, types);
    const std::string abi = emit_abi(model_, scope);
    if (!abi.empty()) out += "\n" + abi;
    const bool has_something = !scope.functions.empty() || !scope.resources.empty() || scope.interface;
    if (has_something) out += (out.empty() ? "" : "\n") + doc_comment(scope.docs, "") + in_namespace(scope.cpp_namespace, host_class(scope));
    return out;
  }
  std::string virtual_function(const Scope& scope, const FuncModel& f) {
    return docs_of(*f.func, "  ") +
           fmt::format("  {}virtual {} {}({}) = 0;\n", Model::deprecation(f.func->stability), model_.result_type(f.func->type, scope), f.name, params_text(model_, scope, f));
  }
  std::string abstract_class(const Scope& scope, const ResourceModel& r) {
    const std::string& name = model_.name(r.decl);
    const wit::TypeDecl& decl = model_.graph().type_decls[r.decl];
    std::string out = doc_comment(decl.docs, "") + fmt::format("class {0}{1} {{\n public:\n  static constexpr const char* resource_name = {2};\n  virtual ~{1}() = default;\n",
                                                               Model::deprecation(decl.stability), name, literal(decl.name));
    for (const FuncModel& f : r.functions) {
      if (f.func->kind == wit::FuncKind::method) out += virtual_function(scope, f);
    }
    return out + "};\n";
  }
  std::string host_class(const Scope& scope) {
    std::string out = fmt::format("/// What a host does for {}.\nclass Host {{\n public:\n  virtual ~Host() = default;\n",
                                  scope.interface ? "`" + scope.wit_name + "`" : "the world's own imports");
    std::string defines = fmt::format("  const std::string interface = {};\n", literal(scope.wit_name));
    if (scope.interface) defines += "  linker.define_instance(interface);\n";
    const auto define = [&](const FuncModel& f, const std::string& callable) {
      defines += fmt::format("  wcomp::define_as<{}>(linker, interface, {},\n      {});\n", model_.signature(f.func->type, scope), literal(f.func->abi_name), callable);
    };
    const auto through_host = [](const FuncModel& f) {
      return fmt::format("[&host](auto&&... args) -> decltype(auto) {{ return host.{}(std::forward<decltype(args)>(args)...); }}", f.name);
    };
    for (const FuncModel& f : scope.functions) {
      out += virtual_function(scope, f);
      define(f, through_host(f));
    }
    for (const ResourceModel& r : scope.resources) {
      const std::string cls = model_.qualified(r.decl, scope, false);
      defines += fmt::format("  linker.define_resource(interface, {}, wcomp::resource_key<{}>);\n", literal(model_.graph().type_decls[r.decl].name), cls);
      for (const FuncModel& f : r.functions) {
        if (f.func->kind == wit::FuncKind::method) {
          define(f, fmt::format("[]({}& self, auto&&... args) -> decltype(auto) {{ return self.{}(std::forward<decltype(args)>(args)...); }}", cls, f.name));
        } else {
          out += virtual_function(scope, f);
          define(f, through_host(f));
        }
      }
    }
    const bool uses_host = defines.find("&host") != std::string::npos;
    return out + fmt::format("}};\n\n/// `host` lives at least as long as `linker` and every instance made by it.\ninline void add_to(wcomp::Linker& linker, {}Host& host) {{\n{}}}\n",
                             uses_host ? "" : "[[maybe_unused]] ", defines);
  }

  // What the host calls.

  struct Accessor {
    const Scope* scope;
    std::string name;
  };

  std::string world_header() {
    const Scope& own = world_scope();
    std::string includes = "#include \"wcomp/abi.h\"\n";
    std::string body = import_text(own);
    std::vector<Accessor> accessors;
    const Scope* root = nullptr;
    NameScope names{"instantiate", "instance", "root", "bindings", type_name(model_.world().name)};
    for (const Scope& scope : model_.scopes()) {
      if (scope.direction == Direction::import_) {
        if (scope.interface) includes += fmt::format("#include \"{}_host.h\"\n", scope.file_stem);
        continue;
      }
      if (!body.empty()) body += "\n";
      body += export_text(scope);
      if (scope.interface) {
        accessors.push_back({&scope, names.take(scope.file_stem)});
      } else {
        root = &scope;
      }
    }
    if (!body.empty()) body += "\n";
    body += in_namespace(package(), shortcuts() + world_class(accessors, root));
    return file_header(model_) + guarded(stem() + "_host.h", includes + "\n" + with_diagnostics(model_, body));
  }

  /// Types and classes of an export scope. `Guest` holds the functions; classes of resources find it through the binding table.
  std::string export_text(const Scope& scope) {
    std::string types = emit_types(model_, scope, [&] { return guest_resource_classes(scope); });
    std::string body = guest_class(scope);
    for (const ResourceModel& r : scope.resources) body += "\n" + guest_resource_members(scope, r);
    const std::string abi = emit_abi(model_, scope);
    std::string out;
    if (!types.empty() && abi.empty()) return in_namespace(scope.cpp_namespace, types + "\n" + body);
    if (!types.empty()) out += in_namespace(scope.cpp_namespace, types) + "\n";
    if (!abi.empty()) out += abi + "\n";
    return out + in_namespace(scope.cpp_namespace, body);
  }
  [[nodiscard]] std::string call_type(const Scope& scope, const FuncModel& f) {
    return fmt::format("wcomp::Result<{}, wcomp::Trap>", model_.result_type(f.func->type, scope));
  }
  std::string guest_resource_classes(const Scope& scope) {
    std::string out = scope.resources.empty() ? "" : "class Guest;\n";
    for (const ResourceModel& r : scope.resources) {
      const std::string& name = model_.name(r.decl);
      const wit::TypeDecl& decl = model_.graph().type_decls[r.decl];
      out += "\n" + doc_comment(decl.docs, "");
      out += fmt::format("class {0}{1} : public wcomp::GuestResource {{\n public:\n  static constexpr const char* resource_name = {2};\n", Model::deprecation(decl.stability), name, literal(decl.name));
      out += fmt::format("  {0}() = default;\n  {0}(wcomp::GuestRep rep, const wcomp::BindingTable* bindings);\n", name);
      for (const FuncModel& f : r.functions) {
        if (f.func->kind != wit::FuncKind::method) continue;
        out += docs_of(*f.func, "  ") + fmt::format("  {}{} {}({}) const;\n", Model::deprecation(f.func->stability), call_type(scope, f), f.name, params_text(model_, scope, f));
      }
      out += "\n private:\n  const Guest* guest_ = nullptr;\n};\n";
    }
    return out;
  }
  std::string guest_resource_members(const Scope& scope, const ResourceModel& r) {
    const std::string& name = model_.name(r.decl);
    std::string out = fmt::format(
        "inline {0}::{0}(wcomp::GuestRep rep, const wcomp::BindingTable* bindings)\n"
        "    : wcomp::GuestResource(rep), guest_(bindings == nullptr ? nullptr : static_cast<const Guest*>(bindings->find(wcomp::resource_key<{0}>))) {{}}\n", name);
    for (const FuncModel& f : r.functions) {
      if (f.func->kind != wit::FuncKind::method) continue;
      const std::string args = args_text(model_, f);
      out += fmt::format("inline {} {}::{}({}) const {{\n", call_type(scope, f), name, f.name, params_text(model_, scope, f));
      out += fmt::format("  if (guest_ == nullptr || !*this) return {}(std::in_place_index<1>, wcomp::Trap(wcomp::TrapCode::unknown_handle, \"an empty resource\"));\n", call_type(scope, f));
      out += fmt::format("  return guest_->{}.call(*this{}{});\n}}\n", members_.at(f.func), args.empty() ? "" : ", ", args);
    }
    return out;
  }
  std::string guest_class(const Scope& scope) {
    NameScope names{"bindings"};
    std::string functions, members, binds, friends;
    const std::string id = literal(scope.wit_name);
    const auto add = [&](const FuncModel& f, const std::string& stem_name, bool is_method) {
      const std::string member = names.take(stem_name + "_");
      members_[f.func] = member;
      members += fmt::format("  wcomp::TypedFunc<{}> {};\n", model_.signature(f.func->type, scope), member);
      binds += fmt::format("    if (auto bound = wcomp::bind_export(instance, {}, {}, {}, bindings); !bound) return bound;\n", id, literal(f.func->abi_name), member);
      if (is_method) return;
      functions += docs_of(*f.func, "  ") + fmt::format("  {}{} {}({}) const {{ return {}.call({}); }}\n", Model::deprecation(f.func->stability), call_type(scope, f), f.name,
                                                        params_text(model_, scope, f), member, args_text(model_, f));
    };
    for (const FuncModel& f : scope.functions) add(f, f.name, false);
    for (const ResourceModel& r : scope.resources) {
      friends += fmt::format("  friend class {};\n", model_.name(r.decl));
      for (const FuncModel& f : r.functions) {
        const bool is_method = f.func->kind == wit::FuncKind::method;
        add(f, is_method ? to_snake_case(model_.graph().type_decls[r.decl].name) + "_" + f.name : f.name, is_method);
      }
    }
    std::string keys;
    for (const ResourceModel& r : scope.resources) keys += fmt::format("    bindings.add(wcomp::resource_key<{}>, this);\n", model_.name(r.decl));
    if (!keys.empty()) keys = "  void add_keys(wcomp::BindingTable& bindings) const {\n" + keys + "  }\n";
    return doc_comment(scope.docs, "") + (scope.docs.empty() ? "" : "///\n") +
           fmt::format("/// The functions of {} in an instance.\nclass Guest {{\n public:\n{}\n"
                       "  /// Looks the functions up and checks their types; used by the world's class.\n"
                       "  wcomp::Result<void> bind([[maybe_unused]] wcomp::Instance& instance, [[maybe_unused]] const wcomp::BindingTable* bindings) {{\n{}    return {{}};\n  }}\n"
                       "{}\n private:\n{}{}}};\n",
                       scope.interface ? "`" + scope.wit_name + "`" : "the world itself", functions, binds, keys, friends, members);
  }

  /// `using` for types of the world's own package whose names are unique in it, so that `ns_package::Type` works.
  std::string shortcuts() {
    std::map<std::string, int> count;
    const auto& graph = model_.graph();
    const auto is_another_name_of_ours = [&](const wit::TypeDecl& d) {  // `use types.{document}`: the same type by the same name
      if (!d.is_use || !d.alias_of || graph.type_decls[*d.alias_of].name != d.name) return false;
      const auto* owner = std::get_if<wit::InterfaceId>(&graph.type_decls[*d.alias_of].owner);
      return owner != nullptr && graph.interfaces[*owner].package == model_.world().package;
    };
    for (const wit::InterfaceId id : graph.packages[model_.world().package].interfaces) {
      for (const wit::TypeDeclId d : graph.interfaces[id].types) {
        if (!is_another_name_of_ours(graph.type_decls[d])) ++count[type_name(graph.type_decls[d].name)];
      }
    }
    for (const wit::WorldId w : graph.packages[model_.world().package].worlds) ++count[type_name(graph.worlds[w].name)];
    std::string out;
    for (const Scope& scope : model_.scopes()) {
      if (scope.direction != Direction::import_ || !scope.interface || graph.interfaces[*scope.interface].package != model_.world().package) continue;
      if (!graph.interfaces[*scope.interface].name || scope.is_renamed) continue;
      for (const wit::TypeDeclId d : scope.types) {
        if (!model_.is_needed(d, scope) || is_another_name_of_ours(graph.type_decls[d])) continue;
        if (count[model_.name(d)] == 1) out += fmt::format("using {}::{};\n", scope.cpp_namespace.substr(package().size() + 2), model_.name(d));
      }
    }
    return out.empty() ? out : out + "\n";
  }

  std::string world_class(const std::vector<Accessor>& accessors, const Scope* root) {
    const std::string name = type_name(model_.world().name);
    std::string functions, members, binds, keys;
    const auto full = [&](const Scope& s) { return "::" + s.cpp_namespace + "::Guest"; };
    for (const Accessor& a : accessors) {
      functions += fmt::format("  [[nodiscard]] const {}& {}() const {{ return state_->{}; }}\n", full(*a.scope), a.name, a.name);
      members += fmt::format("    {} {};\n", full(*a.scope), a.name);
      if (!a.scope->resources.empty()) keys += fmt::format("    state->{}.add_keys(state->bindings);\n", a.name);
      binds += fmt::format("    if (auto bound = state->{}.bind(state->instance, &state->bindings); !bound) return wcomp::Err(std::move(bound).error());\n", a.name);
    }
    if (root != nullptr) {
      functions += fmt::format("  /// The functions that the world exports itself.\n  [[nodiscard]] const {}& exports() const {{ return state_->root; }}\n", full(*root));
      members += fmt::format("    {} root;\n", full(*root));
      binds += "    if (auto bound = state->root.bind(state->instance, &state->bindings); !bound) return wcomp::Err(std::move(bound).error());\n";
    }
    return doc_comment(model_.world().docs, "") +
           fmt::format("class {0} {{\n public:\n"
                       "  /// Makes an instance and checks the types of all its functions. Errors: those of Linker::instantiate and Func::typed.\n"
                       "  [[nodiscard]] static wcomp::Result<{0}> instantiate(const wcomp::Linker& linker, const wcomp::Component& component) {{\n"
                       "    auto instance = linker.instantiate(component);\n    if (!instance) return wcomp::Err(std::move(instance).error());\n"
                       "    auto state = std::make_unique<State>(std::move(*instance));\n{1}{2}    return {0}(std::move(state));\n  }}\n{3}"
                       "  [[nodiscard]] wcomp::Instance& instance() {{ return state_->instance; }}\n\n private:\n"
                       "  struct State {{\n    explicit State(wcomp::Instance&& i) : instance(std::move(i)) {{}}\n    wcomp::Instance instance;\n    wcomp::BindingTable bindings;\n{4}  }};\n"
                       "  explicit {0}(std::unique_ptr<State> state) : state_(std::move(state)) {{}}\n  std::unique_ptr<State> state_;\n}};\n",
                       name, keys, binds, functions, members);
  }

  const Model& model_;
  std::map<const wit::Function*, std::string> members_;
};

}  // namespace

std::vector<OutputFile> emit_host(const Model& model) { return HostEmitter(model).run(); }

}  // namespace wcomp::bindgen
