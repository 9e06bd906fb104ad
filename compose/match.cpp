// Which export meets which import.
#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/text.h"
#include "component/names.h"
#include "component/versions.h"
#include "compose/compose.h"

namespace wcomp::compose {

namespace {

using component::compatible_key;
using component::Entity;
using component::NamedEntity;

class Matcher {
 public:
  Matcher(std::vector<Input> inputs, const Options& options) : options_(options) { out_.inputs = std::move(inputs); }

  Result<Composition> run() {
    for (std::size_t i = 0; i < out_.inputs.size(); ++i) match_imports(InputIdx(i));
    if (!errors_.empty()) return Err(Failure(std::move(errors_)));
    WCOMP_TRY(sort());
    WCOMP_TRY(find_root());
    note_unused();
    return std::move(out_);
  }

 private:
  [[nodiscard]] const Input& input(InputIdx i) const { return out_.inputs[i.value]; }
  [[nodiscard]] static const component::ComponentType& type(const Input& i) { return i.component.scope().type; }

  void match_imports(InputIdx user) {
    for (const NamedEntity& import : type(input(user)).imports) {
      std::vector<std::pair<InputIdx, const NamedEntity*>> candidates;
      for (std::size_t p = 0; p < out_.inputs.size(); ++p) {
        if (InputIdx(p) == user) continue;
        for (const NamedEntity& exported : type(out_.inputs[p]).exports) {
          if (compatible_key(exported.name) == compatible_key(import.name)) candidates.emplace_back(InputIdx(p), &exported);
        }
      }
      if (candidates.empty()) {
        out_.passed_on.push_back({user, import.name});
        if (!import.name.starts_with("wasi:")) note_missing(user, import);
      } else if (candidates.size() > 1) {
        note_ambiguous(user, import, candidates);
      } else {
        plug(user, import, candidates.front().first, *candidates.front().second);
      }
    }
  }

  void plug(InputIdx user, const NamedEntity& import, InputIdx provider, const NamedEntity& exported) {
    component::Substitution substitution;
    const std::string why = component::mismatch(input(user).component.types(), import.type, input(provider).component.types(), exported.type, substitution);
    if (why.empty()) {
      out_.plugs.push_back({user, import.name, provider, exported.name});
      return;
    }
    Diagnostic d = error(diag::import_mismatch, fmt::format("`{}` exports `{}`, but not as `{}` imports it: {}", input(provider).name, exported.name, input(user).name, why),
                         BinaryPos{.file = input(user).name, .path = fmt::format("import \"{}\"", import.name), .offset = 0});
    d.labels.push_back({BinaryPos{.file = input(provider).name, .path = fmt::format("export \"{}\"", exported.name), .offset = 0}, "the export"});
    describe_both(d.notes, user, import, provider, exported);
    errors_.push_back(std::move(d));
  }

  /// Both sides' types, a line each for functions that are in the import.
  void describe_both(std::vector<std::string>& out, InputIdx user, const NamedEntity& import, InputIdx provider, const NamedEntity& exported) {
    out.push_back(fmt::format("imported by {}:", input(user).name));
    describe(out, input(user), import.type, nullptr);
    out.push_back(fmt::format("exported by {}:", input(provider).name));
    describe(out, input(provider), exported.type, &import.type);
  }

  static void describe(std::vector<std::string>& out, const Input& in, const Entity& entity, const Entity* only) {
    const auto func = [&](std::string_view name, const component::FuncEntity& f) { out.push_back(fmt::format("  {}: {}", name, types::to_string(in.component.types(), f.type))); };
    if (const auto* f = std::get_if<component::FuncEntity>(&entity)) return func("function", *f);
    const auto* instance = std::get_if<std::shared_ptr<const component::InstanceType>>(&entity);
    if (instance == nullptr) return;
    const auto* wanted = only == nullptr ? nullptr : std::get_if<std::shared_ptr<const component::InstanceType>>(only);
    for (const NamedEntity& e : (*instance)->exports) {
      const bool is_wanted = wanted == nullptr || std::any_of((*wanted)->exports.begin(), (*wanted)->exports.end(), [&](const NamedEntity& w) { return w.name == e.name; });
      if (!is_wanted) continue;
      if (const auto* f = std::get_if<component::FuncEntity>(&e.type)) func(e.name, *f);
      if (const auto* t = std::get_if<component::TypeEntity>(&e.type)) out.push_back(fmt::format("  type {} = {}", e.name, types::to_string(in.component.types(), t->type)));
    }
  }

  void note_ambiguous(InputIdx user, const NamedEntity& import, const std::vector<std::pair<InputIdx, const NamedEntity*>>& candidates) {
    Diagnostic d = error(diag::ambiguous, fmt::format("{} inputs export what `{}` imports as `{}`", candidates.size(), input(user).name, import.name),
                         BinaryPos{.file = input(user).name, .path = fmt::format("import \"{}\"", import.name), .offset = 0});
    for (const auto& [provider, exported] : candidates) d.notes.push_back(fmt::format("`{}` exports `{}`", input(provider).name, exported->name));
    d.notes.push_back("leave out all but one of them");
    errors_.push_back(std::move(d));
  }

