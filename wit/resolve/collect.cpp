#include "wit/resolve/collect.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <variant>

#include <fmt/format.h>

#include "wit/lexer.h"
#include "wit/names.h"
#include "wit/resolve/order.h"

namespace wcomp::wit {

namespace {

std::string joined(const ast::List<ast::Name>& parts, char mark) {
  std::string out;
  for (const ast::Name& part : parts) {
    if (!out.empty()) out += mark;
    out += part.text();
  }
  return out;
}

PackageName name_of(const ast::PackageName& p) {
  return {joined(p.ns, ':'), joined(p.name, '/'), p.version ? std::optional(p.version->value()) : std::nullopt};
}

class Collector {
 public:
  Collector(std::span<const SourceGroup> groups, const Options& options, Report& report) : groups_(groups), options_(options), report_(report) {}

  Symbols run() {
    for (std::size_t g = 0; g < groups_.size(); ++g) group(g);
    for (std::size_t s = 0; s < out_.scopes.size(); ++s) resolve_uses(s);
    return std::move(out_);
  }

 private:
  void group(std::size_t g) {
    const SourceGroup& group = groups_[g];
    const ast::PackageName* main = nullptr;
    const ast::File* first_with_items = nullptr;
    bool has_nested = false;
    for (const ast::File& file : group.files) {
      for (const ast::Item& item : file.items) {
        const bool is_nested = std::holds_alternative<ast::NestedPackage>(item.what);
        has_nested |= is_nested;
        if (!is_nested && first_with_items == nullptr) first_with_items = &file;
      }
      if (!file.package) continue;
      if (main == nullptr) {
        main = &*file.package;
      } else if (name_of(*main) != name_of(*file.package)) {
        Diagnostic& d = report_.error(diag::duplicate_name, file.package->span,
                                      fmt::format("this file is of package `{}`, another one beside it of `{}`", name_of(*file.package).to_string(), name_of(*main).to_string()));
        d.labels.push_back(report_.label(main->span, "the other declaration"));
      }
    }
    std::optional<std::size_t> package;
    if (main != nullptr) {
      std::string docs;
      for (const ast::File& file : group.files) {
        if (const std::string more = docs_of(file.source, file.package_docs); !more.empty()) docs += (docs.empty() ? "" : "\n") + more;
      }
      package = add_package(*main, std::move(docs), g, group.is_root);
    } else {
      if (group.files.empty()) return;
      const ast::File& file = first_with_items != nullptr ? *first_with_items : group.files.front();
      Diagnostic& d = report_.error(diag::syntax, {file.source, 0, 0}, fmt::format("no file of `{}` says which package it is", group.path));
      d.notes.push_back("begin a file with `package my-namespace:my-name;`");
      if (has_nested) d.notes.push_back("packages in braces stand beside the package of the file, not in its place");
      return;
    }
    if (package == skipped) return;
    for (const ast::File& file : group.files) {
      if (package) scope(file.items, *package);
      for (const ast::Item& item : file.items) {
        const auto* nested = std::get_if<ast::NestedPackage>(&item.what);
        if (nested == nullptr) continue;
        const std::size_t p = add_package(*nested->name, docs_of(item.span.source, item.docs), g, false);
        if (p != skipped) scope(nested->items, p);
      }
    }
  }

  [[nodiscard]] std::string docs_of(SourceId source, ast::Docs docs) const { return docs_text(report_.sources().text({source, docs.begin, docs.end}), options_.all_comments_are_docs); }

  static constexpr std::size_t skipped = SIZE_MAX;

