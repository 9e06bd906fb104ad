// Feature gates: WIT.md "Feature Gates". And the features that the specification itself gates.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "wit/ast.h"
#include "wit/graph.h"
#include "wit/report.h"
#include "wit/wit.h"

namespace wcomp::wit {

struct Gated {
  Stability stability;
  bool is_included = true;
};

/// Which versions and features count in one package.
struct GatePolicy {
  const Options& options;
  const PackageName& package;    ///< as declared
  std::optional<SemVer> target;  ///< of Options::target_version, if it is an earlier version of this package

  /// The value of a version that a gate names. Items have the same one again and again.
  [[nodiscard]] const Shared<SemVer>& value_of(const ast::Version& version) const {
    if (!last || last_text != version.text) {
      last_text = version.text;
      last = version.value();
    }
    return last;
  }
  mutable std::string_view last_text = {};
  mutable Shared<SemVer> last = {};
};

[[nodiscard]] GatePolicy gate_policy(const Options& options, const PackageName& package);
/// Reads an item's gates; reports those that break the rules.
[[nodiscard]] Gated read_gates(const ast::Item& item, const GatePolicy& policy, Report& report);

/// Why an item that is left out is not there: `` is `@since` 1.0.1, and the target version is 1.0.0 ``.
[[nodiscard]] std::string why_closed(const Stability& gate, const Options& options);
/// What to do about it.
[[nodiscard]] std::string how_to_open(const Stability& gate);

/// Whether an item gated like `user` may name, or be inside of, one gated like `used`; both of one package.
[[nodiscard]] bool is_compatibly_gated(const Stability& user, const Stability& used);
/// `` `@since(version = 1.0.1)` ``; "no gate".
[[nodiscard]] std::string gate_text(const Stability& s);

/// What docs tell readers to use instead of a deprecated item: the name in backticks behind "use", "replaced by" and the like.
[[nodiscard]] std::optional<std::string> replacement_in(std::string_view docs);

/// Syntax that is off by default.
enum class SpecFeature : std::uint8_t {
#define WCOMP_SPEC_FEATURE(name, text, other, what) name,
#include "wit/spec_features.def"
#undef WCOMP_SPEC_FEATURE
};
/// Reports the first use of each feature that is not on. False if it is not on.
class SpecFeatures {
 public:
  SpecFeatures(const Options& options, Report& report) : options_(options), report_(report) {}
  bool require(SpecFeature feature, Span at);

 private:
  const Options& options_;
  Report& report_;
  std::uint32_t reported_ = 0;  ///< bit set
};

/// Where an item's name is, which is where messages about the item point.
[[nodiscard]] Span head_of(const ast::Item& item);

}  // namespace wcomp::wit
