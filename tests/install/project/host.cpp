#include <cstdio>

#include "shop_host.h"
#include "wcomp/wasi.h"

namespace {

class Prices final : public demo_shop::prices::Host {
 public:
  std::optional<std::uint32_t> price(std::string_view item) override {
    if (item == "apple") return 40;
    if (item == "pear") return 55;
    return std::nullopt;
  }
};

int fail(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return fail("usage: host shop.wasm");
  const wcomp::Engine engine;
  const auto component = wcomp::Component::load(engine, argv[1]);
  if (!component) return fail(component.error().to_string());
  Prices prices;
  wcomp::Linker linker(engine);
  demo_shop::prices::add_to(linker, prices);
  if (const auto added = wcomp::wasi::add_to(linker, wcomp::wasi::Context{}); !added) return fail(added.error().to_string());
  const auto shop = demo_shop::Shop::instantiate(linker, *component);
  if (!shop) return fail(shop.error().to_string());
  using demo_shop::till::Line;
  for (const std::vector<Line>& receipt : {std::vector<Line>{{"apple", 3}, {"pear", 2}}, std::vector<Line>{{"apple", 1}, {"fig", 1}}}) {
    const auto total = shop->till().total(receipt);
    if (!total) return fail(total.error().to_string());
    if (*total) {
      std::printf("total %u\n", **total);
    } else {
      std::printf("no total: %s\n", total->error().c_str());
    }
  }
}