  std::size_t add_package(const ast::PackageName& written, std::string docs, std::size_t group, bool is_root) {
    PackageName name = name_of(written);
    const Span span = written.span;
    if (const auto known = out_.find_package(name)) {
      PackageSource& first = out_.packages[*known];
      // A dependency may be there several times, as long as it says the same.
      if (first.group != group && same_text(group, first.group)) {
        first.is_root |= is_root;
        return skipped;
      }
      Diagnostic& d = report_.error(diag::duplicate_name, span, fmt::format("package `{}` is defined more than once", name.to_string()));
      d.labels.push_back(report_.label(first.span, "first defined here"));
      return skipped;
    }
    out_.packages_by_name.emplace(name.to_string(), out_.packages.size());
    PackageSource& p = out_.packages.emplace_back();
    p.name = std::move(name);
    p.span = span;
    p.is_nested_name = written.is_nested();
    p.docs = std::move(docs);
    p.is_root = is_root;
    p.group = group;
    return out_.packages.size() - 1;
  }

  [[nodiscard]] bool same_text(std::size_t a, std::size_t b) const {
    const auto texts = [&](std::size_t g) {
      std::vector<std::string_view> out;
      for (const ast::File& file : groups_[g].files) out.push_back(report_.sources().text(file.source));
      return out;
    };
    return texts(a) == texts(b);
  }

  void scope(const ast::List<ast::Item>& items, std::size_t package) {
    const std::size_t s = out_.scopes.size();
    out_.scopes.emplace_back().package = package;
    const GatePolicy policy = gate_policy(options_, out_.packages[package].name);
    NameMap<Span> local;
    const auto declare_local = [&](const ast::Name& name) {
      const Span* first = local.insert(name.text(), name.span());
      if (first != nullptr) report_.error(diag::duplicate_name, name.span(), fmt::format("`{}` is defined more than once in this file", name.text())).labels.push_back(report_.label(*first, "first defined here"));
      return first == nullptr;
    };
    for (const ast::Item& item : items) {
      if (const auto* i = std::get_if<ast::Interface>(&item.what)) {
        if (declare_local(i->name)) define({&item, &i->name, &i->items, false, package, s, {}}, policy);
      } else if (const auto* w = std::get_if<ast::World>(&item.what)) {
        if (declare_local(w->name)) define({&item, &w->name, &w->items, true, package, s, {}}, policy);
      } else if (const auto* use = std::get_if<ast::TopLevelUse>(&item.what)) {
        const ast::Name& name = use->as.exists() ? use->as : use->path.name;
        // `use a;` brings nothing new, but `a` has to exist.
        if ((!use->as.exists() && !use->path.package) || declare_local(name)) {
          out_.scopes[s].uses.push_back(use);
          out_.scopes[s].uses_by_name.emplace(name.text(), use);
        }
      }
    }
  }

  void define(Definition d, const GatePolicy& policy) {
    PackageSource& package = out_.packages[d.package];
    if (const std::uint32_t* first = package.by_name.insert(d.name->text(), static_cast<std::uint32_t>(out_.definitions.size()))) {
      report_.error(diag::duplicate_name, d.name->span(), fmt::format("`{}` is defined more than once in package `{}`", d.name->text(), package.name.to_string()))
          .labels.push_back(report_.label(out_.definitions[*first].name->span(), "first defined here"));
      return;
    }
    d.gated = read_gates(*d.item, policy, report_);
    package.definitions.push_back(out_.definitions.size());
    out_.definitions.push_back(std::move(d));
  }

  static const ast::Name& local_name(const ast::TopLevelUse& use) { return use.as.exists() ? use.as : use.path.name; }

  /// Top-level uses mean definitions of packages, or other top-level uses of the same file; each link of such a chain is walked once.
  void resolve_uses(std::size_t s) {
    Scope& scope = out_.scopes[s];
    const PackageSource& package = out_.packages[scope.package];
    for (const ast::TopLevelUse* use : scope.uses) {
      if (scope.targets.contains(local_name(*use).text())) continue;
      std::vector<std::string_view> names;  // that mean the same
      std::optional<std::size_t> target;
      for (const ast::TopLevelUse* at = use;;) {
        names.push_back(local_name(*at).text());
        if (at->path.package) {
          target = out_.look_up(at->path, s, &report_);
          break;
        }
        if (const auto known = scope.targets.find(at->path.name.text()); known != scope.targets.end() && !package.by_name.contains(at->path.name.text())) {
          target = known->second;
          break;
        }
        const auto next = scope.uses_by_name.find(at->path.name.text());
        const bool is_end = next == scope.uses_by_name.end() || next->second == at || names.size() > scope.uses.size();
        if (is_end || package.by_name.contains(at->path.name.text())) {
          target = look_up_here(at->path, s);
          break;
        }
        at = next->second;
      }
      for (const std::string_view name : names) scope.targets.emplace(name, target);
    }
  }