  [[nodiscard]] bool has_same_type(InputIdx user, const NamedEntity& import, const Input& other, const NamedEntity& exported) const {
    component::Substitution substitution;
    return component::mismatch(input(user).component.types(), import.type, other.component.types(), exported.type, substitution).empty();
  }

  /// Nothing has the name; what comes near is named.
  void note_missing(InputIdx user, const NamedEntity& import) {
    Diagnostic d = warning(diag::missing_import, fmt::format("no input exports `{}`, which `{}` imports: the composition will import it", import.name, input(user).name),
                           BinaryPos{.file = input(user).name, .path = fmt::format("import \"{}\"", import.name), .offset = 0});
    for (const Input& other : out_.inputs) {
      if (&other == &input(user)) continue;
      for (const NamedEntity& exported : type(other).exports) {
        const std::string_view bare = component::split_version(exported.name).base, wanted = component::split_version(import.name).base;
        if (bare == wanted) {
          d.notes.push_back(fmt::format("`{}` exports `{}`, whose version is not compatible", other.name, exported.name));
        } else if (edit_distance(bare, wanted, 3) <= 3) {
          d.notes.push_back(fmt::format("`{}` exports `{}`, which has nearly the same name", other.name, exported.name));
        } else if (has_same_type(user, import, other, exported)) {
          d.notes.push_back(fmt::format("`{}` exports `{}`, which has the same type under another name", other.name, exported.name));
        }
      }
    }
    out_.notes.push_back(std::move(d));
  }

  /// Depth first over providers; the path is named when it closes.
  Result<void> sort() {
    enum class State : std::uint8_t { unseen, open, done };
    std::vector<State> states(out_.inputs.size(), State::unseen);
    std::vector<InputIdx> path;
    const auto visit = [&](auto&& self, InputIdx i) -> Result<void> {
      if (states[i.value] == State::done) return Ok{};
      if (states[i.value] == State::open) {
        std::string text;
        for (auto it = std::find(path.begin(), path.end(), i); it != path.end(); ++it) text += fmt::format("`{}` -> ", input(*it).name);
        return fail(diag::cycle, fmt::format("components import each other in a circle: {}`{}`", text, input(i).name));
      }
      states[i.value] = State::open;
      path.push_back(i);
      for (const Plug& p : out_.plugs) {
        if (p.user == i) WCOMP_TRY(self(self, p.provider));
      }
      path.pop_back();
      states[i.value] = State::done;
      out_.order.push_back(i);
      return Ok{};
    };
    for (std::size_t i = 0; i < out_.inputs.size(); ++i) WCOMP_TRY(visit(visit, InputIdx(i)));
    return Ok{};
  }

  [[nodiscard]] bool is_used(InputIdx i) const {
    return std::any_of(out_.plugs.begin(), out_.plugs.end(), [&](const Plug& p) { return p.provider == i; });
  }
  [[nodiscard]] bool uses_any(InputIdx i) const {
    return std::any_of(out_.plugs.begin(), out_.plugs.end(), [&](const Plug& p) { return p.user == i; });
  }

  Result<void> find_root() {
    std::vector<InputIdx> unused, users;
    for (std::size_t i = 0; i < out_.inputs.size(); ++i) {
      const InputIdx idx(i);
      if (!options_.root.empty() && input(idx).name == options_.root) {
        out_.root = idx;
        return Ok{};
      }
      if (is_used(idx)) continue;
      unused.push_back(idx);
      if (uses_any(idx)) users.push_back(idx);
    }
    if (!options_.root.empty()) return fail(diag::bad_usage, fmt::format("`{}` is none of the inputs", options_.root));
    const std::vector<InputIdx>& roots = users.empty() ? unused : users;
    if (roots.size() == 1) {
      out_.root = roots.front();
      return Ok{};
    }
    Diagnostic d = error(diag::ambiguous, "it is not clear whose exports the composition should have");
    for (const InputIdx i : roots) d.notes.push_back(fmt::format("nothing uses the exports of `{}`", input(i).name));
    d.notes.push_back("name one with --root");
    return Err(Failure(std::move(d)));
  }

  void note_unused() {
    for (std::size_t i = 0; i < out_.inputs.size(); ++i) {
      if (InputIdx(i) == out_.root || is_used(InputIdx(i))) continue;
      Diagnostic d = warning(diag::missing_export, fmt::format("no other input imports anything that `{}` exports", out_.inputs[i].name),
                             BinaryPos{.file = out_.inputs[i].name, .path = {}, .offset = 0});
      for (const NamedEntity& e : type(out_.inputs[i]).exports) d.notes.push_back(fmt::format("it exports `{}`", e.name));
      out_.notes.push_back(std::move(d));
    }
  }

  const Options& options_;
  Composition out_;
  std::vector<Diagnostic> errors_;
};

}  // namespace

Result<Composition> compose(std::vector<Input> inputs, const Options& options) {
  if (inputs.empty()) return fail(diag::bad_usage, "nothing to compose");
  return Matcher(std::move(inputs), options).run();
}

}  // namespace wcomp::compose
