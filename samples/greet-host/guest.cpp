// The guest: greets people in the languages it speaks, and tells the audience about them.
#include "greet_exports.h"

namespace exports::sample::greet::greeter {

namespace {

namespace audience = ::sample::greet::audience;

struct Phrase {
  const char* language;
  const char* hello;
};
constexpr Phrase phrases[] = {{"en", "Hello"}, {"de", "Guten Tag"}, {"fr", "Bonjour"}, {"ja", "\xe3\x81\x93\xe3\x82\x93\xe3\x81\xab\xe3\x81\xa1\xe3\x81\xaf"}};

const Phrase* find_phrase(const Person& who) {
  for (const std::string& language : who.languages) {
    for (const Phrase& p : phrases) {
      if (language == p.language) return &p;
    }
  }
  return nullptr;
}

std::uint32_t count_words(std::string_view text) {
  std::uint32_t words = 0;
  bool in_word = false;
  for (const char c : text) {
    if (c != ' ' && !in_word) ++words;
    in_word = c != ' ';
  }
  return words;
}

Greeting greeting_for(const Person& who) {
  const Phrase* phrase = find_phrase(who);
  Greeting out;
  out.text = std::string(phrase != nullptr ? phrase->hello : "Hi") + ", " + who.name + "!";
  out.words = count_words(out.text);
  if (phrase != nullptr) out.language = phrase->language;
  return out;
}

}  // namespace

wcomp::Result<Greeting, std::string> greet(const Person& who) {
  if (who.name.empty()) {
    audience::tell(audience::Level::warning, "someone without a name");
    return wcomp::Err(std::string("a person needs a name"));
  }
  audience::tell(audience::Level::info, "greeting " + who.name);
  return greeting_for(who);
}

std::vector<Greeting> greet_all() {
  std::vector<Greeting> out;
  for (const std::string& name : audience::present()) out.push_back(greeting_for({.name = name, .age = 0, .languages = {"en"}}));
  return out;
}

std::optional<double> average_age(std::span<const Person> people) {
  if (people.empty()) return std::nullopt;
  double sum = 0;
  for (const Person& p : people) sum += p.age;
  return sum / static_cast<double>(people.size());
}

}  // namespace exports::sample::greet::greeter