  std::optional<std::size_t> look_up_here(const ast::Path& path, std::size_t s) {
    const PackageSource& package = out_.packages[out_.scopes[s].package];
    if (const std::uint32_t* found = package.by_name.find(path.name.text())) return *found;
    report_.error(diag::unknown_item, path.name.span(), fmt::format("package `{}` has no interface or world `{}`", package.name.to_string(), path.name.text()));
    return std::nullopt;
  }

  std::span<const SourceGroup> groups_;
  const Options& options_;
  Report& report_;
  Symbols out_;
};

/// Every path that an interface or world mentions, and whether it has to name a world.
void for_each_path(const Definition& d, const auto& f) {
  const auto of_items = [&](const ast::List<ast::Item>& items) {
    for (const ast::Item& item : items) {
      if (const auto* use = std::get_if<ast::Use>(&item.what)) f(use->path, false);
      if (const auto* include = std::get_if<ast::Include>(&item.what)) f(include->path, true);
      const auto* e = std::get_if<ast::Extern>(&item.what);
      if (e == nullptr) continue;
      if (const auto* path = std::get_if<ast::Path>(&e->what)) f(*path, false);
      const auto* inl = std::get_if<ast::InlineInterface>(&e->what);
      if (inl == nullptr) continue;
      for (const ast::Item& inner : inl->items) {
        if (const auto* use = std::get_if<ast::Use>(&inner.what)) f(use->path, false);
      }
    }
  };
  of_items(*d.items);
}

}  // namespace

std::optional<std::size_t> Symbols::find_package(const PackageName& name) const {
  const auto found = packages_by_name.find(name.to_string());
  return found == packages_by_name.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> Symbols::look_up(const ast::Path& path, std::size_t scope, Report* report) const {
  const Scope& here = scopes[scope];
  std::size_t package = here.package;
  if (!path.package) {
    if (const auto used = here.targets.empty() ? here.targets.end() : here.targets.find(path.name.text()); used != here.targets.end()) return used->second;
  } else {
    const PackageName wanted = name_of(*path.package);
    const auto found = find_package(wanted);
    if (!found) {
      if (report == nullptr || report->is_full()) return std::nullopt;
      Diagnostic& d = report->error(diag::unknown_package, path.package->span, fmt::format("package `{}` was not found", wanted.to_string()));
      std::string same_name;
      NearestName nearest(wanted.to_string());
      for (const PackageSource& p : packages) {
        if (p.name.ns == wanted.ns && p.name.name == wanted.name) same_name += fmt::format("{}`{}`", same_name.empty() ? "" : ", ", p.name.to_string());
        nearest.offer(p.name.to_string());
      }
      if (!same_name.empty()) d.notes.push_back(fmt::format("versions that were found: {}", same_name));
      else if (nearest.get()) d.notes.push_back(fmt::format("did you mean `{}`?", *nearest.get()));
      else d.notes.push_back("dependencies are looked for in the folder `deps` beside the package's files");
      return std::nullopt;
    }
    package = *found;
  }
  const PackageSource& p = packages[package];
  if (const std::uint32_t* found = p.by_name.find(path.name.text())) return *found;
  if (report == nullptr || report->is_full()) return std::nullopt;
  Diagnostic& d = report->error(diag::unknown_item, path.name.span(), fmt::format("package `{}` has no interface or world `{}`", p.name.to_string(), path.name.text()));
  NearestName nearest(path.name.text());
  for (const auto& known : p.by_name) nearest.offer(known.name);
  if (!path.package) {
    for (const auto& [name, target] : here.targets) nearest.offer(name);
  }
  if (nearest.get()) d.notes.push_back(fmt::format("did you mean `{}`?", *nearest.get()));
  return std::nullopt;
}

Symbols collect(std::span<const SourceGroup> groups, const Options& options, Report& report) { return Collector(groups, options, report).run(); }

DefinitionOrder order_definitions(const Symbols& symbols, Report& report) {
  std::vector<std::vector<Dependency>> package_edges(symbols.packages.size());
  std::vector<std::vector<Dependency>> edges(symbols.definitions.size());
  std::vector<const ast::Path*> references;
  for (const Scope& scope : symbols.scopes) {
    for (const ast::TopLevelUse* use : scope.uses) {
      const auto package = use->path.package ? symbols.find_package(name_of(*use->path.package)) : std::nullopt;
      if (!package || *package == scope.package) continue;
      references.push_back(&use->path);
      package_edges[scope.package].push_back({*package, references.size() - 1});
    }
  }
  for (std::size_t d = 0; d < symbols.definitions.size(); ++d) {
    const Definition& definition = symbols.definitions[d];
    for_each_path(definition, [&](const ast::Path& path, bool wants_world) {
      const auto target = symbols.look_up(path, definition.scope, nullptr);  // unknown paths are reported where they are used
      if (!target || symbols.definitions[*target].is_world != wants_world) return;
      references.push_back(&path);
      edges[d].push_back({*target, references.size() - 1});
      const std::size_t package = symbols.definitions[*target].package;
      if (package != definition.package) package_edges[definition.package].push_back({package, references.size() - 1});
    });
  }
  DefinitionOrder out;
  const std::size_t errors_before = report.error_count();
  std::vector<std::size_t> by_name(symbols.packages.size());  // the order does not depend on how files are called
  std::iota(by_name.begin(), by_name.end(), std::size_t{0});
  std::sort(by_name.begin(), by_name.end(), [&](std::size_t a, std::size_t b) {
    const PackageName& x = symbols.packages[a].name;
    const PackageName& y = symbols.packages[b].name;
    return std::tie(x.ns, x.name, x.version) < std::tie(y.ns, y.name, y.version);
  });
  out.packages = sort_by_dependency(
      package_edges,
      [&](std::size_t node, const Dependency& d, const Dependency* entered) {
        const Span closing = references[d.reference]->span();
        Diagnostic& made = report.error(diag::cycle, entered == nullptr ? closing : references[entered->reference]->span(), fmt::format("package `{}` depends on itself", symbols.packages[node].name.to_string()));
        if (entered != nullptr) made.labels.push_back(report.label(closing, "through this"));
      },
      by_name);
  if (report.error_count() != errors_before) return out;
  std::vector<std::size_t> rank(symbols.packages.size());
  for (std::size_t i = 0; i < out.packages.size(); ++i) rank[out.packages[i]] = i;
  out.definitions = sort_by_dependency(edges, [&](std::size_t node, const Dependency& d, const Dependency*) {
    const Definition& definition = symbols.definitions[node];
    report.error(diag::cycle, definition.name->span(), fmt::format("{} `{}` depends on itself", definition.is_world ? "world" : "interface", definition.name->text()))
        .labels.push_back(report.label(references[d.reference]->span(), "through this"));
  });
  if (report.error_count() == errors_before) {
    for (std::size_t d = 0; d < edges.size(); ++d) std::erase_if(edges[d], [&](const Dependency& e) { return symbols.definitions[e.target].package != symbols.definitions[d].package; });
    out.definitions = sort_first_ready(edges);
  }
  std::vector<std::vector<std::size_t>> by_package(symbols.packages.size());
  for (const std::size_t d : out.definitions) by_package[rank[symbols.definitions[d].package]].push_back(d);
  out.definitions.clear();
  for (const auto& list : by_package) out.definitions.insert(out.definitions.end(), list.begin(), list.end());
  return out;
}

}  // namespace wcomp::wit
