// The words of WAVE text (canonical-abi/wave.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wcomp::cabi {

enum class WaveToken : std::uint8_t { end, punctuation, number, label, character, string, bad };

struct WaveWord {
  WaveToken kind = WaveToken::end;
  std::size_t begin = 0, end = 0;  ///< bytes of the text
  std::string_view text;           ///< of a label without its `%`
  bool is_escaped = false;         ///< a label written with `%`
  std::string value;               ///< UTF-8 of a character or string; of `bad`, what is wrong with it
};

/// Cuts a text into words, skipping white space and comments. A mistake is a word, too, so that what expected another one can speak of it.
class WaveLexer {
 public:
  WaveLexer(std::string_view text, std::size_t begin) : text_(text), at_(begin) {}
  WaveWord next();

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  [[nodiscard]] bool is_end() const { return at_ >= text_.size(); }
  WaveWord word(WaveToken kind, std::size_t begin) const;
  WaveWord bad(std::size_t begin, std::string what);
  WaveWord number();
  WaveWord label();
  WaveWord quoted(char quote);
  WaveWord multiline();
  /// Appends what the escape at `at_` means; what is wrong with it, or an empty text.
  std::string escape_sequence(std::string& out);

  std::string_view text_;
  std::size_t at_;
};

/// The offset behind white space and comments at `at`.
[[nodiscard]] std::size_t skip_blank(std::string_view text, std::size_t at);

/// Words of WAVE itself; a case of that name is written with a `%`.
[[nodiscard]] bool is_wave_keyword(std::string_view name);

}  // namespace wcomp::cabi
