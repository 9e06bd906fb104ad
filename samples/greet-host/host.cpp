// The host: loads the guest, gives it an audience, and calls it with strings, records and lists.
//   greet-host greet.wasm
#include <cstdio>

#include "greet_host.h"
#include "wcomp/wasi.h"

namespace {

using sample_greet::Greeting;
using sample_greet::Level;
using sample_greet::Person;

/// What the guest imports: one class, a function for each of the interface's.
class Audience final : public sample_greet::audience::Host {
 public:
  void tell(Level level, std::string_view line) override {
    std::printf("  (%s: %.*s)\n", level == Level::info ? "info" : "warning", static_cast<int>(line.size()), line.data());
  }
  std::vector<std::string> present() override { return {"Ada", "Grace"}; }
};

int fail(const std::string& text) {
  std::fprintf(stderr, "%s", text.c_str());
  return 1;
}

void show(const Greeting& g) { std::printf("%s (%u words, language %s)\n", g.text.c_str(), g.words, g.language.value_or("unknown").c_str()); }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return fail("usage: greet-host greet.wasm\n");
  const wcomp::Engine engine;
  const auto component = wcomp::Component::load(engine, argv[1]);
  if (!component) return fail(component.error().to_string());

  Audience audience;
  wcomp::Linker linker(engine);
  sample_greet::audience::add_to(linker, audience);
  if (const auto added = wcomp::wasi::add_to(linker, wcomp::wasi::Context{}); !added) return fail(added.error().to_string());
  const auto guest = sample_greet::Greet::instantiate(linker, *component);  // types are checked here, once
  if (!guest) return fail(guest.error().to_string());

  const std::vector<Person> people = {{.name = "Ada", .age = 36, .languages = {"fr", "en"}},
                                      {.name = "Kurt", .age = 71, .languages = {"de"}},
                                      {.name = "Yukihiro", .age = 60, .languages = {"xx", "ja"}},
                                      {.name = "Nobody", .age = 1, .languages = {}},
                                      {.name = "", .age = 0, .languages = {}}};
  for (const Person& who : people) {
    const auto called = guest->greeter().greet(who);  // Result<Result<Greeting, std::string>, Trap>
    if (!called) return fail(called.error().to_string());
    if (*called) {
      show(**called);
    } else {
      std::printf("no greeting: %s\n", called->error().c_str());
    }
  }
  const auto all = guest->greeter().greet_all();
  if (!all) return fail(all.error().to_string());
  for (const Greeting& g : *all) show(g);
  const auto average = guest->greeter().average_age(people);
  if (!average) return fail(average.error().to_string());
  std::printf("average age %.1f\n", average->value_or(0));
}
