#include "core/validation_context.h"

#include <fmt/format.h>

#include "base/diagnostic.h"

namespace wcomp::core {
namespace {

/// Also instructions on vectors of floats, whose names say so.
bool has_floats(const OpcodeRow& row) {
  const auto names = [&](std::string_view type) { return row.text.find(type) != std::string_view::npos; };
  return row.signature.find_first_of("fF") != std::string_view::npos || names("f32") || names("f64");
}

}  // namespace

ValidationContext::ValidationContext(const Module& m, const Features& f) : module(m), features(f) {
  enabled_rows_.reserve(opcode_rows().size());
  for (const OpcodeRow& row : opcode_rows()) enabled_rows_.push_back(f.has(row.feature) && (f.floats || !has_floats(row)) ? 1 : 0);
  has_all_types_ = f.floats && f.simd && f.reference_types && f.gc_types && f.function_references && f.exceptions;
}

Refusal ValidationContext::disabled(const OpcodeRow& row) const {
  const Feature missing = features.has(row.feature) ? Feature::floats : row.feature;
  return {diag::feature_disabled, fmt::format("`{}` needs the feature {}", row.text, to_string(missing))};
}

std::optional<Feature> ValidationContext::needed_by(ValType t) const {
  const auto unless = [&](Feature f) { return features.has(f) ? std::optional<Feature>() : f; };
  switch (t) {
    case ValType::i32:
    case ValType::i64:
      return std::nullopt;
    case ValType::f32:
    case ValType::f64:
      return unless(Feature::floats);
    case ValType::v128:
      return unless(Feature::simd);
    case ValType::funcref:
      return unless(Feature::reference_types);
    default:
      break;
  }
  if (!features.reference_types) return Feature::reference_types;
  const HeapType heap = heap_type_of(t);
  const bool is_of_exception = heap == HeapType::exn || heap == HeapType::noexn;
  if (is_of_exception && !features.exceptions) return Feature::exceptions;
  if (!is_concrete(heap) && heap != HeapType::func && heap != HeapType::nofunc && !features.gc_types) return Feature::gc_types;
  if (t == ValType::externref || heap == HeapType::exn) return std::nullopt;  // what catch_ref gives is never null
  return unless(Feature::function_references);
}

std::optional<Refusal> ValidationContext::fault_of(ValType t) const {
  if (!has_all_types_) {
    if (const std::optional<Feature> missing = needed_by(t)) {
      return Refusal{diag::feature_disabled, fmt::format("the type {} needs the feature {}", to_string(t), to_string(*missing))};
    }
  }
  if (!is_concrete_ref(t)) return std::nullopt;
  const std::uint32_t index = type_idx_of(heap_type_of(t)).value;
  if (index < module.types.size()) return std::nullopt;
  return Refusal{diag::index_out_of_range, fmt::format("unknown type {}, {} are defined", index, module.types.size())};
}

}  // namespace wcomp::core
