#include "wit/resolve/gates.h"

#include <array>

#include <fmt/format.h>

#include "base/match.h"

namespace wcomp::wit {

GatePolicy gate_policy(const Options& options, const PackageName& package) {
  GatePolicy policy{options, package, std::nullopt};
  const bool is_earlier = options.target_version && package.version && *options.target_version < *package.version &&
                          options.target_version->is_compatible_with(*package.version);
  if (is_earlier) policy.target = options.target_version;
  return policy;
}

Span head_of(const ast::Item& item) {
  return match(
      item.what, [](const ast::Use& u) { return u.path.span(); }, [](const ast::TopLevelUse& u) { return u.path.span(); }, [](const ast::Include& i) { return i.path.span(); },
      [](const ast::Extern& e) {
        if (e.name.exists()) return e.name.span();
        return std::get<ast::Path>(e.what).span();
      },
      [](const ast::NestedPackage& p) { return p.name->span; },
      [&](const ast::Function& f) { return f.kind == ast::FuncKind::constructor ? Span{item.span.source, item.span.end - 1, item.span.end} : f.name.span(); },
      [](const auto& named) { return named.name.span(); });
}

Gated read_gates(const ast::Item& item, const GatePolicy& policy, Report& report) {
  Gated out;
  if (item.gates.empty()) return out;
  Stability& s = out.stability;
  const auto take = [&](auto& slot, const ast::Gate& gate, auto value) {
    if (slot) report.error(diag::bad_gate, gate.kind.span(), fmt::format("`@{}` is given twice", gate.kind.text()));
    slot = std::move(value);
  };
  for (const ast::Gate& gate : item.gates) {
    if (gate.feature.exists()) {
      take(s.unstable_feature, gate, std::string(gate.feature.text()));
      continue;
    }
    const Shared<SemVer>& value = policy.value_of(*gate.version);
    const SemVer& version = *value;
    if (!policy.package.version) {
      report.error(diag::bad_gate, gate.kind.span(), fmt::format("`@{}` needs a package with a version, and `{}` has none", gate.kind.text(), policy.package.to_string()))
          .notes.push_back(fmt::format("give the package one: `package {}@{};`", policy.package.to_string(), version.to_string()));
    } else if (gate.kind.text() == "since" && version > *policy.package.version) {  // that something will be deprecated may be said early
      Diagnostic& d = report.error(diag::bad_gate, head_of(item),
                                   fmt::format("version {} is later than that of the package, `{}`", version.to_string(), policy.package.to_string()));
      d.labels.push_back(report.label(gate.version->span, "this version"));
    }
    if (gate.kind.text() == "since") take(s.since, gate, value);
    else take(s.deprecated, gate, value);
  }
  if (s.since && s.unstable_feature) {
    report.error(diag::bad_gate, item.gates.back().kind.span(), "an item is either `@since` a version or `@unstable`, not both");
  }
  if (s.deprecated && !s.since && !s.unstable_feature) {
    report.error(diag::bad_gate, item.gates.back().kind.span(), "`@deprecated` needs `@since` or `@unstable` beside it");
  }
  const Options& options = policy.options;
  if (s.unstable_feature && !options.all_features && !options.features.contains(*s.unstable_feature)) out.is_included = false;
  if (s.since && policy.target && *s.since > *policy.target) out.is_included = false;
  if (s.deprecated && policy.target && *s.deprecated > *policy.target) s.deprecated.reset();  // it was not yet
  return out;
}

std::string why_closed(const Stability& gate, const Options& options) {
  if (gate.unstable_feature) return fmt::format("is `@unstable`, and its feature `{}` is not turned on", *gate.unstable_feature);
  if (gate.since && options.target_version) return fmt::format("was added in version {}, and the target version is {}", gate.since->to_string(), options.target_version->to_string());
  return "is left out by its gate";
}

std::string how_to_open(const Stability& gate) {
  if (gate.unstable_feature) return fmt::format("turn it on with `--features {0}`, or gate what uses it with `@unstable(feature = {0})`", *gate.unstable_feature);
  if (gate.since) return fmt::format("gate what uses it with `@since(version = {0})`, or use a target version of at least {0}", gate.since->to_string());
  return "gate what uses it in the same way";
}

bool is_compatibly_gated(const Stability& user, const Stability& used) {
  // Of another feature, too: whether what is turned on then names something that is not is seen where it is named.
  if (used.unstable_feature) return user.unstable_feature.has_value();
  if (!used.since || user.unstable_feature) return true;
  if (user.since) return *user.since >= *used.since;
  // No gate at all: there from the first version on, and no target version of the package comes before that.
  const SemVer& v = *used.since;
  return v.patch == 0 && v.pre.empty() && (v.major == 0 || v.minor == 0);
}

std::string gate_text(const Stability& s) {
  if (s.unstable_feature) return fmt::format("`@unstable(feature = {})`", *s.unstable_feature);
  if (s.since) return fmt::format("`@since(version = {})`", s.since->to_string());
  return "no gate";
}

namespace {
bool is_same_word(std::string_view text, std::size_t at, std::string_view word) {
  if (text.size() - at < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if ((text[at + i] | 0x20) != word[i] && text[at + i] != word[i]) return false;
  }
  return true;
}
}  // namespace

std::optional<std::string> replacement_in(std::string_view docs) {
  static constexpr std::string_view before[] = {"use ", "replaced by ", "replaced with ", "superseded by ", "in favor of ", "in favour of ", "prefer ", "renamed to "};
  static constexpr std::array<std::string_view, 3> fillers = {"the ", "function ", "interface "};
  const auto name_at = [&](std::size_t at) -> std::optional<std::string> {
    for (bool has_skipped = true; has_skipped;) {
      has_skipped = false;
      for (const std::string_view filler : fillers) {
        if (!is_same_word(docs, at, filler)) continue;
        at += filler.size();
        has_skipped = true;
      }
    }
    if (at >= docs.size() || docs[at] != '`') return std::nullopt;
    const std::size_t end = docs.find('`', at + 1);
    if (end == std::string_view::npos || end == at + 1 || end - at > 200) return std::nullopt;
    const std::string_view name = docs.substr(at + 1, end - at - 1);
    return name.find('\n') == std::string_view::npos ? std::optional(std::string(name)) : std::nullopt;
  };
  for (std::size_t at = 0; at < docs.size(); ++at) {
    if (at > 0 && docs[at - 1] != ' ' && docs[at - 1] != '\n' && docs[at - 1] != '(') continue;
    for (const std::string_view words : before) {
      if (!is_same_word(docs, at, words)) continue;
      if (auto name = name_at(at + words.size())) return name;
    }
  }
  return std::nullopt;
}

bool SpecFeatures::require(SpecFeature feature, Span at) {
  struct Row {
    std::string_view name, other, what;
  };
  static constexpr Row rows[] = {
#define WCOMP_SPEC_FEATURE(name, text, other, what) {text, other, what},
#include "wit/spec_features.def"
#undef WCOMP_SPEC_FEATURE
  };
  const Row& row = rows[static_cast<std::size_t>(feature)];
  if (options_.all_features || options_.features.contains(row.name) || options_.features.contains(row.other)) return true;
  const std::uint32_t bit = 1u << static_cast<unsigned>(feature);
  if ((reported_ & bit) == 0) {
    report_.error(diag::feature_disabled, at, fmt::format("{} are not part of WIT unless they are turned on", row.what)).notes.push_back(fmt::format("turn them on with `--features {}`", row.name));
  }
  reported_ |= bit;
  return false;
}

}  // namespace wcomp::wit
