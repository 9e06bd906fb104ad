#include "wast/judge.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"

namespace wcomp::wast {

namespace {

bool is_one_of(std::string_view code, std::initializer_list<DiagCode> codes) {
  return std::ranges::any_of(codes, [&](const DiagCode& c) { return c.code == code; });
}

/// What scripts call a trap besides our own text.
struct Phrase {
  TrapCode code;
  std::string_view text;
  std::string_view part;  ///< of the trap's message
};
constexpr Phrase phrases[] = {
#define WCOMP_PHRASE(name, text, part) {TrapCode::name, text, part},
#include "wast/trap_phrases.def"
#undef WCOMP_PHRASE
};

bool is_prefix_of_other(std::string_view a, std::string_view b) { return a.starts_with(b) || b.starts_with(a); }

}  // namespace

std::string_view to_string(RefusalKind kind) {
  constexpr std::string_view names[] = {"malformed", "invalid", "unlinkable"};
  return names[static_cast<std::size_t>(kind)];
}

Refusal refused_by_text(Failure failure) {
  const bool is_valid_form = is_one_of(failure.first().code, {diag::invalid});  // said of annotations, which the binary does not have
  return {is_valid_form ? RefusalKind::invalid : RefusalKind::malformed, std::move(failure)};
}

Refusal refused_by_decoder(Failure failure) {
  const std::string_view code = failure.first().code;
  const bool is_valid_form = is_one_of(code, {diag::invalid, diag::type_mismatch, diag::index_out_of_range, diag::duplicate_name, diag::bad_name});
  return {is_valid_form ? RefusalKind::invalid : RefusalKind::malformed, std::move(failure)};
}

Refusal refused_by_validator(Failure failure) {
  const bool is_malformed = is_one_of(failure.first().code, {diag::malformed, diag::unexpected_end, diag::bad_utf8});
  return {is_malformed ? RefusalKind::malformed : RefusalKind::invalid, std::move(failure)};
}

std::string one_line(const Failure& failure) {
  const Diagnostic& d = failure.first();
  std::string place;
  if (const auto* at = std::get_if<TextPos>(&d.location)) place = fmt::format(" at {}:{}", at->line, at->column);
  if (const auto* at = std::get_if<BinaryPos>(&d.location)) place = fmt::format(" in {} at offset {:#x}", at->path.empty() ? "the binary" : at->path, at->offset);
  return fmt::format("{}: {}{}", d.code, d.message, place);
}

std::string one_line(const Trap& trap) {
  return trap.message().empty() ? fmt::format("trap: {}", to_string(trap.code())) : fmt::format("trap: {}: {}", to_string(trap.code()), trap.message());
}

std::string to_string(const Refusal& refusal) { return fmt::format("{} ({})", to_string(refusal.kind), one_line(refusal.failure)); }

Held expect(RefusalKind wanted, const Refusal& found, const std::string& text) {
  const std::string_view code = found.failure.first().code;
  // What a feature that is off, or is not there at all, would mean is for neither to say.
  const bool is_neither = is_one_of(code, {diag::feature_disabled});
  if (found.kind == wanted || (is_neither && wanted != RefusalKind::unlinkable)) return {};
  return Err(Miss{fmt::format("{} module: {}", to_string(wanted), text), to_string(found)});
}

bool is_exception(const Trap& trap) { return trap.code() == TrapCode::uncaught_exception; }

Held expect_trap(const std::string& text, const Trap& found) {
  std::string_view wanted = text;
  constexpr std::string_view speaker = "wasm trap: ";
  if (wanted.starts_with(speaker)) wanted.remove_prefix(speaker.size());
  const bool is_phrase = std::ranges::any_of(
      phrases, [&](const Phrase& p) {
        if (found.code() != p.code || found.message().find(p.part) == std::string::npos) return false;
        return p.text.starts_with(wanted) || wanted.find(p.text) != std::string_view::npos;
      });
  if (is_phrase || is_prefix_of_other(to_string(found.code()), wanted)) return {};
  return Err(Miss{"trap: " + text, one_line(found)});
}

}  // namespace wcomp::wast
